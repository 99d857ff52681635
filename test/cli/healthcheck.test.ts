// Tests `healthcheck` against real gateways: which addresses it asks, what it accepts, and what it says when it fails.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { healthcheck } from "../../src/cli/health/healthcheck.ts";
import { makePair, type TestPair } from "../support/certificates.ts";
import { setScene } from "../support/scene.ts";
import { writePair } from "../support/tls-files.ts";
import { recordingIo } from "./recording-io.ts";

const scene = setScene();

let folder: string;
let pair: TestPair;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "healthcheck-test-"));
  pair = await makePair(["gateway.example"]);
  await writePair(folder, pair);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Options {
  readonly allowLoopback?: boolean;
  readonly container?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

async function run(config: string, { allowLoopback, container, env = {}, timeoutMs = 5000 }: Options = {}) {
  const { io, printed } = recordingIo({ files: { "c.yaml": config }, env });
  const options = { config: "c.yaml", ...(allowLoopback !== undefined && { allowLoopback }) };
  const code = await healthcheck(options, io, { container, timeoutMs });
  return { code, ...printed };
}

const BASE = "http://127.0.0.1:9";

describe("a gateway that runs", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["localhost", "localhost"],
    ["0.0.0.0", "127.0.0.1"],
  ])("is healthy: listen %s, asked at %s", async (listen, asked) => {
    const { port } = await scene.gateway({ base: BASE });
    const url = `http://${asked}:${port}/healthz`;
    expect(await run(`listen: ${listen}:${port}\n`)).toEqual({ code: 0, out: `healthy: ${url}\n`, err: "" });
  });

  test("is healthy with TLS, whatever names its certificate has", async () => {
    const tls = `inbound_tls: {cert_path: "${folder}/crt.pem", key_path: "${folder}/key.pem"}`;
    const { port } = await scene.gateway({ base: BASE, top: [tls] });
    const { code, out } = await run(`listen: 127.0.0.1:${port}\n${tls}\n`);
    expect({ code, out }).toEqual({ code: 0, out: `healthy: https://127.0.0.1:${port}/healthz\n` });
    expect(await run(`listen: 127.0.0.1:${port}\n`)).toMatchObject({ code: 1 });
  });

  test("is healthy when it asks for a client certificate, which the check has not", async () => {
    const tls = `inbound_tls: {cert_path: "${folder}/crt.pem", key_path: "${folder}/key.pem", client_ca_path: "${folder}/crt.pem"}`;
    const { port } = await scene.gateway({ base: BASE, top: [tls] });
    const { code, out, err } = await run(`listen: 127.0.0.1:${port}\n${tls}\n`);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("asks for a client certificate");
  });

  test("is healthy while its config has errors, and while variables of other keys are missing", async () => {
    const { port } = await scene.gateway({ base: BASE });
    const config = `listen: "\${LISTEN}"\ngateway_auth: {tokens: ["\${NONE}"]}\nrutes: 7\n`;
    expect(await run(config, { env: { LISTEN: `127.0.0.1:${port}` } })).toMatchObject({ code: 0, err: "" });
  });
});

describe("what is not healthy", () => {
  test.each([
    ["rutes: 7\n", "c.yaml does not say where to listen: run ai-gw-lite check c.yaml"],
    ["listen: 8080\n", "c.yaml does not say where to listen"],
    [`listen: "\${NONE}:8080"\n`, "c.yaml does not say where to listen"],
    ["listen: [\n", "c.yaml does not say where to listen"],
    ["", "c.yaml does not say where to listen"],
    ["listen: 127.0.0.1:0\n", "port 0"],
    ["listen: 127.0.0.1:1\n", "http://127.0.0.1:1/healthz: ECONNREFUSED"],
    ['listen: "[::]:1"\n', "http://[::1]:1/healthz: E"],
    ['listen: "[0:0::0]:1"\n', "http://[::1]:1/healthz: E"],
  ])("%j: %s", async (config, says) => {
    const { code, out, err } = await run(config);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(`unhealthy: `);
    expect(err).toContain(says);
  });

  test("a file that can't be read", async () => {
    const { io, printed } = recordingIo();
    expect(await healthcheck({ config: "none.yaml" }, io)).toBe(1);
    expect(printed.err).toBe("unhealthy: can't read none.yaml: no such file\n");
  });

  test("something else on the port: another status, or no answer in time", async () => {
    const sockets = new Set<Socket>();
    const replies = ["HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", ""];
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {}).once("data", () => socket.write(replies.shift() ?? ""));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    try {
      const config = `listen: 127.0.0.1:${port}\n`;
      expect((await run(config)).err).toContain("/healthz: status 404");
      expect((await run(config, { timeoutMs: 50 })).err).toContain("/healthz: no answer within 50 ms");
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe("in a container", () => {
  test("a loopback address is unhealthy, because nothing outside can reach it", async () => {
    const { port } = await scene.gateway({ base: BASE });
    const { code, out, err } = await run(`listen: 127.0.0.1:${port}\n`, { container: "/.dockerenv" });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toBe(
      `unhealthy: nothing outside this container can reach the gateway: it listens on 127.0.0.1 only. Write listen: 0.0.0.0:${port}, or add --allow-loopback if that is what you want\n`,
    );
  });

  test("any other address is fine, and so is a loopback address that is wanted", async () => {
    const { port } = await scene.gateway({ base: BASE });
    expect(await run(`listen: 0.0.0.0:${port}\n`, { container: "/.dockerenv" })).toMatchObject({ code: 0 });
    const wanted = { container: "/.dockerenv", allowLoopback: true };
    expect(await run(`listen: 127.0.0.1:${port}\n`, wanted)).toMatchObject({ code: 0 });
  });
});
