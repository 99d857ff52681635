// Decides the answer to a complete request. It checks path, key, settings and body, in the order of a provider.

import { type AnswerSettings, plainSettings, readSettings } from "./answer-settings.ts";
import { bindBody } from "./bind-body.ts";
import { carriesKey, dialectOf, first, WRONG_KEY, wantsKey } from "./dialect.ts";
import type { Answer } from "./endpoint.ts";
import { findEndpoint } from "./endpoints.ts";
import { refuse } from "./errors.ts";
import { settingsOfModel } from "./models.ts";
import type { Books } from "./usage/books.ts";

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
  readonly books: Books;
}

/** An answer, and the settings for sending it. */
export interface Delivery {
  readonly answer: Answer;
  readonly settings: AnswerSettings;
  /** The model that the request names. */
  readonly model: string | undefined;
}

/** Decides the answer to a request. Never rejects: if an endpoint throws, the answer is a 500. */
export async function respond(request: WholeRequest, mock: MockSettings): Promise<Delivery> {
  const { id, now, method, target, headers } = request;
  const path = target.split("?", 1)[0] ?? "";
  const dialect = dialectOf(path, headers);
  const defaults = plainSettings(mock.paceMs);
  const refusal = (status: number, message: string, settings = defaults): Delivery => ({
    answer: refuse({ dialect, id, target }, status, message),
    settings,
    model: undefined,
  });

  const found = findEndpoint(method, path, dialect);
  if (found.endpoint === undefined) return refusal(found.status, notServed(found.status, method, path));
  if (mock.key !== undefined && wantsKey(path) && !carriesKey(mock.key, dialect, target, headers)) {
    const { status, message } = WRONG_KEY[dialect];
    return refusal(status, message);
  }
  const read = readSettings(headers);
  if (!read.ok) return refusal(400, read.message);
  if (request.body === "too_large") return refusal(413, "The request is larger than the mock provider takes.");
  const { endpoint, param } = found;
  const bound = await bindBody(endpoint, dialect, first(headers["content-type"]), request.body, param || undefined);
  if (!bound.ok) return refusal(400, bound.message);

  const settings = { ...defaults, ...settingsOfModel(bound.model), ...read.settings };
  if (settings.status !== undefined)
    return refusal(settings.status, `The mock provider was asked for a ${settings.status}.`, settings);
  try {
    const { books } = mock;
    const answer = bound.answer({ id, now, method, target, headers, dialect, param, settings, books });
    return { answer, settings, model: typeof bound.model === "string" ? bound.model : undefined };
  } catch {
    return refusal(500, "The mock provider failed to answer this request.");
  }
}

function notServed(status: 404 | 405, method: string, path: string): string {
  return status === 405 ? `Not allowed to ${method} on ${path}` : `Invalid URL (${method} ${path})`;
}
