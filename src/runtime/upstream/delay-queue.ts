// Calls back after a delay, as `setTimeout` does, at a hundredth of its cost where many wait for the same time and few of them
// wait to the end: all that have the same delay share one timer, and stand in a list in the order in which their time comes.

/** What waits. A queue links it into its list: it stands in one list at most. */
export abstract class Delayed {
  /** When its time comes, on the clock of `performance.now()`, ms. */
  at = 0;
  queue: DelayQueue | undefined = undefined;
  next: Delayed | undefined = undefined;
  previous: Delayed | undefined = undefined;

  /** Its time has come. It waits no longer. */
  abstract due(): void;
}

/** The queues in which something waits, by their delay. */
const queues = new Map<number, DelayQueue>();

export class DelayQueue {
  readonly #ms: number;
  #first: Delayed | undefined = undefined;
  #last: Delayed | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;

  private constructor(ms: number) {
    this.#ms = ms;
  }

  /** Lets something wait, from now on. If it waits already, that wait ends. @param given how long, ms; 1 at least, as in Node */
  static wait(delayed: Delayed, given: number): void {
    DelayQueue.cancel(delayed);
    const ms = Math.max(1, given);
    let queue = queues.get(ms);
    if (queue === undefined) {
      queue = new DelayQueue(ms);
      queues.set(ms, queue);
    }
    queue.#add(delayed);
  }

  /** Ends the wait of something. Does nothing if it does not wait. */
  static cancel(delayed: Delayed): void {
    const { queue } = delayed;
    if (queue === undefined) return;
    queue.#unlink(delayed);
    delayed.queue = undefined;
  }

  #add(delayed: Delayed): void {
    delayed.at = performance.now() + this.#ms;
    delayed.queue = this;
    delayed.previous = this.#last;
    if (this.#last === undefined) this.#first = delayed;
    else this.#last.next = delayed;
    this.#last = delayed;
    this.#timer ??= setTimeout(DelayQueue.#look, this.#ms, this).unref();
  }

  #unlink(delayed: Delayed): void {
    const { next, previous } = delayed;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    delayed.next = undefined;
    delayed.previous = undefined;
  }

  /**
   * The timer goes on while something waits. It is not set anew when the first one leaves: it looks, and waits for the rest.
   * While it looks, it counts as set: what begins to wait then must not make those that wait already wait longer.
   */
  static #look(queue: DelayQueue): void {
    const now = performance.now();
    try {
      for (let first = queue.#first; first !== undefined && first.at <= now; first = queue.#first) {
        DelayQueue.cancel(first);
        first.due();
      }
    } finally {
      queue.#waitForRest(now);
    }
  }

  #waitForRest(now: number): void {
    this.#timer = undefined;
    if (this.#first === undefined) queues.delete(this.#ms);
    else this.#timer = setTimeout(DelayQueue.#look, Math.max(1, this.#first.at - now), this).unref();
  }
}
