// Checks that each event of a stream reaches the client when the upstream sends it, alone: the next one is sent when the client has
// it. So an event that waits for another one would wait for ever.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { parseBody } from "../support/http-message.ts";
import { metered } from "../support/ledger-folder.ts";
import { type RawHead, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";

const scene = setScene();
const EVENTS = 100;
const AT_ONCE = 10;

function eventText(i: number): string {
  return `data: {"choices":[{"delta":{"content":"word ${i}"}}]}\n\n`;
}

const FRAMINGS = {
  chunks: {
    line: "Transfer-Encoding: chunked\r\n",
    event: (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`,
    end: "0\r\n\r\n",
  },
  "chunks with an extension": {
    line: "Transfer-Encoding: chunked\r\n",
    event: (text: string) => `${text.length.toString(16)};a=b\r\n${text}\r\n`,
    end: "0\r\n\r\n",
  },
  "the end of the connection": { line: "Connection: close\r\n", event: (text: string) => text, end: "" },
} as const;

const WAYS = Object.keys(FRAMINGS).flatMap((framing) =>
  [false, true].map((isMetered) => ({ framing: framing as keyof typeof FRAMINGS, isMetered })),
);

test.each(WAYS)("events in $framing, metered: $isMetered", async ({ framing, isMetered }) => {
  const { line, event, end } = FRAMINGS[framing];
  const upstream = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: upstream.url, top: isMetered ? metered() : [] });

  async function stream(): Promise<void> {
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/v1/chat/completions", [AUTH]));
    const connection: RawConnection = await upstream.nextConnection();
    await connection.requestHead();
    await connection.send(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n${line}\r\n`);
    const head: RawHead = await client.head();
    for (let i = 0; i < EVENTS; i++) {
      await connection.send(event(eventText(i)));
      const chunk = await client.until(`event ${i}`, () => {
        const { body, used } = parseBody(client.bytes, { kind: "chunked" });
        return body.length >= eventText(i).length && used === client.bytes.length
          ? { text: body.toString(), used }
          : undefined;
      });
      expect(chunk.text).toBe(eventText(i));
      client.take(chunk.used);
    }
    await connection.send(end);
    if (end === "") connection.halfClose();
    expect((await client.body(head)).whole).toBe(true);
  }
  await Promise.all(Array.from({ length: AT_ONCE }, stream));
});
