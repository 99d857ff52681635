// Streams that a test holds open: an upstream that ends each when it is told to, and clients that say how theirs ended.

import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { AUTH } from "../support/config.ts";
import { Inbox, within } from "../support/deadline.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const FIRST = "data: first\n\n";
const LAST = "data: last\n\n";

/** Where a stream is: its head and its first event have come. */
export interface HeldStream {
  /** The generation of the config that it came through, where the config injects one. */
  readonly generation: string;
  /** `whole`: it had its first and its last event. Everything else is said in words. */
  readonly ended: Promise<string>;
}

export interface StreamUpstream extends Upstream {
  /** Sends the last event of each stream, and ends it. Those that come later are ended at once. */
  finish(): void;
}

/** An upstream whose streams stay open. Requests for other paths than `/stream` are answered with the generation at once. */
export async function startStreamUpstream(): Promise<StreamUpstream> {
  const held = new Set<ServerResponse>();
  let over = false;
  const upstream = await startUpstream((req, res) => {
    const generation = String(req.headers["x-generation"] ?? "");
    if (req.url !== "/stream") return void res.end(generation);
    res.writeHead(200, { "content-type": "text/event-stream", "x-generation": generation });
    res.write(FIRST);
    if (over) return void res.end(LAST);
    held.add(res);
    res.once("close", () => held.delete(res));
  });
  return Object.assign(upstream, {
    finish(): void {
      over = true;
      for (const res of held) res.end(LAST);
    },
  });
}

/** Opens a stream on a connection of its own. Resolves when its first event has come. */
export function openStream(port: number): Promise<HeldStream> {
  const opened = new Inbox<IncomingMessage | Error>("response head of a stream");
  const [name = "", value = ""] = AUTH.split(": ");
  const sent = request({ port, host: "127.0.0.1", agent: false, path: "/up/stream", headers: { [name]: value } });
  sent.once("response", (res) => opened.put(res));
  sent.on("error", (err) => opened.put(err));
  sent.end();
  return opened.next().then((res) => {
    if (res instanceof Error) throw res;
    if (res.statusCode !== 200) throw new Error(`a stream was answered with ${res.statusCode}`);
    const ended = text(res).then(
      (body) => (body === FIRST + LAST ? "whole" : JSON.stringify(body)),
      (err: NodeJS.ErrnoException) => `broken: ${err.code}`,
    );
    return { generation: String(res.headers["x-generation"]), ended };
  });
}

/** Opens many streams. */
export function openStreams(port: number, count: number): Promise<HeldStream[]> {
  return Promise.all(Array.from({ length: count }, () => openStream(port)));
}

/** How each of the streams ended. */
export function ends(streams: readonly HeldStream[]): Promise<string[]> {
  return within("the end of all streams", Promise.all(streams.map(({ ended }) => ended)));
}
