// Clients of streams: each says how its stream ended.

import { type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { within } from "../support/deadline.ts";
import { FIRST, REST } from "./held-upstream.ts";
import { PATIENCE_MS } from "./patience.ts";
import { BODY, tokenOf } from "./real-fleet.ts";

export interface OpenStream {
  /** The id of its request, as in the log and the ledger. */
  readonly id: string;
  /** `whole`: all bytes came, as the upstream sent them. Everything else is said in words. */
  readonly ended: Promise<string>;
}

const WHOLE = Buffer.from(FIRST + REST);

/** Opens a stream on a connection of its own. Resolves when its head has come. Rejects where it is refused. */
export function openStream(port: number, client: string, id: string): Promise<OpenStream> {
  const headers = {
    authorization: `Bearer ${tokenOf(client)}`,
    "content-type": "application/json",
    "x-request-id": id,
  };
  const path = "/up/v1/chat/completions?stream";
  const opened = new Promise<OpenStream>((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", method: "POST", path, headers, agent: false });
    sent.once("response", (res: IncomingMessage) => {
      if (res.statusCode !== 200) return reject(new Error(`stream ${id} was answered with ${res.statusCode}`));
      const ended = buffer(res).then(
        (bytes) => (bytes.equals(WHOLE) ? "whole" : `other bytes: ${bytes}`),
        (err: NodeJS.ErrnoException) => `broken: ${err.code}`,
      );
      resolve({ id, ended });
    });
    sent.on("error", reject);
    sent.end(BODY);
  });
  return within(`the head of stream ${id}`, opened, PATIENCE_MS);
}

/** Opens many streams. Their ids are `NAME-0`, `NAME-1`, … */
export function openStreams(port: number, client: string, count: number, name: string): Promise<OpenStream[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => openStream(port, client, `${name}-${i}`)));
}

/** The ids of the streams, by how they ended. */
export async function endsOf(streams: readonly OpenStream[]): Promise<Readonly<Record<string, string[]>>> {
  const ends: Record<string, string[]> = {};
  const all = Promise.all(
    streams.map(async ({ id, ended }) => {
      const end = await ended;
      ends[end] ??= [];
      ends[end].push(id);
    }),
  );
  await within("the end of all streams", all, PATIENCE_MS);
  for (const ids of Object.values(ends)) ids.sort();
  return ends;
}
