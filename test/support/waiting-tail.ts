// Brings a response into its last state before the end: the upstream is done, and the last bytes wait for a client that does not read.

import { expect } from "vitest";
import { AUTH } from "./config.ts";
import { until, within } from "./deadline.ts";
import { type RawClient, requestText } from "./raw-client.ts";
import type { Scene } from "./scene.ts";
import { serverSockets } from "./server-sockets.ts";

const PIECE = Buffer.alloc(16 * 1024, "x");

export interface WaitingTail {
  readonly gateway: Awaited<ReturnType<Scene["gateway"]>>;
  /** The client that has asked for `/up/x`, and does not read. */
  readonly client: RawClient;
  /** How many bytes of the body the upstream has sent. */
  readonly sent: number;
  /** How many bytes wait in the gateway, also in later calls. */
  waiting(): number;
}

/** Returns once the last bytes wait. The upstream answers `/ok` with `ok`. @param top further lines of the config */
export async function waitingTail(scene: Scene, top: readonly string[] = []): Promise<WaitingTail> {
  let waiting = (): number => 0;
  let sent = 0;
  const upstream = await scene.upstream(async (req, res) => {
    if (req.url === "/ok") return void res.end("ok");
    res.writeHead(200, { "content-type": "application/octet-stream" });
    // Until the kernel takes no more.
    while (waiting() === 0) {
      res.write(PIECE);
      sent += PIECE.length;
      await new Promise(setImmediate);
    }
    res.end();
  });
  const gateway = await scene.gateway({ base: upstream.url, top });
  const sockets = serverSockets(gateway);
  waiting = () => sockets[0]?.writableLength ?? 0;
  const client = await scene.client(gateway);
  client.socket.pause();
  await client.send(requestText("GET", "/up/x", [AUTH]));
  expect(await within("the upstream to be done", (await upstream.nextRequest()).closed)).toBe("whole");
  await until("the last bytes to wait", () => waiting() > 0);
  return { gateway, client, sent, waiting };
}
