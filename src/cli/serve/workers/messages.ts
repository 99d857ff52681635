// Describes the messages between the primary and its workers. Some hold secrets: a message is never logged.

import type { AddressInfo } from "node:net";
import type { Reply } from "../../../plan/replies.ts";
import type { TlsPair } from "../../../runtime/downstream/tls.ts";
import type { BuiltInRequest } from "../../../runtime/endpoints/built-in.ts";
import type { ChargeOwner, DayCharge } from "../../../runtime/limits/shared/shared-counts.ts";
import type { Figures } from "../../../runtime/workers/figures.ts";
import type { Restored } from "../../../runtime/workers/primary-link.ts";
import type { Report } from "../../../runtime/workers/report.ts";
import type { EncodedBlueprint } from "./codec.ts";

/** What workers serve. */
export interface SentPlan {
  readonly blueprint: EncodedBlueprint;
  /** Certificate and key as the primary has read them; `undefined`: without TLS, or the pair in use stays. */
  readonly pair: TlsPair | undefined;
}

/** What a worker has left to the others when it ended. */
export interface Legacy {
  /** Its number. */
  readonly worker: number;
  /** All that it had charged since its start, by the `client` of the ledger. Redis may not know the last of it. */
  readonly charges: ReadonlyMap<string, readonly DayCharge[]>;
}

/** What a worker needs to begin. */
export interface Start extends SentPlan {
  readonly version: string;
  /** The contents of the file in NODE_EXTRA_CA_CERTS. */
  readonly extraCas: Buffer | undefined;
  /** What the ledger knew when the primary started. */
  readonly restored: Restored;
  /** In whose name charges are written to Redis. Each worker puts its own number in place of the process. */
  readonly owner: ChargeOwner;
  /** Of the workers that have ended before. */
  readonly legacies: readonly Legacy[];
  /** Where the workers before it listened, to listen there in place of port 0. */
  readonly at: Listening | undefined;
}

export type ToWorker =
  /** The first message: link the plan, and listen. */
  | { readonly kind: "start"; readonly start: Start }
  /** Link another plan, and keep it beside the one in use. The number tells the swaps of one worker apart. */
  | { readonly kind: "prepare"; readonly swap: number; readonly plan: SentPlan }
  /** Use the plan that was prepared. */
  | { readonly kind: "commit"; readonly swap: number }
  /** Drop the plan that was prepared. */
  | { readonly kind: "forget"; readonly swap: number }
  /** Another worker has ended: see to it that Redis knows what it had charged. */
  | { readonly kind: "inherit"; readonly legacy: Legacy }
  /** Drain, then end. */
  | { readonly kind: "stop" }
  /** Say what only you know. */
  | { readonly kind: "askFigures"; readonly question: number }
  /** The answer to `askPrimary`. */
  | { readonly kind: "reply"; readonly question: number; readonly reply: Reply };

/** Where a worker listens. */
export interface Listening {
  readonly address: AddressInfo;
  readonly metricsAddress: AddressInfo | undefined;
}

export type FromWorker =
  /** The worker runs, and waits for `start`. */
  | { readonly kind: "hello" }
  | ({ readonly kind: "listening" } & Listening)
  /** It can't listen, and ends. */
  | { readonly kind: "failed"; readonly error: string }
  /** @property refusal why the plan can't be used; `undefined`: it can */
  | { readonly kind: "prepared"; readonly swap: number; readonly refusal: string | undefined }
  | { readonly kind: "committed"; readonly swap: number; readonly ok: boolean }
  | { readonly kind: "draining"; readonly inFlight: number }
  /** @property whole every exchange finished by itself */
  | { readonly kind: "stopped"; readonly whole: boolean }
  | { readonly kind: "report"; readonly report: Report }
  /** @property cause why Redis can't be used, or why it still can't; `undefined`: it is used */
  | { readonly kind: "redis"; readonly cause: string | undefined }
  /** The answer to `askFigures`. */
  | { readonly kind: "figures"; readonly question: number; readonly figures: Figures }
  /** A client has asked for a metrics endpoint: answer it. */
  | { readonly kind: "askPrimary"; readonly question: number; readonly request: BuiltInRequest };
