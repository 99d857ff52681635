// Answers the requests that come over one WebSocket: each is a call like one over HTTP, with an entry in the books of its own.

import { type AnswerSettings, plainSettings } from "../answer-settings.ts";
import { pause } from "../deliver.ts";
import { first, keysOf } from "../dialect.ts";
import type { Call, Frame } from "../endpoint.ts";
import { settingsOfModel } from "../models.ts";
import type { Tally } from "../stats.ts";
import type { Bill } from "../usage/bill.ts";
import { type Books, type OpenEntry, shortened } from "../usage/books.ts";
import type { OpenSocket } from "./web-sockets.ts";

/** What all requests of a socket have in common. */
export interface SocketSetting {
  readonly socket: OpenSocket;
  /** The number of the upgrade. */
  readonly id: string;
  readonly target: string;
  readonly headers: Call["headers"];
  /** What the `x-mock-*` headers of the upgrade say. */
  readonly asked: Partial<AnswerSettings>;
  readonly paceMs: number;
  readonly books: Books;
  readonly tally: Tally;
  /** Returns the Unix time, s. */
  readonly now: () => number;
}

/** An answer in several messages. */
export interface SpokenAnswer {
  readonly model: string;
  readonly messages: Iterable<Frame>;
  readonly billed: Bill;
}

export class SocketCalls {
  readonly setting: SocketSetting;
  #count = 0;

  constructor(setting: SocketSetting) {
    this.setting = setting;
  }

  /** Makes the call of the next request. @param model the one that the request names */
  next(model: unknown): Call {
    const { id, target, headers, asked, paceMs, books, now } = this.setting;
    const settings = { ...plainSettings(paceMs), ...settingsOfModel(model), ...asked };
    this.#count += 1;
    return {
      ...{ id: `${id}_${this.#count}`, now: now(), dialect: "openai", method: "GET", target, headers, param: "" },
      ...{ settings, books },
    };
  }

  /** Sends the messages of an answer one by one, at the pace of its call. Ends early when the client leaves. */
  async speak(call: Call, { model, messages, billed }: SpokenAnswer): Promise<void> {
    const { socket, headers, target, books, tally } = this.setting;
    const [key] = keysOf("openai", target, headers);
    const entry = books.open({
      requestId: first(headers["x-request-id"]) ?? null,
      model,
      key: key === undefined ? null : shortened(key),
      billed,
    });
    tally.add({ openStreams: 1 });
    const isWhole = await sendAll(socket, call.settings, messages, entry).catch(() => false);
    entry.close(isWhole ? "whole" : "cut");
    tally.add({ openStreams: -1, abortedStreams: isWhole ? 0 : 1 });
  }
}

/** @returns whether all was sent, as far as anyone knows */
async function sendAll(
  socket: OpenSocket,
  settings: AnswerSettings,
  messages: Iterable<Frame>,
  entry: OpenEntry,
): Promise<boolean> {
  let sent = 0;
  for (const message of messages) {
    if (sent === settings.cutAfter) {
      socket.cut();
      return false;
    }
    if (!(await pause(sent === 0 ? 0 : settings.paceMs, socket.signal))) return false;
    if (typeof message !== "string") entry.tell(message.tells, message.all);
    if (!(await socket.send(typeof message === "string" ? message : message.text))) return false;
    sent += 1;
  }
  return true;
}
