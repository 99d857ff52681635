// Decides the answer to a complete request. It checks path, key, settings and body, in the order of a provider.

import { type AnswerSettings, readSettings } from "./answer-settings.ts";
import { bindBody } from "./bind-body.ts";
import type { Answer, Dialect } from "./endpoint.ts";
import { findEndpoint } from "./endpoints.ts";
import { refuse } from "./errors.ts";
import { settingsOfModel } from "./models.ts";

/** A request with its whole body. */
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

/** The settings of a mock, set when it starts. */
export interface MockSettings {
  /** The key that requests must carry; `undefined` accepts requests without a key. */
  readonly key: string | undefined;
  readonly paceMs: number;
}

/** An answer, and the settings for sending it. */
export interface Delivery {
  readonly answer: Answer;
  readonly settings: AnswerSettings;
}

/** Decides the answer to a request. Never rejects: if an endpoint throws, the answer is a 500. */
export async function respond(request: WholeRequest, mock: MockSettings): Promise<Delivery> {
  const path = request.target.split("?", 1)[0] ?? "";
  const dialect = dialectOf(path, request.headers);
  const defaults: AnswerSettings = { paceMs: mock.paceMs, delayMs: 0 };
  const refusal = (status: number, message: string, settings = defaults): Delivery => ({
    answer: refuse(dialect, status, message, request.id),
    settings,
  });

  const found = findEndpoint(request.method, path);
  if (found.endpoint === undefined) return refusal(found.status, notServed(found.status, request.method, path));
  if (path.startsWith("/v1/") && !carriesKey(mock.key, dialect, request.headers))
    return refusal(401, WRONG_KEY[dialect]);
  const read = readSettings(request.headers);
  if (!read.ok) return refusal(400, read.message);
  if (request.body === "too_large") return refusal(413, "The request is larger than the mock provider takes.");
  const bound = await bindBody(found.endpoint, dialect, one(request.headers["content-type"]), request.body);
  if (!bound.ok) return refusal(400, bound.message);

  const settings = { ...defaults, ...settingsOfModel(bound.model), ...read.settings };
  if (settings.status !== undefined)
    return refusal(settings.status, `The mock provider was asked for a ${settings.status}.`, settings);
  try {
    const { id, now, method, target, headers } = request;
    return {
      answer: bound.answer({ id, now, method, target, headers, dialect, param: found.param, settings }),
      settings,
    };
  } catch {
    return refusal(500, "The mock provider failed to answer this request.");
  }
}

const WRONG_KEY: { readonly [D in Dialect]: string } = {
  openai: "Incorrect API key provided.",
  anthropic: "invalid x-api-key",
};

/** Anthropic's clients send a header. Someone with curl may leave it out, so the path counts as well. */
function dialectOf(path: string, headers: WholeRequest["headers"]): Dialect {
  const anthropic = headers["anthropic-version"] !== undefined || path.startsWith("/v1/messages");
  return anthropic ? "anthropic" : "openai";
}

/** OpenAI takes the key as a bearer token. Anthropic takes it in `x-api-key`, and OAuth tokens as a bearer token. */
function carriesKey(key: string | undefined, dialect: Dialect, headers: WholeRequest["headers"]): boolean {
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
