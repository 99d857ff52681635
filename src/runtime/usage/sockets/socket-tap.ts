// Reads the usage of one WebSocket out of copies of what passes between the client and the upstream after the 101
// (contract, section 13, "Forms").

import type { UsageForm } from "../../../plan/usage.ts";
import { nameIn } from "../forms/name.ts";
import { membersOf } from "../forms/token-count.ts";
import { keptTree } from "../read/kept-tree.ts";
import { NO_COUNTS, UNKNOWN_USAGE, type UsageReport } from "../usage-report.ts";
import { GeminiTally } from "./gemini-tally.ts";
import { type Message, MessageReader } from "./message-reader.ts";
import { isAskingType, isTellingType, OpenAiTally } from "./openai-tally.ts";
import type { SocketTally } from "./socket-tally.ts";

/** Nothing in it throws, and it keeps at most 64 KiB, however long a message is. */
export interface SocketTap {
  /** Takes the next bytes of the client. They are not changed, and not kept. */
  fromClient(bytes: Buffer): void;
  /** Takes the next bytes of the upstream. */
  fromUpstream(bytes: Buffer): void;
  /** The model that the client's messages named last. */
  readonly requestedModel: string | undefined;
  /**
   * Both directions are over. Called once.
   * @returns the sum of all responses. Its model is the one that the upstream named last, else the one of the client's messages
   */
  end(): UsageReport;
}

/**
 * Makes the tap of one WebSocket, which has no extensions.
 * @param form `auto` goes by the shape of the messages. Anthropic and Ollama have no API over WebSocket: with them nothing is known
 */
export function createSocketTap(form: UsageForm): SocketTap {
  return new Tap(form);
}

const RESPONSE = { id: true, model: true, service_tier: true, usage: true } as const;

/** All that is looked at of the upstream's messages. */
const FROM_UPSTREAM = keptTree(
  {
    type: true,
    usage: true,
    response: RESPONSE,
    event: { type: true, response: RESPONSE },
    session: { model: true },
    usageMetadata: true,
    serverContent: { modelTurn: {}, turnComplete: true },
  },
  [],
);

/** All that is looked at of the client's messages. */
const FROM_CLIENT = keptTree(
  {
    type: true,
    model: true,
    response: { model: true },
    session: { model: true },
    setup: { model: true },
    clientContent: { turnComplete: true },
  },
  [],
);

class Tap implements SocketTap {
  readonly #openAi: SocketTally | undefined;
  readonly #gemini: SocketTally | undefined;
  readonly #client: MessageReader;
  readonly #upstream: MessageReader;
  #requestedModel: string | undefined;
  /** An exception of our own makes the usage unknown and nothing else. */
  #isSpoilt = false;

  constructor(form: UsageForm) {
    this.#openAi = form === "auto" || form === "openai" ? new OpenAiTally() : undefined;
    this.#gemini = form === "auto" || form === "gemini" ? new GeminiTally() : undefined;
    this.#client = new MessageReader(true, {
      kept: FROM_CLIENT,
      wants: isAskingType,
      take: (message) => this.#takeAsked(message),
    });
    this.#upstream = new MessageReader(false, {
      kept: FROM_UPSTREAM,
      wants: isTellingType,
      take: (message) => this.#tallyOf(message)?.fromUpstream(message),
    });
  }

  get requestedModel(): string | undefined {
    return this.#requestedModel;
  }

  fromClient(bytes: Buffer): void {
    this.#push(this.#client, bytes);
  }

  fromUpstream(bytes: Buffer): void {
    this.#push(this.#upstream, bytes);
  }

  end(): UsageReport {
    if (this.#isSpoilt) return UNKNOWN_USAGE;
    const report = this.#report();
    return { ...report, model: report.model ?? this.#requestedModel };
  }

  #push(reader: MessageReader, bytes: Buffer): void {
    if (this.#isSpoilt) return;
    try {
      reader.push(bytes);
    } catch {
      this.#isSpoilt = true;
    }
  }

  #report(): UsageReport {
    const tally = this.#gemini?.hasTold === true ? this.#gemini : this.#openAi;
    const isWhole = !this.#client.isBroken && this.#upstream.isBetween;
    const report = (tally ?? this.#gemini)?.report(isWhole) ?? UNKNOWN_USAGE;
    return report.known === "unknown" && this.#isUnused ? { ...report, known: "reported", counts: NO_COUNTS } : report;
  }

  /** The client never sent a message: nothing was used, as with sockets that are opened early and not needed. */
  get #isUnused(): boolean {
    const hasTold = this.#openAi?.hasTold === true || this.#gemini?.hasTold === true;
    return !hasTold && !this.#client.hasMessages && this.#client.isBetween && this.#upstream.isBetween;
  }

  #takeAsked(message: Message): void {
    const model =
      nameIn(message["model"]) ??
      nameIn(membersOf(message["response"])["model"]) ??
      nameIn(membersOf(message["session"])["model"]) ??
      lastSegment(nameIn(membersOf(message["setup"])["model"]));
    this.#requestedModel = model ?? this.#requestedModel;
    this.#tallyOf(message)?.fromClient(message);
  }

  /** The messages of OpenAI's APIs have a type, those of Gemini have none. */
  #tallyOf({ type }: Message): SocketTally | undefined {
    return type === undefined ? this.#gemini : this.#openAi;
  }
}

/** Gemini's names are paths: `models/NAME`, and longer ones at Vertex. */
function lastSegment(path: string | undefined): string | undefined {
  return path?.slice(path.lastIndexOf("/") + 1) || undefined;
}
