// Checks uploads whose length is known from their headers, on real sockets: they reach the upstream whole, with one write for each read,
// end with their last byte, and never seem whole when a byte is missing.

import { Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { as, withClients } from "../clients/clients.ts";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilCounts, untilFree } from "../support/scene.ts";

const scene = setScene();

/** The beginning of a body whose model is asked for. All of it is held until its end. */
const MODEL = '{"model":"gpt-5"}';

interface Way {
  readonly line: string;
  /** How its bodies begin. */
  readonly head: string;
}
const FLOWS: Way = { line: AUTH, head: "" };
const HELD: Way = { line: as("a"), head: MODEL };

const CLIENTS = { a: "models: [gpt-5]" };

/** A body of bytes that do not repeat soon, so that a lost or doubled part is noticed. */
function bodyOf(head: string, length: number): Buffer {
  const letters = head === "" ? "0123456789abcdefghijklmnopqrstuvw" : " \t\r\n";
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = letters.charCodeAt((i * i + (i >> 3)) % letters.length);
  bytes.write(head, "latin1");
  return bytes;
}

const post = (length: number, { line }: Way = FLOWS): string =>
  requestText("POST", "/up/v1/x", [line, "Content-Type: application/json", `Content-Length: ${length}`]);

async function start(answer: "at its end" | "never" = "at its end") {
  const upstream = await (answer === "never" ? scene.upstream(() => {}) : scene.upstream());
  const gateway = await scene.gateway(withClients({ base: upstream.url }, CLIENTS));
  return { upstream, gateway, client: await scene.client(gateway) };
}

const LEAVES = ["close", "halfClose", "reset"] as const;

describe("a body with a known length", () => {
  test.each([
    ["passed on as it comes", FLOWS],
    ["held until its model is known", HELD],
  ])("that is %s reaches the upstream whole, in whatever pieces, with a request behind it", async (_what, way) => {
    const { head } = way;
    const { upstream, client } = await start();
    const lengths = fc.oneof(fc.integer({ min: 30, max: 200 }), fc.integer({ min: 30, max: 300_000 }));
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lengths, cuts, async (length, cuts) => {
        const body = bodyOf(head, length);
        const bytes = Buffer.concat([
          Buffer.from(post(length, way)),
          body,
          Buffer.from(post(30, way)),
          bodyOf(head, 30),
        ]);
        const at = [0, ...cuts.map((cut) => Math.round(cut * bytes.length)), bytes.length].sort((a, b) => a - b);
        await client.send(...at.slice(1).map((end, n) => bytes.subarray(at[n], end)));
        for (const wanted of [body, bodyOf(head, 30)]) {
          expect((await client.response()).status).toBe(200);
          const arrival = await upstream.nextRequest();
          expect(arrival.header("content-length")).toBe(String(wanted.length));
          expect((await arrival.body).equals(wanted)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
    expect(upstream.connections).toBe(1);
  });

  test("goes on with one write for each read, the head with its first bytes", async () => {
    const raw = await scene.rawUpstream();
    const gateway = await scene.gateway(withClients({ base: raw.url }, CLIENTS));
    const client = await scene.client(gateway);
    const answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    const body = bodyOf("", 500);
    await client.send(post(body.length), body);
    const connection = await raw.nextConnection();
    await connection.request();
    await connection.send(answer);
    await client.response();
    // On the kept connection, head and body have an order of their own.
    const writes = countWrites(raw.port);
    const pieces = [0, 100, 101, 400, 499, 500];
    for (const [n, end] of pieces.slice(1).entries()) {
      const piece = body.subarray(pieces[n], end);
      await client.send(n === 0 ? Buffer.concat([Buffer.from(post(body.length)), piece]) : piece);
      await connection.until("a piece", () => connection.text.endsWith(piece.toString("latin1")) || undefined);
    }
    expect(writes.length).toBe(pieces.length - 1);
    expect((await connection.request()).body.equals(body)).toBe(true);
    await connection.send(answer);
    expect((await client.response()).status).toBe(200);
  });

  test("is whole at the upstream with its last byte, while the client waits, and is given up when it leaves", async () => {
    const { upstream, gateway, client } = await start("never");
    const body = bodyOf("", 200);
    await client.send(post(body.length), body.subarray(0, 199));
    const arrival = await upstream.nextRequest();
    await client.send(body.subarray(199));
    expect((await within("the whole body", arrival.body)).equals(body)).toBe(true);
    await client.close();
    expect(await within("the upstream to be aborted", arrival.closed)).toBe("aborted");
    await untilFree(gateway);
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499, attempts: 1 });
  });

  test.each(LEAVES)("is never whole when its client leaves one byte early, by %s", async (leave) => {
    const { upstream, gateway, client } = await start();
    const body = bodyOf("", 200);
    await client.send(post(body.length), body.subarray(0, 199));
    const arrival = await upstream.nextRequest();
    await client[leave]();
    await expect(within("the upstream's request to be cut", arrival.body)).rejects.toThrow();
    expect(await within("the upstream to be aborted", arrival.closed)).toBe("aborted");
    await untilFree(gateway);
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499 });
  });
});

describe("a body with a known length that is held until its model is known", () => {
  test("goes upstream with its last byte, while the client waits", async () => {
    const { upstream, client } = await start();
    const body = bodyOf(MODEL, 200);
    await client.send(post(body.length, HELD), body.subarray(0, 199));
    await client.send(body.subarray(199));
    expect((await client.response()).status).toBe(200);
    expect((await (await upstream.nextRequest()).body).equals(body)).toBe(true);
  });

  test.each(LEAVES)("never goes upstream when its client leaves one byte early, by %s", async (leave) => {
    const { upstream, gateway, client } = await start();
    await client.send(post(200, HELD), bodyOf(MODEL, 199));
    await untilCounts(gateway, ({ inFlight }) => inFlight === 1);
    await client[leave]();
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499, attempts: 0 });
    await untilFree(gateway);
    expect(upstream.connections).toBe(0);
  });
});

test.each(["GET", "POST", "DELETE"])(
  "a %s with a length of 0 has no body, and the next request follows",
  async (method) => {
    const upstream = await scene.upstream();
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    const bytes = requestText(method, "/up/x", [AUTH, "Content-Length: 0"]);
    await client.send(bytes + bytes);
    for (let n = 0; n < 2; n++) {
      expect((await client.response()).status).toBe(200);
      const arrival = await upstream.nextRequest();
      expect([arrival.header("content-length"), (await arrival.body).length]).toEqual(["0", 0]);
    }
  },
);

/** Records the writes of this process to a port, until the test has finished. */
function countWrites(port: number): string[] {
  const writes: string[] = [];
  const own = Socket.prototype as unknown as Record<string, (this: Socket, ...given: unknown[]) => unknown>;
  for (const name of ["_write", "_writev"]) {
    const write = own[name];
    if (write === undefined) throw new Error(`sockets have no ${name}`);
    own[name] = function (...given) {
      if (this.remotePort === port) writes.push(name);
      return write.apply(this, given);
    };
    onTestFinished(() => {
      own[name] = write;
    });
  }
  return writes;
}
