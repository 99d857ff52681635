// Each metered exchange has one line in the ledger, however its response ends, with and without a content coding (contract, section 13).

import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";
import { AUTH } from "../support/config.ts";
import { until } from "../support/deadline.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { type Play, scriptedUpstream } from "../support/scripted-upstream.ts";
import { serverSockets } from "../support/server-sockets.ts";

const scene = setScene();
const SENT = '{"model":"asked"}';
const POST = requestText("POST", "/up/v1/messages", [AUTH, `Content-Length: ${SENT.length}`], SENT);
/** Several at one time. */
const CLIENTS = 6;

const START =
  'event: message_start\ndata: {"type":"message_start","message":{"model":"m","usage":{"input_tokens":5,"output_tokens":1}}}\n\n';
const DELTA = `event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"${"word ".repeat(2000)}"}}\n\n`;
const END =
  'event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":9}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n';

interface Ending {
  readonly name: string;
  readonly play: (first: Buffer, last: Buffer) => Pick<Play, "pieces" | "end">;
  readonly upstream?: readonly string[];
  /** The client leaves when it has the first part. */
  readonly leaves?: boolean;
  readonly line: Partial<LedgerLine>;
}

const WHOLE = { usage: "reported", input_tokens: 5, output_tokens: 9 } as const;
const PART = { usage: "partial", input_tokens: 5, output_tokens: 1 } as const;
const GATE = { gate: "never" };

const ENDINGS: readonly Ending[] = [
  {
    name: "whole",
    play: (first, last) => ({ pieces: [first, last], end: "close" }),
    line: { ...WHOLE, outcome: "success" },
  },
  {
    name: "the upstream resets the connection",
    play: (first) => ({ pieces: [first], end: "reset" }),
    line: { ...PART, outcome: "upstream_aborted" },
  },
  {
    name: "the stream is silent for too long",
    upstream: ["stream_idle_timeout_ms: 100"],
    play: (first) => ({ pieces: [first, GATE] }),
    line: { ...PART, outcome: "upstream_timeout" },
  },
  {
    name: "the client leaves",
    play: (first) => ({ pieces: [first, GATE] }),
    leaves: true,
    line: { ...PART, outcome: "client_closed" },
  },
  {
    name: "the client leaves, and the response is drained",
    upstream: ["on_client_abort: drain"],
    play: (first, last) => ({ pieces: [first, { gate: "left" }, last], end: "close" }),
    leaves: true,
    line: { ...WHOLE, outcome: "client_closed" },
  },
  {
    name: "the client leaves, and the drain takes too long",
    upstream: ["on_client_abort: drain", "drain_limit: {timeout_ms: 50}"],
    play: (first) => ({ pieces: [first, GATE] }),
    leaves: true,
    line: { ...PART, outcome: "client_closed" },
  },
];

it.each(ENDINGS.flatMap((ending) => [false, true].map((coded) => ({ ...ending, coded }))))(
  "$name, with a coding: $coded",
  async ({ play, upstream: settings = [], leaves = false, line, coded }) => {
    const code = (text: string): Buffer => (coded ? gzipSync(text) : Buffer.from(text));
    const [first, last] = [code(START + DELTA), code(END)];
    const head = ["HTTP/1.1 200 OK", "Content-Type: text/event-stream", ...(coded ? ["Content-Encoding: gzip"] : [])];
    const { pieces = [], end = "keep" } = play(first, last);
    const whole = { pieces: [`${head.join("\r\n")}\r\n\r\n`, ...pieces], end };
    const upstream = await scriptedUpstream(scene, [whole]);
    const dir = ledgerFolder();
    const top = [`usage: {enabled: true, ledger: {dir: ${dir}}}`];
    const gateway = await scene.gateway({ base: upstream.url, top, upstream: settings });
    const sockets = serverSockets(gateway);
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => scene.client(gateway)));
    for (const client of clients) await client.send(POST);
    for (const client of clients) {
      await client.until("the first part", () => client.total > first.length || undefined);
      if (leaves) client.reset();
    }
    if (leaves) {
      await until(
        "the gateway to know",
        () => sockets.length === CLIENTS && sockets.every((socket) => socket.destroyed),
      );
      // The response closes in a later turn than its connection.
      await new Promise(setImmediate);
      upstream.open("left");
    }
    await untilFree(gateway);
    await gateway.close();
    const lines = ledgerLines(dir);
    expect(lines).toMatchObject(clients.map(() => ({ ...line, model: "m", requested_model: "asked", attempts: 1 })));
    const ids = gateway.logs.filter(({ msg }) => msg === "request completed").map(({ request_id: id }) => id);
    expect(lines.map(({ request_id: id }) => id).sort()).toEqual(ids.sort());
  },
);
