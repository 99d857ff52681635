// Runs the upstream server of the bench. It uses bare sockets, so that it costs little compared with the proxy that is measured.
// The last segment of the path, without /chat/completions, selects the response: json, paced, nulls, totals, burst, idle, down, up, take.

import { createServer } from "node:net";

/** A model of the price table. */
export const MODEL = "gpt-5-mini";

const USAGE = `{"prompt_tokens":256,"completion_tokens":98,"total_tokens":354,"prompt_tokens_details":{"cached_tokens":128},"completion_tokens_details":{"reasoning_tokens":64}}`;
const JSON_START = `{"id":"bench","object":"chat.completion","created":1700000000,"model":"${MODEL}","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"`;
const JSON_END = `"}}],"usage":${USAGE}}`;
const JSON_BODY = JSON_START + "x".repeat(1024 - JSON_START.length - JSON_END.length) + JSON_END;
const JSON_ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${JSON_BODY.length}\r\n\r\n${JSON_BODY}`,
);
const SSE_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const LAST_CHUNK = "0\r\n\r\n";

export const PACED_EVENTS = 100;
export const PACED_GAP_MS = 20;
export const BURST_EVENTS = 200_000;
export const LARGE_BYTES = 64 * 1024 * 1024;

/** One event of a usual chat stream. @param {string} more members */
const event = (more) =>
  `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"${MODEL}","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]${more}}\n\n`;
/** @param {string} text */
const httpChunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;

const EVENT = event("");
export const EVENT_BYTES = EVENT.length;
const EVENT_CHUNK = httpChunk(EVENT);
/** An event that tells usage. The last one of each stream is one. */
const USAGE_CHUNK = httpChunk(event(`,"usage":${USAGE}`));
/** A thousand events in one write, each in its own HTTP chunk. */
const EVENT_BLOCK = Buffer.from(EVENT_CHUNK.repeat(1000));
const LARGE_BLOCK = Buffer.alloc(64 * 1024, "x");

/** @typedef {import("node:net").Socket} Socket */

/** @type {Record<string, (socket: Socket) => void>} */
const ANSWERS = {
  json: (socket) => socket.write(JSON_ANSWER),
  paced: (socket) => pace(socket, EVENT_CHUNK),
  // As an API sends them that was asked for usage.
  nulls: (socket) => pace(socket, httpChunk(event(',"usage":null'))),
  // As Gemini and vLLM send them.
  totals: (socket) => pace(socket, USAGE_CHUNK),
  burst: (socket) => {
    socket.write(SSE_HEAD);
    pour(socket, EVENT_BLOCK, BURST_EVENTS / 1000, () => socket.write(LAST_CHUNK));
  },
  idle: (socket) => socket.write(SSE_HEAD + EVENT_CHUNK),
  down: (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${LARGE_BYTES}\r\n\r\n`);
    pour(socket, LARGE_BLOCK, LARGE_BYTES / LARGE_BLOCK.length, () => {});
  },
  // Reads slowly; `take` reads as fast as it can.
  up: (socket) => socket.write(JSON_ANSWER),
  take: (socket) => socket.write(JSON_ANSWER),
};

/** Writes a stream of events, some time apart. @param {Socket} socket @param {string} chunk all events but the last */
function pace(socket, chunk) {
  socket.write(SSE_HEAD + chunk);
  let left = PACED_EVENTS - 1;
  const timer = setInterval(() => {
    left -= 1;
    socket.write(left === 0 ? USAGE_CHUNK + LAST_CHUNK : chunk);
    if (left === 0) clearInterval(timer);
  }, PACED_GAP_MS);
  socket.once("close", () => clearInterval(timer));
}

/**
 * Writes a block many times, and waits whenever the socket is full.
 * @param {Socket} socket @param {Buffer} block @param {number} times @param {() => void} done
 */
function pour(socket, block, times, done) {
  let left = times;
  const more = () => {
    while (left > 0) {
      left -= 1;
      if (!socket.write(block)) break;
    }
    if (left > 0) socket.once("drain", more);
    else done();
  };
  more();
}

/** How fast `up` reads, in bytes per 10 ms. It is slow, so that a proxy that buffers without a bound uses visibly more memory. */
const SLOW_READ_BYTES = 512 * 1024;

/** @param {Socket} socket */
function serve(socket) {
  socket.setNoDelay(true);
  socket.on("error", () => {});
  let pending = "";
  let bodyLeft = 0;
  let answer = (/** @type {Socket} */ _socket) => {};
  /** @type {NodeJS.Timeout | undefined} */
  let slow;
  let allowance = 0;
  socket.on("data", (chunk) => {
    let rest = chunk;
    if (bodyLeft === 0) {
      pending += chunk.toString("latin1");
      const end = pending.indexOf("\r\n\r\n");
      if (end === -1) return;
      const head = pending.slice(0, end);
      const target = head.slice(head.indexOf(" ") + 1, head.indexOf(" HTTP/")).replace("/chat/completions", "");
      const action = target.slice(target.lastIndexOf("/") + 1);
      answer = ANSWERS[action] ?? (() => socket.destroy());
      bodyLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      rest = chunk.subarray(chunk.length - (pending.length - end - 4));
      pending = "";
      if (action === "up") {
        slow = setInterval(() => {
          allowance = SLOW_READ_BYTES;
          socket.resume();
        }, 10);
      }
    }
    bodyLeft -= rest.length;
    if (bodyLeft <= 0) {
      bodyLeft = 0;
      clearInterval(slow);
      slow = undefined;
      socket.resume();
      answer(socket);
    } else if (slow !== undefined) {
      allowance -= rest.length;
      if (allowance <= 0) socket.pause();
    }
  });
  socket.once("close", () => clearInterval(slow));
}

if (process.argv[1] === import.meta.filename) {
  createServer({ noDelay: true }, serve).listen(Number(process.argv[2]), "127.0.0.1", 8192);
}
