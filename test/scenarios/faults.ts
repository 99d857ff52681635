// How the broken provider misbehaves: one fault for each scenario, picked by the model's name.

/** A fault. Times are in seconds of the catalogue. */
export type Fault =
  /** An error response: to the first request only, to all, or to all of the first `untilS` seconds. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly type: string;
      readonly code: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly when: "first" | "always" | { readonly untilS: number };
    }
  /** The first connection is reset before any byte of a response. */
  | { readonly kind: "reset" }
  /** The request is taken, and nothing ever comes. */
  | { readonly kind: "silent" }
  /** A stream that goes wrong on its way. */
  | {
      readonly kind: "stream";
      /** The headers come at once, the first event so much later. */
      readonly firstAfterS?: number;
      /** The connection ends after so many words, without the last chunk. */
      readonly cutAfter?: number;
      /** Silence after so many words, then the connection ends. */
      readonly stall?: { readonly after: number; readonly seconds: number };
      /** An event that is no JSON comes before this word. */
      readonly malformedAt?: number;
      readonly withoutDone?: true;
    }
  /** Refuses requests whose last message is the assistant's. Else it answers. */
  | { readonly kind: "no-prefill" };

const limited = { kind: "status", status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" } as const;
const overloaded = { kind: "status", status: 503, type: "server_error", code: "overloaded" } as const;
const refused = { kind: "status", status: 400, type: "invalid_request_error", when: "always" } as const;

/** Faults by the model that a client asks for. A model that is not here answers. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  "fb-s01": { ...limited, headers: { "retry-after": "2" }, when: "first" },
  "fb-s02": { ...limited, when: "always" },
  "fb-s03": { kind: "status", status: 500, type: "server_error", code: "server_error", when: "first" },
  "fb-s04": { ...overloaded, when: "always" },
  "fb-s05": { kind: "reset" },
  "fb-s06": { kind: "silent" },
  "fb-s07": { kind: "stream", firstAfterS: 20 },
  "fb-s08": { kind: "stream", cutAfter: 40 },
  "fb-s09": { kind: "stream", stall: { after: 20, seconds: 30 } },
  "fb-s10": { kind: "stream", malformedAt: 10 },
  "fb-s11": { kind: "stream", withoutDone: true },
  "fb-s12": { ...refused, code: "context_length_exceeded" },
  "fb-s13": { ...refused, code: "content_policy_violation" },
  "fb-s14": { kind: "stream", cutAfter: 40 },
  "fb-s15": { ...overloaded, when: { untilS: 60 } },
  "fb-s16": { ...overloaded, when: "always" },
  "fb-ok-noprefill": { kind: "no-prefill" },
};
