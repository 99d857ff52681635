// Gathers the usage of OpenAI's WebSockets: Realtime, Responses and Live.

import { nameIn } from "../forms/name.ts";
import { openAiCounts } from "../forms/openai-counts.ts";
import { ownCostTicks } from "../forms/own-cost.ts";
import { membersOf, objectIn, type Told, tellsAny } from "../forms/token-count.ts";
import type { UsageReport } from "../usage-report.ts";
import type { Message } from "./message-reader.ts";
import { OpenResponses } from "./open-responses.ts";
import type { SocketTally } from "./socket-tally.ts";
import { ToldSum } from "./told-sum.ts";

const CREATE = "response.create";
const CREATED = "response.created";
const ERROR = "error";
/** A response has ended. Realtime says `done`, Responses say the others. */
const ENDS: readonly unknown[] = ["response.done", "response.completed", "response.incomplete", "response.failed"];
/** Speech of the user was written down, by a model of its own. It has its own usage, besides the responses. */
const TRANSCRIBED = "conversation.item.input_audio_transcription.completed";
const SESSIONS: readonly unknown[] = ["session.created", "session.updated"];
/** What a Live session has used up to now. */
const RUNNING = "session.usage.updated";
const SESSION_CLOSED = "session.closed";
/** A Live session hands on the events of a response that it had made. */
const NESTED = "response.event";

const FROM_UPSTREAM: ReadonlySet<unknown> = new Set([
  ...[CREATED, ERROR, ...ENDS, TRANSCRIBED, ...SESSIONS, RUNNING, SESSION_CLOSED, NESTED],
]);
const FROM_CLIENT: ReadonlySet<unknown> = new Set([CREATE, "session.update", "transcription_session.update"]);

/** Whether a message of the upstream may be of use, by its `type`. */
export function isTellingType(type: string): boolean {
  return FROM_UPSTREAM.has(type);
}

/** Whether a message of the client may be of use, by its `type`. */
export function isAskingType(type: string): boolean {
  return FROM_CLIENT.has(type);
}

export class OpenAiTally implements SocketTally {
  /** Usage is told for each response: the sum counts. */
  readonly #sum = new ToldSum();
  /** Usage of a Live session is told as a whole: the last one counts. */
  #running: Told | undefined;
  readonly #responses = new OpenResponses();
  /** A response ended without a word on its usage. */
  #isUntold = false;
  #isClosed = false;
  /** Models change rarely. The last name counts. */
  #model: string | undefined;
  #serviceTier: string | undefined;

  get hasTold(): boolean {
    return this.#sum.hasTold || this.#running !== undefined;
  }

  fromClient({ type }: Message): void {
    if (type === CREATE) this.#responses.ask();
  }

  fromUpstream(message: Message): void {
    const { type } = message;
    if (type === NESTED) return this.#event(membersOf(message["event"]));
    if (type === TRANSCRIBED) this.#addUsage(message["usage"]);
    else if (type === RUNNING) this.#running = objectIn(message["usage"]) ?? this.#running;
    else if (type === SESSION_CLOSED) this.#isClosed = true;
    else if (SESSIONS.includes(type)) this.#model = nameIn(membersOf(message["session"])["model"]) ?? this.#model;
    else this.#event(message);
  }

  report(isWhole: boolean): UsageReport {
    const running = this.#running;
    if (running !== undefined) this.#addUsage(running);
    // What a Live session used after it told this is not known, unless it said its end.
    const isLast = running === undefined || this.#isClosed;
    const isAll = isWhole && isLast && !this.#isUntold && this.#responses.isNone;
    return this.#sum.report(isAll, { model: this.#model, serviceTier: this.#serviceTier });
  }

  /** An event of a response. */
  #event({ type, response }: Message): void {
    if (type === ERROR) return this.#responses.refuse();
    const { id, model, service_tier, usage } = membersOf(response);
    this.#model = nameIn(model) ?? this.#model;
    this.#serviceTier = nameIn(service_tier) ?? this.#serviceTier;
    if (type === CREATED) this.#responses.begin(id);
    else if (ENDS.includes(type) && this.#responses.end(id) && !this.#addUsage(usage)) this.#isUntold = true;
  }

  /** @returns whether it told any */
  #addUsage(value: unknown): boolean {
    const usage = objectIn(value);
    if (usage === undefined) return false;
    const counts = openAiCounts(usage);
    const cost = ownCostTicks(usage);
    // What is billed by the second tells all, and no tokens are among it.
    if (!tellsAny(counts) && typeof usage["seconds"] !== "number" && cost === undefined) return false;
    this.#sum.add({ counts, ownCostTicks: cost });
    return true;
  }
}
