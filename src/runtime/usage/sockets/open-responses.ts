// Follows which responses of one WebSocket have begun and not ended. Several may run at once.

/** More at once are not followed. One that is not followed is known as soon as it ends. */
const MAX_OPEN = 64;
/** Ids of responses that ended lately are kept, since some servers say the end of one in two events. */
const MAX_ENDED = 16;
const MAX_ID_LENGTH = 128;

export class OpenResponses {
  /** Requests for a response that none has begun for. */
  #asked = 0;
  readonly #open = new Set<string>();
  readonly #ended = new Set<string>();

  /** Nothing runs, and nothing was asked for that has not run. */
  get isNone(): boolean {
    return this.#asked === 0 && this.#open.size === 0;
  }

  /** The client asks for a response. */
  ask(): void {
    this.#asked++;
  }

  /** The upstream refuses something: a response as a rule. */
  refuse(): void {
    if (this.#asked > 0) this.#asked--;
  }

  begin(id: unknown): void {
    this.refuse();
    if (this.#open.size < MAX_OPEN) this.#open.add(idOf(id));
  }

  /** @returns false when the response has ended before */
  end(id: unknown): boolean {
    const name = idOf(id);
    if (this.#ended.has(name)) return false;
    // Not each server says that a response begins.
    if (!this.#open.delete(name)) this.refuse();
    if (name === "") return true;
    if (this.#ended.size === MAX_ENDED) for (const first of [...this.#ended].slice(0, 1)) this.#ended.delete(first);
    this.#ended.add(name);
    return true;
  }
}

/** The id, or the empty text for a response without a usable one. */
function idOf(id: unknown): string {
  return typeof id === "string" && id.length <= MAX_ID_LENGTH ? id : "";
}
