// Gathers the usage of Gemini's Live API.

import { geminiCounts, geminiTier } from "../forms/gemini-form.ts";
import { membersOf, objectIn, tellsAny } from "../forms/token-count.ts";
import type { TokenCounts, UsageReport } from "../usage-report.ts";
import type { Message } from "./message-reader.ts";
import type { SocketTally } from "./socket-tally.ts";
import { ToldSum } from "./told-sum.ts";

/**
 * Each turn tells its own usage: its prompt is all of the conversation so far, which is billed again with each turn. A turn that calls
 * tools tells usage several times, once for each time that the model ran. So all are added up, except a running total: it has the same
 * prompt as the one before it in the same turn, and no less output.
 */
export class GeminiTally implements SocketTally {
  readonly #sum = new ToldSum();
  #serviceTier: string | undefined;
  /** The client has ended its turn, and no usage was told since. */
  #isAsked = false;
  /** The model has spoken, and its turn is not complete. */
  #isInTurn = false;
  /** The model has spoken, and no usage was told since. */
  #isUntold = false;
  /** Usage was told in this turn. */
  #hasToldInTurn = false;

  get hasTold(): boolean {
    return this.#sum.hasTold;
  }

  fromClient({ clientContent }: Message): void {
    if (membersOf(clientContent)["turnComplete"] === true) this.#isAsked = true;
  }

  fromUpstream({ serverContent, usageMetadata }: Message): void {
    const { modelTurn, turnComplete } = membersOf(serverContent);
    if (modelTurn !== undefined) {
      this.#isInTurn = true;
      this.#isUntold = true;
    }
    const usage = objectIn(usageMetadata);
    if (usage !== undefined) {
      this.#take(geminiCounts(usage));
      this.#serviceTier = geminiTier(usage) ?? this.#serviceTier;
    }
    if (turnComplete !== true) return;
    this.#isInTurn = false;
    this.#hasToldInTurn = false;
  }

  report(isWhole: boolean): UsageReport {
    const isAll = isWhole && !this.#isAsked && !this.#isInTurn && !this.#isUntold;
    return this.#sum.report(isAll, { model: undefined, serviceTier: this.#serviceTier });
  }

  #take(counts: TokenCounts): void {
    if (!tellsAny(counts)) return;
    const told = { counts, ownCostTicks: undefined };
    if (this.#hasToldInTurn && this.#goesOn(counts)) this.#sum.replaceLast(told);
    else this.#sum.add(told);
    this.#isAsked = false;
    this.#isUntold = false;
    this.#hasToldInTurn = true;
  }

  #goesOn({ input, output }: TokenCounts): boolean {
    const { last } = this.#sum;
    return last !== undefined && input === last.input && (output ?? 0) >= (last.output ?? 0);
  }
}
