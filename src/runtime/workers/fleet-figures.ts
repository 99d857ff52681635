// Asks the workers for their figures when someone wants to see them. A worker that does not answer in time holds nobody up.

import { addCounters, countersOf, type ProcessFigures } from "../observe/metrics/process-figures.ts";
import type { SharedState } from "../observe/metrics/state-families.ts";
import type { WorkerCounts } from "../observe/metrics/summary.ts";
import { within } from "../within.ts";
import type { Figures } from "./figures.ts";

/** The workers, as those who start them know them. */
export interface Fleet {
  /** How many there should be. */
  readonly configured: number;
  /** The numbers of those that run now. The number of a process is never given to another one. */
  live(): readonly number[];
  /** Asks a worker for its figures. The reports that it had not sent come before the answer. It may be rejected, or never be settled. */
  ask(worker: number): Promise<Figures>;
}

/** Prometheus gives up after 10 s. A worker whose event loop stands still for this long has other troubles, ms. */
const ANSWER_MS = 1000;

interface Answer {
  readonly figures: Figures;
  /** It was shown in place of a missing answer. That is done once: what is older would mislead. */
  spent: boolean;
}

export class FleetFigures {
  readonly #fleet: Fleet;
  readonly #answerMs: number;
  readonly #answers = new Map<number, Answer>();
  #current: readonly Figures[] = [];
  #shown: WorkerCounts;
  /** The counters of processes that have ended. */
  #ended: ProcessFigures = [];
  /** How many requests they had decided without Redis. */
  #endedAlone = 0;

  constructor(fleet: Fleet, answerMs = ANSWER_MS) {
    this.#fleet = fleet;
    this.#answerMs = answerMs;
    this.#shown = { configured: fleet.configured, alive: 0, answered: 0 };
  }

  /** Those of the last `refresh`. */
  get current(): readonly Figures[] {
    return this.#current;
  }

  get shown(): WorkerCounts {
    return this.#shown;
  }

  /** The metrics of all worker processes. Counters include those of the processes that have ended or are silent. */
  processes(): ProcessFigures[] {
    const shown = new Set(this.#current);
    const all = [this.#ended];
    for (const { figures } of this.#answers.values()) {
      if (figures.process !== undefined) all.push(shown.has(figures) ? figures.process : countersOf(figures.process));
    }
    return all;
  }

  /** The state that the workers share with others. It is up while all of them use it. */
  state(): SharedState {
    let decidedAlone = this.#endedAlone;
    for (const { figures } of this.#answers.values()) decidedAlone += figures.state?.decidedAlone ?? 0;
    return { up: this.#current.length > 0 && this.#current.every(({ state }) => state?.up), decidedAlone };
  }

  /** Asks all workers. Takes no longer than the time for an answer; never throws. */
  async refresh(): Promise<void> {
    const asked = this.#fleet.live();
    const answered = new Set<number>();
    const questions = asked.map(async (worker) => {
      const figures = await this.#fleet.ask(worker);
      answered.add(worker);
      if (this.#fleet.live().includes(worker)) this.#answers.set(worker, { figures, spent: false });
    });
    await within(
      this.#answerMs,
      Promise.allSettled(questions).then(() => {}),
    );
    const live = this.#fleet.live();
    this.#current = live.flatMap((worker) => {
      const answer = this.#answers.get(worker);
      if (answer === undefined || answer.spent) return [];
      answer.spent = !answered.has(worker);
      return [answer.figures];
    });
    this.#shown = { configured: this.#fleet.configured, alive: live.length, answered: this.#current.length };
  }

  /** A worker has ended. */
  gone(worker: number): void {
    const answer = this.#answers.get(worker);
    this.#answers.delete(worker);
    this.#current = this.#current.filter((figures) => figures !== answer?.figures);
    this.#endedAlone += answer?.figures.state?.decidedAlone ?? 0;
    if (answer?.figures.process !== undefined) {
      this.#ended = addCounters(this.#ended, countersOf(answer.figures.process));
    }
  }
}
