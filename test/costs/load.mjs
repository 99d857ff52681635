// Runs as a process of its own for the count tests: the upstream, and one client whose requests come one after the other, so that
// nothing of either is counted as the gateway's. Both use bare sockets, and send an event only when the last one has arrived.

import { connect, createServer } from "node:net";
import { requestTo } from "../../bench/load/connection.mjs";

const REQUEST = JSON.stringify({ model: "gpt-5-mini", stream: true, messages: [{ role: "user", content: "" }] });
const BODY = REQUEST.replace('"content":""', `"content":"${"x".repeat(1024 - REQUEST.length)}"`);
const USAGE = '"usage":{"prompt_tokens":256,"completion_tokens":98,"total_tokens":354}';
const MESSAGE = '"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"word"}}]';
const JSON_BODY = `{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-5-mini",${MESSAGE},${USAGE}}`;
const JSON_ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${JSON_BODY.length}\r\n\r\n${JSON_BODY}`;
const STREAM_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const LAST_CHUNK = "0\r\n\r\n";

/** @typedef {{ port: number, token: string, kind: "json" | "stream" | "totals", count: number }} Job */

/** Sends the next event of the stream, or its end. @type {() => void} */
let nextEvent = () => {};

/** @param {number} number @param {string} more members of the event */
function eventChunk(number, more) {
  const choice = `"choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]`;
  const text = `data: {"id":"event-${number}.","object":"chat.completion.chunk","model":"gpt-5-mini",${choice}${more}}\n\n`;
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

/** @param {import("node:net").Socket} socket @param {number} events @param {boolean} totals each event tells the usage so far */
function stream(socket, events, totals) {
  const more = totals ? `,${USAGE}` : "";
  let sent = 0;
  nextEvent = () => {
    socket.write(sent < events ? eventChunk(sent, more) : LAST_CHUNK);
    sent += 1;
  };
  socket.write(STREAM_HEAD);
}

const upstream = createServer({ noDelay: true }, (socket) => {
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
    const end = text.indexOf("\r\n\r\n");
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1]);
    if (end === -1 || text.length < end + 4 + length) return;
    const [, kind, count] = /\?(\w+)=(\d+)/.exec(text) ?? [];
    text = "";
    if (kind === "json") socket.write(JSON_ANSWER);
    else stream(socket, Number(count), kind === "totals");
  });
});

/** @param {string} token @param {string} query */
function request(token, query) {
  return requestTo({ path: `/up/chat/completions?${query}`, headers: [], token }, "POST", "", BODY);
}

/** Does the requests one after the other, on one connection. @param {Job} job */
function run({ port, token, kind, count }) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let sent = 0;
  let text = "";
  const send = () => {
    socket.write(request(token, `${kind}=${kind === "json" ? `${sent}.` : count}`));
    sent += 1;
  };
  const finish = (/** @type {string | undefined} */ error) => {
    socket.destroy();
    process.send?.({ done: true, error });
  };
  const onJson = () => {
    const head = text.indexOf("\r\n\r\n");
    if (head === -1 || !text.endsWith(JSON_BODY)) return;
    text = "";
    if (sent === count) finish(undefined);
    else send();
  };
  const onEvent = () => {
    if (!text.endsWith("\r\n")) return;
    if (text.endsWith(LAST_CHUNK)) return finish(undefined);
    text = "";
    nextEvent();
  };
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
    if (text.startsWith("HTTP/1.1 ") && !text.startsWith("HTTP/1.1 200 ")) finish(text);
    else if (kind === "json") onJson();
    else onEvent();
  });
  socket.on("error", (error) => finish(error.message));
  socket.on("connect", send);
}

process.on("message", (/** @type {Job} */ job) => run(job));
process.on("disconnect", () => process.exit());
upstream.listen(0, "127.0.0.1", () => process.send?.({ port: /** @type {any} */ (upstream.address()).port }));
