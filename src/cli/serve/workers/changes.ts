// Lets code wait until something holds that is changed by events.

/** Whoever changes something calls `tell`; whoever waits looks then. */
export class Changes {
  readonly #waiting = new Set<() => void>();

  /** Something has changed. */
  tell(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Waits until this holds: at once, or after a change. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  /** As `until`, but no longer than this. @returns whether it holds */
  async within(ms: number, holds: () => boolean): Promise<boolean> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.tell();
    }, ms);
    await this.until(() => late || holds());
    clearTimeout(timer);
    return holds();
  }
}
