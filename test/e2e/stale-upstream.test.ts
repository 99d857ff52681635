// Chats at just the pace at which their upstream drops idle connections, as uvicorn does after 5 s: none is lost, and the upstream
// gets each once.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { PATIENCE_MS } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
/** How long the upstream keeps an idle connection. It does not say so. */
const IDLE_MS = 50;
const CHATS = 12;
const CONVERSATIONS = 8;

test.each([0, 80_000, 600_000])("chats of %i bytes", async (size) => {
  const seen: string[] = [];
  const conversations = Array.from({ length: CONVERSATIONS }, async (_, conversation) => {
    const upstream = await scene.rawUpstream(async (connection) => {
      for (;;) {
        const { startLine, body } = await connection.request();
        seen.push(startLine);
        const drop = setTimeout(() => connection.socket.destroy(), IDLE_MS);
        connection.socket.once("data", () => clearTimeout(drop));
        await connection.send(`HTTP/1.1 200 OK\r\nContent-Length: ${String(body.length).length}\r\n\r\n${body.length}`);
      }
    });
    // Each has its own gateway, so that its connections are idle for as long as the conversation is.
    const gateway = await scene.gateway({ base: upstream.url }, { times: { idle: { replayMs: PATIENCE_MS } } });
    const client = await scene.client(gateway);
    const answers: string[] = [];
    for (let chat = 0; chat < CHATS; chat++) {
      // Around the moment at which the upstream closes.
      if (chat > 0) await sleep(IDLE_MS - (chat % 4));
      const head = requestText("POST", `/up/${conversation}/${chat}`, [AUTH, `Content-Length: ${size}`]);
      await client.send(head + "x".repeat(size));
      const { status, text } = await client.response("POST");
      answers.push(`${status} ${text}`);
    }
    return answers;
  });
  const answers = (await Promise.all(conversations)).flat();
  expect(answers.filter((answer) => answer !== `200 ${size}`)).toEqual([]);
  expect(new Set(seen).size).toBe(CHATS * CONVERSATIONS);
  expect(seen.length).toBe(CHATS * CONVERSATIONS);
});
