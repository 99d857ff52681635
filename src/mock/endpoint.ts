// Defines an endpoint of the mock: a method, a path, the body it takes, and a function that turns a call into an answer.

import type { AnswerSettings } from "./answer-settings.ts";
import type { Bill, Told, WrittenUsage } from "./usage/bill.ts";
import type { Books } from "./usage/books.ts";

/** The API that a request speaks. They differ in keys, errors and lists. */
export type Dialect = "openai" | "anthropic" | "gemini" | "ollama";

/** One request, as an endpoint sees it. */
export interface Call {
  /** The number of the request, in hex, unique within one mock. The ids in answers are made from it. */
  readonly id: string;
  /** Unix time, s. */
  readonly now: number;
  readonly dialect: Dialect;
  readonly method: string;
  /** The raw request target, query included. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The part of the path that matches the endpoint's `{id}`, or Azure's deployment; empty when it has none. */
  readonly param: string;
  readonly settings: AnswerSettings;
  /** The mock's books, for the endpoints that show and empty them. */
  readonly books: Books;
}

/** An answer that is sent at once. */
export interface WholeAnswer {
  readonly kind: "whole";
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is billed; `undefined` where nothing is. */
  readonly billed?: Bill | undefined;
  /** What the body tells of it. */
  readonly tells?: Told | undefined;
}

/** An answer that is sent frame by frame, at the mock's pace. */
export interface StreamAnswer {
  readonly kind: "stream";
  readonly frames: Iterable<Frame>;
  readonly contentType: string;
  readonly billed: Bill;
}

/** What is sent at once: a complete SSE frame, or a complete piece of the other content type. */
export type Frame = string | TellingFrame;

/** A frame with usage in it. */
export interface TellingFrame {
  readonly text: string;
  readonly tells: Told;
  /** Whether nothing of the usage is to come after it. */
  readonly all: boolean;
}

export type Answer = WholeAnswer | StreamAnswer;

interface EndpointInfo {
  readonly method: "GET" | "POST" | "DELETE" | "*";
  /** May contain one `{id}`, which matches a segment, or the part of it before the text that follows. */
  readonly path: string;
  /** A description for the guide. */
  readonly what: string;
}

/** An endpoint that takes a JSON object. */
export interface JsonEndpoint extends EndpointInfo {
  readonly takes: "json";
  /** The keys a body must have. */
  readonly needs: readonly string[];
  readonly answer: (call: Call, body: JsonObject) => Answer;
}

/** An endpoint that takes a `multipart/form-data` body. */
export interface FormEndpoint extends EndpointInfo {
  readonly takes: "form";
  readonly answer: (call: Call, form: FormData) => Answer;
}

/** An endpoint that takes any body and only counts its bytes. */
export interface PlainEndpoint extends EndpointInfo {
  readonly takes: "bytes";
  readonly answer: (call: Call, body: Buffer) => Answer;
}

export type Endpoint = JsonEndpoint | FormEndpoint | PlainEndpoint;

/** A JSON object from a client. Nothing about its values is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object, not an array and not null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The request id in the form of the providers. It is in a header of every answer and in Anthropic's errors. */
export function requestId(id: string): string {
  return `req_${id}`;
}

/** A 200 with a JSON body. @param billed what is billed, if anything is @param tells what the body tells of it */
export function json(body: unknown, billed?: Bill, tells?: Told): WholeAnswer {
  return { kind: "whole", status: 200, contentType: "application/json", body: JSON.stringify(body), billed, tells };
}

/** A 200 with a plain text body. @param billed what is billed, if anything is */
export function text(body: string, billed?: Bill): WholeAnswer {
  return { kind: "whole", status: 200, contentType: "text/plain; charset=utf-8", body, billed };
}

/** A 200 that streams. @param contentType the type of events, unless the API streams in another form */
export function stream(frames: Iterable<Frame>, billed: Bill, contentType = EVENT_STREAM): StreamAnswer {
  return { kind: "stream", frames, contentType, billed };
}

const EVENT_STREAM = "text/event-stream; charset=utf-8";

/** An SSE frame (WHATWG HTML, section 9.2) with JSON data. @param event the name of the event, if the API names its events */
export function frame(data: unknown, event?: string): string {
  const line = `data: ${JSON.stringify(data)}\n\n`;
  return event === undefined ? line : `event: ${event}\n${line}`;
}

/** The JSON data of a frame that `frame` made. */
export function dataOf(text: string): string {
  return text.slice(text.indexOf("data: ") + "data: ".length).trimEnd();
}

/** A frame with usage. @param all whether nothing of the usage is to come after it */
export function telling(text: string, { tells }: WrittenUsage, all: boolean): Frame {
  return tells === undefined ? text : { text, tells, all };
}

/** The last frame of a stream of OpenAI's chat completions. */
export const DONE = "data: [DONE]\n\n";
