// What is an endpoint of the mock? A method, a path, what body it takes, and a function from a call to an answer: no sockets.

import type { Knobs } from "./knobs.ts";

/** Whose manners a request wants: they differ in keys, errors and lists. */
export type Dialect = "openai" | "anthropic";

/** One request, as far as an endpoint cares. */
export interface Call {
  /** Unique for one mock: the number of the request, in hex. Ids of answers are made from it. */
  readonly id: string;
  /** Unix time, s. */
  readonly now: number;
  readonly dialect: Dialect;
  readonly method: string;
  /** The raw request target, query included. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The part of the path that an endpoint's `{id}` stands for; empty where there is none. */
  readonly param: string;
  readonly knobs: Knobs;
}

/** An answer that is ready at once. */
export interface WholeAnswer {
  readonly kind: "whole";
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is told frame by frame, at the mock's pace. */
export interface StreamAnswer {
  readonly kind: "stream";
  /** Whole SSE frames. */
  readonly frames: Iterable<string>;
}

export type Answer = WholeAnswer | StreamAnswer;

interface Place {
  readonly method: "GET" | "POST" | "*";
  /** May hold one `{id}`, which stands for one segment. */
  readonly path: string;
  /** Said in the guide. */
  readonly what: string;
}

/** Takes a JSON object. */
export interface JsonEndpoint extends Place {
  readonly takes: "json";
  /** The keys a body must have. */
  readonly needs: readonly string[];
  readonly answer: (call: Call, body: JsonObject) => Answer;
}

/** Takes a `multipart/form-data` body. */
export interface FormEndpoint extends Place {
  readonly takes: "form";
  readonly answer: (call: Call, form: FormData) => Answer;
}

/** Takes any body, only to count it. */
export interface PlainEndpoint extends Place {
  readonly takes: "bytes";
  readonly answer: (call: Call, body: Buffer) => Answer;
}

export type Endpoint = JsonEndpoint | FormEndpoint | PlainEndpoint;

/** A JSON object of a client: nothing in it is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Tells an object from all else JSON can be. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What providers call a request: in a header of every answer, and in Anthropic's errors. */
export function requestId(id: string): string {
  return `req_${id}`;
}

/** A 200 with a JSON body. */
export function json(body: unknown): WholeAnswer {
  return { kind: "whole", status: 200, contentType: "application/json", body: JSON.stringify(body) };
}

/** A 200 with a plain text body. */
export function text(body: string): WholeAnswer {
  return { kind: "whole", status: 200, contentType: "text/plain; charset=utf-8", body };
}

/** A 200 that streams. */
export function stream(frames: Iterable<string>): StreamAnswer {
  return { kind: "stream", frames };
}
