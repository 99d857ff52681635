// What does the mock answer to a request it has read whole? Key, path, settings, body, in a provider's order; no sockets.

import { bindBody } from "./bind-body.ts";
import type { Answer, Dialect } from "./endpoint.ts";
import { findEndpoint } from "./endpoints.ts";
import { refuse } from "./errors.ts";
import { type Knobs, readKnobs } from "./knobs.ts";
import { knobsOfModel } from "./models.ts";

/** A request, read to its end. */
export interface WholeRequest {
  readonly id: string;
  /** Unix time, s. */
  readonly now: number;
  readonly method: string;
  /** The raw request target, query included. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer | "too_large";
}

/** What a mock is told once, when it starts. */
export interface Manners {
  /** The key that requests must show; without it none is asked for. */
  readonly key: string | undefined;
  readonly paceMs: number;
}

/** An answer and the settings to deliver it by. */
export interface Told {
  readonly answer: Answer;
  readonly knobs: Knobs;
}

/** The answer to a request. Never throws: an endpoint that fails is a 500. */
export async function respond(request: WholeRequest, manners: Manners): Promise<Told> {
  const path = request.target.split("?", 1)[0] ?? "";
  const dialect = dialectOf(path, request.headers);
  const defaults: Knobs = { paceMs: manners.paceMs, delayMs: 0 };
  const no = (status: number, message: string, knobs = defaults): Told => ({
    answer: refuse(dialect, status, message, request.id),
    knobs,
  });

  const found = findEndpoint(request.method, path);
  if (found.endpoint === undefined) return no(found.status, notServed(found.status, request.method, path));
  if (path.startsWith("/v1/") && !showsKey(manners.key, dialect, request.headers)) return no(401, WRONG_KEY[dialect]);
  const read = readKnobs(request.headers);
  if (!read.ok) return no(400, read.message);
  if (request.body === "too_large") return no(413, "The request is larger than the mock provider takes.");
  const bound = await bindBody(found.endpoint, dialect, one(request.headers["content-type"]), request.body);
  if (!bound.ok) return no(400, bound.message);

  const knobs = { ...defaults, ...knobsOfModel(bound.model), ...read.knobs };
  if (knobs.status !== undefined) return no(knobs.status, `The mock provider was asked for a ${knobs.status}.`, knobs);
  try {
    const { id, now, method, target, headers } = request;
    return { answer: bound.answer({ id, now, method, target, headers, dialect, param: found.param, knobs }), knobs };
  } catch {
    return no(500, "The mock provider failed to answer this request.");
  }
}

const WRONG_KEY: { readonly [D in Dialect]: string } = {
  openai: "Incorrect API key provided.",
  anthropic: "invalid x-api-key",
};

/** Anthropic's clients say so by a header; a person with curl may leave it out, but not the path. */
function dialectOf(path: string, headers: WholeRequest["headers"]): Dialect {
  const anthropic = headers["anthropic-version"] !== undefined || path.startsWith("/v1/messages");
  return anthropic ? "anthropic" : "openai";
}

/** OpenAI takes its key as a bearer token; Anthropic in `x-api-key`, and OAuth tokens as bearer. */
function showsKey(key: string | undefined, dialect: Dialect, headers: WholeRequest["headers"]): boolean {
  if (key === undefined) return true;
  const bearer = /^Bearer +(.*)$/i.exec(one(headers["authorization"]) ?? "")?.[1];
  return bearer === key || (dialect === "anthropic" && headers["x-api-key"] === key);
}

function notServed(status: 404 | 405, method: string, path: string): string {
  return status === 405 ? `Not allowed to ${method} on ${path}` : `Invalid URL (${method} ${path})`;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
