// Checks what the gateway relies on inside of Node, on the running one: a request's own `upgrade` decides whether its connection is
// handed over, and one that is not is served like any other, with its body.

import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { requestClass } from "../../src/runtime/downstream/gateway-request.ts";
import { listen } from "../support/listen.ts";
import { connectRaw, requestText } from "../support/raw-client.ts";
import { ASKS } from "../support/websocket.ts";

async function serverThat(takes: (req: IncomingMessage) => boolean) {
  const options = { IncomingMessage: requestClass(takes), requireHostHeader: false };
  const server = createServer(options, async (req, res) => {
    let body = "";
    for await (const chunk of req) body += chunk;
    res.end(`served ${body}`);
  });
  const upgraded = once(server, "upgrade");
  return { server, upgraded, client: await connectRaw(await listen(server)) };
}

describe("a request that offers another protocol", () => {
  it("is asked about once its method and headers are known, and handed over with what came behind it", async () => {
    const seen: unknown[] = [];
    const { client, upgraded } = await serverThat((req) => {
      seen.push([req.method, req.url, req.rawHeaders.includes("websocket"), req.httpVersion]);
      return true;
    });
    await client.send(`${requestText("GET", "/x", ASKS)}early`);
    const [req, socket, head] = await upgraded;
    expect(String(head)).toBe("early");
    expect(seen[0]).toEqual(["GET", "/x", true, "1.1"]);
    expect(req.upgrade).toBe(true);
    socket.end("done");
    await client.untilText("done");
    await client.close();
  });

  it("is served like any other where it is not wanted, with its body", async () => {
    const { client } = await serverThat(() => false);
    await client.send(requestText("POST", "/x", [...ASKS, "Content-Length: 4"], "body"));
    expect((await client.response()).text).toBe("served body");
    await client.close();
  });

  it("is not asked about where there is no offer", async () => {
    const { client } = await serverThat(() => {
      throw new Error("asked");
    });
    await client.send(requestText("GET", "/x", ["Upgrade: websocket"]));
    expect((await client.response()).text).toBe("served ");
    await client.close();
  });
});
