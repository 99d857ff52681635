// An upstream of chat completions that keeps requests until the test lets them go. Its streams send a part, and the rest later.

import type { ServerResponse } from "node:http";
import { within } from "../support/deadline.ts";
import { startUpstream } from "../support/upstream.ts";
import { PATIENCE_MS } from "./patience.ts";

/** What each answer reports as used. */
export const USED_TOKENS = 20;

const USAGE = { prompt_tokens: 10, completion_tokens: 10, total_tokens: USED_TOKENS };

const ANSWER = JSON.stringify({
  id: "x",
  object: "chat.completion",
  model: "gpt-4o",
  choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
  usage: USAGE,
});

const chunk = (content: string) => ({
  id: "x",
  object: "chat.completion.chunk",
  model: "gpt-4o",
  choices: [{ index: 0, delta: { content } }],
});

/** The first event of a stream, and the others. */
export const FIRST = `data: ${JSON.stringify(chunk("one"))}\n\n`;
export const REST = `data: ${JSON.stringify({ ...chunk("two"), usage: USAGE })}\n\ndata: [DONE]\n\n`;

export interface HeldUpstream {
  readonly url: string;
  /** How many requests it keeps now. */
  readonly held: number;
  /** How many requests came. */
  readonly arrived: number;
  /** Keeps requests from now on. It does so from the start. */
  hold(): void;
  /** Answers all, and those that come, until `hold`. */
  release(): void;
  /** Waits until it keeps that many requests. */
  untilHeld(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A request with the query `stream` gets a stream: its head and its first event come at once. */
export async function startHeldUpstream(): Promise<HeldUpstream> {
  /** What is left to send of each answer. */
  const holding = new Map<ServerResponse, string>();
  const watchers = new Set<() => void>();
  let isOpen = false;
  let arrived = 0;
  const upstream = await startUpstream(
    (req, res) => {
      req.resume();
      arrived++;
      let rest = ANSWER;
      if (req.url?.endsWith("?stream")) {
        res.writeHead(200, { "content-type": "text/event-stream" });
        res.write(FIRST);
        rest = REST;
      } else {
        res.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(ANSWER) });
      }
      if (isOpen) return void res.end(rest);
      holding.set(res, rest);
      res.once("close", () => holding.delete(res));
      for (const watch of watchers) watch();
    },
    { body: "leave" },
  );
  return {
    url: upstream.url,
    get held() {
      return holding.size;
    },
    get arrived() {
      return arrived;
    },
    hold() {
      isOpen = false;
    },
    release() {
      isOpen = true;
      for (const [res, rest] of holding) res.end(rest);
      holding.clear();
    },
    untilHeld: (count) =>
      within(
        () => `${count} held requests; ${holding.size} are`,
        new Promise<void>((resolve) => {
          const watch = (): void => {
            if (holding.size < count) return;
            watchers.delete(watch);
            resolve();
          };
          watchers.add(watch);
          watch();
        }),
        PATIENCE_MS,
      ),
    close: () => upstream.close(),
  };
}
