// Sends and reads HTTP for the load at the lowest cost: one reused buffer per connection, requests as prepared bytes.
// It parses responses only as far as it must to find their end.

import { connect } from "node:net";
import { MODEL } from "../mock.mjs";

/** @typedef {import("node:net").Socket} Socket */

/** The body of a request that asks for a stream. */
export const STREAM_REQUEST = JSON.stringify({
  model: MODEL,
  stream: true,
  messages: [{ role: "user", content: "hi" }],
});

/**
 * Opens a connection and passes each read to `onBytes`. The bytes are valid only until `onBytes` returns.
 * @param {number} port
 * @param {(bytes: Buffer) => void} onBytes
 * @param {number} [bufferBytes]
 * @returns {Promise<Socket>}
 */
export function open(port, onBytes, bufferBytes = 64 * 1024) {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: "127.0.0.1",
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(bufferBytes),
        callback: (length, buffer) => {
          onBytes(/** @type {Buffer} */ (buffer).subarray(0, length));
          return true;
        },
      },
    });
    socket.once("connect", () => resolve(socket));
    socket.once("error", reject);
  });
}

/**
 * Finds the end of responses with a `content-length`.
 * @param {() => void} onAnswer
 * @returns {(bytes: Buffer) => void}
 */
export function answerCounter(onAnswer) {
  let head = "";
  let left = 0;
  return function count(bytes) {
    if (left > 0) {
      left -= bytes.length;
      if (left < 0) throw new Error("more bytes than the answer has");
      if (left === 0) onAnswer();
      return;
    }
    head += bytes.toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) return;
    const text = head.slice(0, end);
    if (!text.startsWith("HTTP/1.1 200")) throw new Error(`not the answer hoped for: ${head.slice(0, 200)}`);
    const length = /\r\ncontent-length: *(\d+)/i.exec(text);
    if (length === null || length[1] === "0") throw new Error(`not the mock's answer: ${text}`);
    left = Number(length[1]) - (head.length - end - 4);
    head = "";
    if (left === 0) onAnswer();
  };
}

/**
 * Makes the bytes of a request as an SDK sends it.
 * @param {Pick<import("./main.mjs").Settings, "path" | "headers" | "token">} settings
 * @param {string} method
 * @param {string} action what the upstream should answer
 * @param {string} [body]
 * @param {number} [length] of the body, if it is sent later
 */
export function requestTo({ path, headers, token }, method, action, body = "", length = body.length) {
  const toAction = (/** @type {string} */ text) => text.replace("{action}", action);
  const head = [
    `${method} ${toAction(path)} HTTP/1.1`,
    "Host: gateway.test",
    "Accept: application/json",
    "Content-Type: application/json",
    "User-Agent: OpenAI/JS 6.0.0",
    "X-Stainless-Lang: js",
    "X-Stainless-Package-Version: 6.0.0",
    "X-Stainless-OS: Linux",
    "X-Stainless-Arch: x64",
    "X-Stainless-Runtime: node",
    "X-Stainless-Runtime-Version: v20.19.0",
    "X-Stainless-Retry-Count: 0",
    `Authorization: Bearer ${token}`,
    "Accept-Encoding: gzip, deflate",
    "Connection: keep-alive",
    ...headers.map(toAction),
    ...(length > 0 ? [`Content-Length: ${length}`] : []),
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}
