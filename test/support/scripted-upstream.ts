// Starts an upstream that plays a script, one play an attempt, and records each attempt: what came, when, and how it ended.

import { within } from "./deadline.ts";
import { type MessageHead, onlyValueOf } from "./http-message.ts";
import type { Scene } from "./scene.ts";
import type { RawConnection } from "./upstream.ts";

/** What is sent: bytes, a text made at that moment, or a pause, for a time or until the test opens a gate. */
export type Piece = string | Uint8Array | (() => string) | { readonly wait: number } | { readonly gate: string };

/** What the upstream does with one attempt. */
export interface Play {
  /**
   * What is read before the pieces are sent. `nothing`: it acts as soon as the connection is open, `start`: as soon as a byte has
   * come. Both are for the first attempt of a connection. Default: `all`.
   */
  readonly reads?: "nothing" | "start" | "head" | "all";
  readonly pieces?: readonly Piece[];
  /** What happens after the last piece. `keep`, the default: the connection waits for another request. */
  readonly end?: "keep" | "close" | "reset" | "hang";
}

/** One attempt as it arrived. */
export interface ScriptedAttempt {
  /** When its head had come, or its connection where no head is read; on the clock of `performance.now()`, ms. */
  readonly at: number;
  /** The request line; empty where no head is read. */
  readonly startLine: string;
  readonly rawHeaders: readonly string[];
  /** The one value of a header. @throws Error when it came twice */
  header(name: string): string | undefined;
  /** Its connection's number, from 0. */
  readonly connection: number;
  /** The body, once it has come whole. */
  readonly body: Buffer | undefined;
  /** Resolves with the time at which the gateway ended the connection. */
  readonly ended: Promise<number>;
}

/** The plays that are left. Several upstreams can share one: then it does not matter which of them is asked first. */
export class Script {
  readonly #plays: readonly Play[];
  #taken = 0;

  /** @param plays the last one is repeated */
  constructor(plays: readonly Play[]) {
    this.#plays = plays;
  }

  /** The next play, which is not taken yet. */
  get next(): Play {
    return this.#plays[Math.min(this.#taken, this.#plays.length - 1)] ?? {};
  }

  take(): Play {
    const { next } = this;
    this.#taken += 1;
    return next;
  }
}

export interface ScriptedUpstream {
  readonly port: number;
  readonly url: string;
  /** Connections accepted since the start. */
  readonly connections: number;
  /** Every attempt so far, in order of arrival. */
  readonly attempts: readonly ScriptedAttempt[];
  /** Waits for an attempt. @param number from 1 */
  attempt(number: number): Promise<ScriptedAttempt>;
  /** Lets all plays pass the gate of this name, those that come later, too. */
  open(gate: string): void;
}

/** Starts an upstream that plays a script. The scene closes it. */
export async function scriptedUpstream(scene: Scene, plays: readonly Play[] | Script): Promise<ScriptedUpstream> {
  const script = plays instanceof Script ? plays : new Script(plays);
  const attempts: RecordedAttempt[] = [];
  const waiting = new Set<() => void>();
  const gates = new Gates();
  const note = (connection: RawConnection, index: number, head?: MessageHead): RecordedAttempt => {
    const attempt = new RecordedAttempt(connection, index, head);
    attempts.push(attempt);
    for (const check of waiting) check();
    return attempt;
  };
  const upstream = await scene.rawUpstream(async (connection, index) => {
    const { reads } = script.next;
    if (reads === "nothing" || reads === "start") {
      if (reads === "start") await connection.until("a byte", () => connection.bytes.length > 0 || undefined);
      note(connection, index);
      await perform(script.take(), connection, gates);
    }
    for (;;) {
      const head = await connection.requestHead();
      const attempt = note(connection, index, head);
      const play = script.take();
      const body = connection.requestBody(head).then((whole) => {
        attempt.body = whole;
      });
      body.catch(() => {});
      if (play.reads === undefined || play.reads === "all") await body;
      await perform(play, connection, gates);
      await body;
    }
  });
  return {
    port: upstream.port,
    url: upstream.url,
    get connections() {
      return upstream.connections;
    },
    attempts,
    attempt: (number) => {
      let check = (): void => {};
      const come = new Promise<ScriptedAttempt>((resolve) => {
        check = () => {
          const attempt = attempts[number - 1];
          if (attempt !== undefined) resolve(attempt);
        };
        waiting.add(check);
        check();
      });
      return within(`attempt number ${number}`, come).finally(() => waiting.delete(check));
    },
    open: (gate) => gates.open(gate),
  };
}

class RecordedAttempt implements ScriptedAttempt {
  readonly at = performance.now();
  readonly startLine: string;
  readonly rawHeaders: readonly string[];
  readonly connection: number;
  body: Buffer | undefined = undefined;
  readonly ended: Promise<number>;

  constructor(connection: RawConnection, index: number, head: MessageHead | undefined) {
    this.startLine = head?.startLine ?? "";
    this.rawHeaders = head?.rawHeaders ?? [];
    this.connection = index;
    this.ended = connection.ended.then(() => performance.now());
  }

  header(name: string): string | undefined {
    return onlyValueOf(this.rawHeaders, name);
  }
}

/** Plays one play on a connection. Returns when the connection can take another request; throws when it has ended. */
async function perform({ pieces = [], end = "keep" }: Play, connection: RawConnection, gates: Gates): Promise<void> {
  for (const piece of pieces) await playPiece(piece, connection, gates);
  if (end === "keep") return;
  if (end === "close") connection.halfClose();
  if (end === "reset") connection.reset();
  await connection.ended;
  throw new Error("the connection has ended");
}

async function playPiece(piece: Piece, connection: RawConnection, gates: Gates): Promise<void> {
  if (typeof piece === "function") return connection.send(piece());
  if (typeof piece === "string" || piece instanceof Uint8Array) return connection.send(piece);
  const passed = "gate" in piece ? gates.passed(piece.gate) : new Promise((resolve) => setTimeout(resolve, piece.wait));
  await Promise.race([passed, connection.ended]);
}

/** Points by name at which plays wait until the test opens them. */
class Gates {
  readonly #opened = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();

  open(name: string): void {
    this.#opened.add(name);
    for (const pass of this.#waiting.get(name) ?? []) pass();
    this.#waiting.delete(name);
  }

  passed(name: string): Promise<void> {
    if (this.#opened.has(name)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve]);
    });
  }
}
