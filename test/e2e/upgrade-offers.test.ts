// Checks that nothing behind a request with an `upgrade` header is lost without notice, or taken for a request by mistake.
// Node drops what follows such a request in the same read (fact F20).

import { connect as connectTls } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { AUTH } from "../support/config.ts";
import { until, within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { inboundTls } from "../support/tls-files.ts";

const scene = setScene();

const OFFER = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", AUTH];
const BEHIND = requestText("GET", "/up/behind", [AUTH]);

/** What an attacker would hide in the body of a request. */
const HIDDEN = requestText("GET", "/up/hidden", [AUTH]);

const OFFERS: readonly [what: string, text: string][] = [
  ["without a body", requestText("GET", "/up/first", OFFER)],
  ["with a length", requestText("POST", "/up/first", [...OFFER, "Content-Length: 3"], "abc")],
  ["with the length 0", requestText("POST", "/up/first", [...OFFER, "Content-Length: 0"])],
  ["in the old spelling", requestText("GET", "/up/first", ["Proxy-Connection: Upgrade", "Upgrade: h2c", AUTH])],
  ["with chunks", requestText("POST", "/up/first", [...OFFER, "Transfer-Encoding: chunked"], "1\r\na\r\n0\r\n\r\n")],
];

describe("bytes behind an offer, in the same read", () => {
  it.each(OFFERS)("close the connection after the answer to an offer %s", async (_what, text) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(text + BEHIND);
    const response = await client.response();
    expect(response).toMatchObject({ status: 200, text: "ok" });
    expect(response.header("connection")).toBe("close");
    expect(await within("the connection to end", client.ended)).toBe("fin");
    expect(upstream.requests).toHaveLength(1);
  });

  it("are no request, also when they are the middle of one", async () => {
    const answers: (() => void)[] = [];
    const upstream = await scene.upstream((_req, res) => void answers.push(() => res.end("ok")));
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    const hides = requestText("POST", "/up/behind", [AUTH, `Content-Length: ${HIDDEN.length}`]);
    await client.send(requestText("GET", "/up/first", OFFER) + hides);
    await upstream.nextRequest();
    await client.send(HIDDEN);
    answers[0]?.();
    expect((await client.response()).header("connection")).toBe("close");
    await within("the connection to end", client.ended);
    expect(client.text).toBe("");
    expect(upstream.requests).toHaveLength(1);
  });

  it("close the connection when they come with the last part of a body", async () => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText("POST", "/up/first", [...OFFER, "Content-Length: 6"], "abc"));
    await upstream.nextRequest();
    await client.send(`def${BEHIND}`);
    expect((await client.response()).header("connection")).toBe("close");
    await within("the connection to end", client.ended);
    expect(client.text).toBe("");
  });

  it("close the connection behind a refusal, too", async () => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/first", ["Connection: Upgrade", "Upgrade: websocket", AUTH]) + BEHIND);
    const response = await client.response();
    expect(response.status).toBe(426);
    expect(response.headers("connection")).toContain("close");
    expect(await within("the connection to end", client.ended)).toBe("fin");
  });

  it("close the connection when the offer had to wait for the answer before it", async () => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText("GET", "/up/x", [AUTH]) + requestText("GET", "/up/first", OFFER) + BEHIND);
    expect((await client.response()).header("connection")).toBe("keep-alive");
    expect((await client.response()).header("connection")).toBe("close");
    await within("the connection to end", client.ended);
    expect(client.text).toBe("");
    expect(upstream.requests).toHaveLength(2);
  });
});

it("a request behind an `upgrade` header that is no offer is answered", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  // Without `connection: upgrade`, the header is not meant for the gateway.
  await client.send(requestText("GET", "/up/first", ["Upgrade: h2c", AUTH]) + BEHIND);
  for (let i = 0; i < 2; i++) expect((await client.response()).text).toBe("ok");
});

describe("a connection stays open after an offer with nothing behind it", () => {
  it.each(OFFERS.filter(([what]) => what !== "with chunks"))("%s", async (_what, text) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    for (let i = 0; i < 3; i++) {
      await client.send(text);
      const response = await client.response();
      expect(response).toMatchObject({ status: 200, text: "ok" });
      expect(response.header("connection")).toBe("keep-alive");
    }
  });

  it("with a body in several parts", async () => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    for (let i = 0; i < 2; i++) {
      await client.send(requestText("POST", "/up/first", [...OFFER, "Content-Length: 6"]));
      await upstream.nextRequest();
      await client.send("abc");
      await client.send("def");
      expect((await client.response()).header("connection")).toBe("keep-alive");
    }
  });
});

it.each([
  ["closes it if something follows", BEHIND, "close"],
  ["keeps it open if nothing follows", "", "keep-alive"],
])("a connection with TLS %s", async (_what, behind, connection) => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({ base: upstream.url, top: [await inboundTls()] });
  const socket = connectTls({ port: gateway.port, host: "127.0.0.1", rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  let received = "";
  socket.on("data", (bytes: Buffer) => {
    received += bytes.toString("latin1");
  });
  socket.write(requestText("POST", "/up/first", [...OFFER, "Content-Length: 6"], "abc"));
  await upstream.nextRequest();
  socket.write(`def${behind}`);
  await until("the answer", () => received.endsWith("ok") || received.endsWith("0\r\n\r\n"));
  expect(received.toLowerCase()).toContain(`\r\nconnection: ${connection}\r\n`);
});
