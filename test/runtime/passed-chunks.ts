// An upstream that sends chunks in writes of the test's own, and a gateway in front of it. For the tests of `take-chunks.ts`.

import { AUTH } from "../support/config.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import type { Scene } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";

export const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
/** With this in the same read as the head, it is not sure where the body begins: the whole body goes over Node's parser. */
export const EARLY = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
export const LAST = "0\r\n\r\n";
export const PLAIN = ["5\r\nfirst\r\n", "6\r\nsecond\r\n", "5\r\nthird\r\n"] as const;
export const PLAIN_TEXT = "firstsecondthird";

/** What the upstream sends to one request: each piece is a write of its own. */
export interface Play {
  readonly pieces: readonly (string | Buffer)[];
  /** It ends its side after them. */
  readonly ends?: boolean;
}

/** Sends each piece when the gateway, which runs in this process, has read the one before. */
async function sendApart(connection: RawConnection, pieces: readonly (string | Buffer)[]): Promise<void> {
  for (const piece of pieces) {
    await connection.send(piece);
    await new Promise(setImmediate);
  }
}

/** A gateway, and an upstream that plays what it is told. */
export async function startChunks(scene: Scene, upstreamLines: readonly string[] = []) {
  const plays: Play[] = [];
  const upstream = await scene.rawUpstream(async (connection: RawConnection) => {
    for (;;) {
      await connection.request();
      const { pieces, ends = false } = plays.shift() ?? { pieces: [HEAD, ...PLAIN, LAST] };
      await sendApart(connection, pieces);
      if (ends) connection.halfClose();
    }
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: upstreamLines });
  let number = 0;
  const ask = async (play: Play, method = "GET") => {
    plays.push(play);
    const path = `/up/${number++}`;
    const { status, body, whole } = await exchange(gateway.port, requestText(method, path, [AUTH]), method);
    const line = await gateway.completed((candidate) => candidate["path"] === path);
    return { status, body, whole, outcome: line["outcome"], sent: line["bytes_sent"] };
  };
  return { upstream, gateway, plays, ask };
}
