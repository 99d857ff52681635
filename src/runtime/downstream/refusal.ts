// Defines the refusal of a message: what the client gets, and what the log says.

import type { Reply } from "../../plan/replies.ts";

export interface Refusal {
  readonly reply: Reply;
  /** Why, in a few words, without anything that the client sent. For the log. */
  readonly cause: string;
}
