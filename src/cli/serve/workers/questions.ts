// Brings the answers of another process to those who have asked.

export class Questions<Answer> {
  readonly #open = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  /**
   * Asks, and waits for the answer, which may never come.
   * @param send sends the question with its number
   */
  ask(send: (question: number) => void): Promise<Answer> {
    const question = ++this.#asked;
    return new Promise((resolve) => {
      this.#open.set(question, resolve);
      send(question);
    });
  }

  answered(question: number, answer: Answer): void {
    this.#open.get(question)?.(answer);
    this.#open.delete(question);
  }
}
