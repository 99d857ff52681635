// Describes what reading a body for its model found.

/** Why a request's model can't be read. */
export type UnreadableReason =
  /** No place of the request names a model. */
  | "missing"
  /** The body has no member `model`, but one such as `Model`, which some parsers take for it. */
  | "other_capitals"
  /** One place names it twice. */
  | "given_twice"
  /** It is no string, or no field of a form but a file. */
  | "not_a_string"
  /** The name is longer than `MAX_NAME_BYTES`. */
  | "too_long"
  /** The body is no JSON object, or no form, or not in UTF-8. */
  | "malformed"
  /** The model was not found in the part of the body that may be held. */
  | "past_bound"
  /** The content coding is unknown, there are several, or the body can't be decoded within the bounds. */
  | "coding"
  /** The name would have to be replaced in a place where the gateway can't do that. */
  | "not_renamable";

/** Where the bytes of a value stand in a body: from `start`, up to and without `end`. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/** What a body says about its model. */
export type BodyModel =
  /** `past_bound`: there may be one in the part of the body that was not read yet. */
  | { readonly kind: "none"; readonly reason: "missing" | "past_bound" }
  /** `span` covers the JSON string with its quotes. It is `undefined` where the bytes can't be replaced: in a form, or under a coding. */
  | { readonly kind: "model"; readonly name: string; readonly span: ByteSpan | undefined }
  | { readonly kind: "unreadable"; readonly reason: UnreadableReason };

/** The longest name of a model that is read, bytes as sent. The longest known ones, ARNs of Amazon Bedrock, have up to 2048. */
export const MAX_NAME_BYTES = 4096;

export const NO_MODEL: BodyModel = Object.freeze({ kind: "none", reason: "missing" });

export const NO_MODEL_YET: BodyModel = Object.freeze({ kind: "none", reason: "past_bound" });

export function unreadable(reason: UnreadableReason): {
  readonly kind: "unreadable";
  readonly reason: UnreadableReason;
} {
  return { kind: "unreadable", reason };
}
