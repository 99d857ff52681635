// Describes what limits the requests in flight with one upstream key, and lets further requests wait.

/** How a wait ended. */
export type Admission = "granted" | "refused" | "left";

export interface Wait {
  readonly admission: Promise<Admission>;
  readonly leaveQueue: () => void;
}

export interface Gate {
  readonly inUse: number;
  readonly waiting: number;
  /** Whether `tryEnter` would take a slot. */
  readonly hasRoom: boolean;
  /** A reload changes the limits. What is in flight or waiting stays counted. */
  resize(max: number, maxWaiting: number): void;
  /** Takes a slot if one is free and no request waits for it. */
  tryEnter(): boolean;
  /** Counts one more request, even above the maximum: it is in flight already, but was not counted. */
  charge(): void;
  /** Gives a slot back, and wakes the first waiter. */
  leave(): void;
  /**
   * Waits for a slot, first come first served.
   * @param timeoutMs longest wait, ms
   * @returns how the wait ends, and a function that leaves the queue; `undefined` when the queue is full
   */
  wait(timeoutMs: number): Wait | undefined;
  /** Other processes have slots, too: a slot that `tryEnter` took has to be confirmed. `undefined`: all slots are in this process. */
  readonly shared: SharedSlots | undefined;
}

/** The slots of a gate that several processes share. */
export interface SharedSlots {
  /** Names the gate for all processes. */
  readonly key: string;
  readonly max: number;
  /** A slot that `tryEnter` took is one for all processes. @param id under which it was taken */
  confirmed(id: string): void;
  /** Gives a slot back that `tryEnter` took, and that is not confirmed. @param isFull the others have all slots */
  giveUp(isFull: boolean): void;
  /** Asks for a slot that `tryEnter` took to be confirmed. It is given up where there is none. @returns whether there was one */
  confirm(): boolean | Promise<boolean>;
}
