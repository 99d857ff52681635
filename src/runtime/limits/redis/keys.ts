// Names the keys in Redis. All keys of one subject have one hash tag, so that Redis Cluster keeps them together.

import { hash } from "node:crypto";

/** Where Redis keeps what belongs to a subject. */
export interface SubjectKeys {
  /** HASH: what is counted in the present minute. */
  readonly minute: string;
  /** ZSET: exchanges in flight, by the end of their leases. */
  readonly slots: string;
  /** HASH: what is reserved, by exchange, and the sums of it. */
  readonly held: string;
  /** HASH: what is used, by period, and who has written how much. */
  readonly usage: string;
}

/** As `clientKey` names it. The id is as the schema wants it, so it holds nothing that ends a hash tag. */
const CLIENT = /^client ([A-Za-z0-9_.-]{1,64})$/;

export class KeyNames {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  of(subject: string): SubjectKeys {
    const own = this.#ofSubject(subject);
    return { minute: `${own}:minute`, slots: `${own}:slots`, held: `${own}:held`, usage: `${own}:usage` };
  }

  /** A key that is there for a while after an admission was undone before it ran. */
  undone(subject: string, id: string): string {
    return `${this.#ofSubject(subject)}:undone:${id}`;
  }

  get downstream(): string {
    return `${this.#prefix}{downstream}:slots`;
  }

  /** A key that is there while a process lives. */
  mark(process: string): string {
    return `${this.#prefix}{process:${process}}:mark`;
  }

  /** @param key holds a digest of an upstream key, so it is hashed again */
  gate(key: string): string {
    return `${this.#prefix}{gate:${shortHash(key, 24)}}:slots`;
  }

  /** Clients can be read in it, tokens can't. */
  #ofSubject(subject: string): string {
    const client = CLIENT.exec(subject)?.[1];
    const tag = client === undefined ? `token:${shortHash(subject, 24)}` : `client:${client}`;
    return `${this.#prefix}{${tag}}`;
  }
}

/** A hash that does not tell what was hashed. @param digits up to 64: 4 bits each */
export function shortHash(text: string, digits: number): string {
  return hash("sha256", text, "hex").slice(0, digits);
}
