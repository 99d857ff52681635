// Holds the answer of an upstream until it is known whether another attempt follows, or until the body begins
// (contract, section 7). Nothing of it goes to the client meanwhile.

import type { IncomingMessage } from "node:http";
import type { Move } from "../body/body-pump.ts";
import { HeldBody } from "../body/held-body.ts";
import type { Clock } from "../clock.ts";
import type { ResponseHead } from "../headers/response-head.ts";
import { type FirstEvent, firstEventOf } from "./answers/first-event.ts";
import { isLookedAt, LOOK_BYTES, LOOK_MS, readAnswer, statusResult } from "./answers/look.ts";
import { type Happened, OVERLOADED_EVENT } from "./retry.ts";

/** Why an answer would be held. */
export interface HoldRules {
  /** Answers that are no success are looked at. */
  readonly errors: boolean;
  /** Event streams are held until their first event. */
  readonly firstEvent: boolean;
  /** Every answer is held until the first byte of its body. */
  readonly firstByte: boolean;
}

/** How an answer is held, and what it says in the end. */
interface Look {
  readonly isEnough: Move;
  /** The longest time that it is held, ms; `undefined`: other limits apply. */
  readonly ms?: number;
  /** Called after that time. Says whether it is held no longer. Default: it is not. */
  readonly onTime?: () => boolean;
  /** `undefined`: it is passed on. */
  readonly read: (body: Buffer) => Happened | undefined;
}

export class HeldAnswer {
  readonly #body: HeldBody;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(
    response: IncomingMessage,
    { isEnough, ms, onTime, read }: Look,
    onLooked: (said: Happened | undefined) => void,
  ) {
    this.#body = new HeldBody(response, isEnough, () => {
      clearTimeout(this.#timer);
      onLooked(read(Buffer.concat(this.#body.chunks)));
    });
    this.#timer =
      ms === undefined
        ? undefined
        : setTimeout(() => {
            if (onTime?.() ?? true) this.#body.release();
          }, ms);
  }

  /** Sends what is held to the client, and then the rest as it comes. */
  passTo(move: Move): void {
    const { chunks, ended } = this.#body;
    this.#body.passTo(move, move(Buffer.concat(chunks), ended));
  }

  /** Holds it no longer, as if it had been held for the longest time. Nothing happens if it was passed on already. */
  release(): void {
    this.#body.release();
  }

  resume(): void {
    this.#body.resume();
  }

  /** Reads and drops what still comes. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#body.stop();
  }
}

/** How an answer is to be held; `undefined`: it is passed on at once. */
export function lookAt(
  { statusCode = 0, rawHeaders }: IncomingMessage,
  head: Readonly<ResponseHead>,
  rules: HoldRules,
  onBytes: (body: Buffer, last: boolean) => void,
  clock: Clock,
): Look | undefined {
  if (rules.errors && statusResult(statusCode) !== "success") {
    const look = errorLook(statusCode, rawHeaders, clock);
    return rules.firstByte ? afterFirstByte(look, onBytes) : look;
  }
  if (statusCode >= 300) return rules.firstByte ? firstByteLook(onBytes) : undefined;
  const firstEvent = rules.firstEvent && head.sse ? firstEventOf(rawHeaders) : undefined;
  if (firstEvent !== undefined) return firstEventLook(firstEvent, onBytes);
  return rules.firstByte ? firstByteLook(onBytes) : undefined;
}

/** Small bodies mostly come with their head: to hold the others for that long keeps their connection usable. */
function errorLook(status: number, rawHeaders: readonly string[], clock: Clock): Look {
  const read = (body: Buffer | undefined): Happened =>
    readAnswer(status, rawHeaders, body?.subarray(0, LOOK_BYTES), clock.now());
  if (!isLookedAt(status, rawHeaders)) return { isEnough: () => true, read: () => read(undefined) };
  let bytes = 0;
  return {
    isEnough(body) {
      bytes += body.length;
      return bytes >= LOOK_BYTES;
    },
    ms: LOOK_MS,
    read,
  };
}

function firstEventLook(first: FirstEvent, onBytes: (body: Buffer, last: boolean) => void): Look {
  let verdict: ReturnType<FirstEvent["push"]> = "more";
  return {
    isEnough(body, last) {
      onBytes(body, last);
      verdict = first.push(body);
      return verdict !== "more";
    },
    read: () => (verdict === "error" ? OVERLOADED_EVENT : undefined),
  };
}

/** The same look, but it ends with the first byte of the body at the earliest. */
function afterFirstByte(look: Look, onBytes: (body: Buffer, last: boolean) => void): Look {
  let begun = false;
  let enough = false;
  return {
    ...look,
    isEnough(body, last) {
      onBytes(body, last);
      begun ||= body.length > 0;
      enough = look.isEnough(body, last) || enough;
      return begun && enough;
    },
    onTime() {
      enough = true;
      return begun;
    },
  };
}

function firstByteLook(onBytes: (body: Buffer, last: boolean) => void): Look {
  return {
    isEnough(body, last) {
      onBytes(body, last);
      return body.length > 0;
    },
    read: () => undefined,
  };
}
