// One worker, as the primary sees it: how far it has come, and what it has answered.

import type { Reply } from "../../../plan/replies.ts";
import type { BuiltInRequest } from "../../../runtime/endpoints/built-in.ts";
import type { Figures } from "../../../runtime/workers/figures.ts";
import type { Report } from "../../../runtime/workers/report.ts";
import type { FromWorker, Listening, Start, ToWorker } from "./messages.ts";
import { Questions } from "./questions.ts";

/** How a process has ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The process of a worker. Its methods never throw. */
export interface WorkerProcess {
  /** 1, 2, …: never used again for another worker. */
  readonly id: number;
  /** `undefined` when it could not be started. */
  readonly pid: number | undefined;
  send(message: ToWorker): void;
  /** Ends it at once. */
  kill(): void;
}

export interface ProcessEvents {
  message(message: FromWorker): void;
  /** It has ended, and all of its output was read. Called once, and never before `Fork` has returned. */
  gone(end: ProcessEnd): void;
}

/** Starts the process of a worker. Never throws. */
export type Fork = (events: ProcessEvents) => WorkerProcess;

/**
 * `booting`: it has not said anything. `waiting`: it waits for its plan. `starting`: it links the plan, and begins to listen.
 * `serving`: it listens. `stopped`: it has drained. `gone`: its process has ended.
 */
export type MemberState = "booting" | "waiting" | "starting" | "serving" | "stopped" | "gone";

export interface MemberEvents {
  /** Its state, or what it answered, has changed. */
  changed(member: Member): void;
  /** It has taken a step of a swap. */
  stepped(member: Member, step: FromWorker & { readonly kind: "prepared" | "committed" }): void;
  reported(member: Member, report: Report): void;
  /** It uses Redis, or can't. @param cause why it can't; `undefined`: it does */
  redis(member: Member, cause: string | undefined): void;
  /** A client has asked it for a metrics endpoint. */
  asked(member: Member, request: BuiltInRequest): Promise<Reply>;
}

export interface MemberLimits {
  /** How long it may take to run, and then to listen, ms. After that it is ended. */
  readonly startMs: number;
  /** How long its process may live on when it has drained, ms. */
  readonly endMs: number;
}

export class Member {
  readonly process: WorkerProcess;
  /** When it was started, on the clock of `performance.now()`. */
  readonly since = performance.now();
  state: MemberState = "booting";
  /** Where it listens; `undefined` before it does. */
  listening: Listening | undefined = undefined;
  /** Why it could not listen. */
  failure: string | undefined = undefined;
  /** How many exchanges were in flight when it began to drain; `undefined` before. */
  inFlight: number | undefined = undefined;
  /** Whether all of its exchanges finished; `undefined` before it has drained. */
  whole: boolean | undefined = undefined;
  /** How its process ended; `undefined` while it runs. */
  end: ProcessEnd | undefined = undefined;
  readonly #figures = new Questions<Figures>();
  readonly #events: MemberEvents;
  readonly #limits: MemberLimits;
  #limit: NodeJS.Timeout | undefined = undefined;

  constructor(fork: Fork, events: MemberEvents, limits: MemberLimits) {
    this.#events = events;
    this.#limits = limits;
    this.process = fork({ message: (message) => this.#take(message), gone: (end) => this.#gone(end) });
    this.#limitTo(limits.startMs);
  }

  get id(): number {
    return this.process.id;
  }

  /** Sends it the plan that it begins with. */
  start(start: Start): void {
    this.state = "starting";
    this.#limitTo(this.#limits.startMs);
    this.process.send({ kind: "start", start });
  }

  /** Asks it for its figures. What it had not reported comes before. Never settled when it ends. */
  figures(): Promise<Figures> {
    return this.#figures.ask((question) => this.process.send({ kind: "askFigures", question }));
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case "report":
        return this.#events.reported(this, message.report);
      case "redis":
        return this.#events.redis(this, message.cause);
      case "figures":
        return this.#figures.answered(message.question, message.figures);
      case "askPrimary":
        return this.#reply(message.question, message.request);
      case "prepared":
      case "committed":
        return this.#events.stepped(this, message);
      case "hello":
        this.state = "waiting";
        break;
      case "listening":
        this.listening = message;
        this.state = "serving";
        break;
      case "failed":
        this.failure = message.error;
        break;
      case "draining":
        this.inFlight = message.inFlight;
        break;
      case "stopped":
        this.whole = message.whole;
        this.state = "stopped";
        break;
    }
    clearTimeout(this.#limit);
    if (this.state === "stopped") this.#limitTo(this.#limits.endMs);
    this.#events.changed(this);
  }

  #reply(question: number, request: BuiltInRequest): void {
    void this.#events.asked(this, request).then((reply) => this.process.send({ kind: "reply", question, reply }));
  }

  #gone(end: ProcessEnd): void {
    clearTimeout(this.#limit);
    this.end = end;
    this.state = "gone";
    this.#events.changed(this);
  }

  /** Ends it after this time, unless it goes on to another state. */
  #limitTo(ms: number): void {
    clearTimeout(this.#limit);
    this.#limit = setTimeout(() => this.process.kill(), ms);
  }
}
