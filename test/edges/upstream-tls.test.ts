// Checks `upstream.tls`: a private CA, a client certificate and a server name, directly and through a proxy, and over reloads.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type http from "node:http";
import { request as httpRequest } from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { AgentPool } from "../../src/runtime/upstream/connections/agents.ts";
import { failureCode, failureLabel } from "../../src/runtime/upstream/connections/failure.ts";
import { makePair, type TestPair } from "../support/certificates.ts";
import { AUTH, configText } from "../support/config.ts";
import type { TestGateway } from "../support/gateway.ts";
import { listen } from "../support/listen.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { startTunnelProxy } from "../support/tunnel-proxy.ts";

const NAME = "vllm.internal";
const OK = { status: 200, text: "ok" };
const NOT_CONNECTED = { status: 502, text: '{"error":"upstream_connect_error"}' };

const scene = setScene();
let folder = "";
let ownPair: TestPair;
let namedPair: TestPair;
let client: TestPair;
let otherClient: TestPair;

const at = (file: string) => join(folder, file);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "upstream-tls-"));
  [ownPair, namedPair, client, otherClient] = await Promise.all([
    makePair(),
    makePair([NAME]),
    makePair(["gateway"]),
    makePair(["gateway"]),
  ]);
  await writeFile(at("own.pem"), ownPair.cert);
  await writeFile(at("named.pem"), namedPair.cert);
});
afterAll(() => rm(folder, { recursive: true }));

interface Seen {
  readonly host: string | undefined;
  readonly serverName: string | false | undefined;
  /** The fingerprint of the client's certificate. */
  readonly client: string | undefined;
  readonly port: number | undefined;
}

/** An https upstream that answers `ok`. @param demanded the certificate that clients must show; `any`: they may show any */
async function secureUpstream(pair: TestPair, demanded?: TestPair | "any") {
  const seen: Seen[] = [];
  const demands =
    demanded === "any"
      ? { requestCert: true, rejectUnauthorized: false }
      : demanded && { requestCert: true, ca: demanded.cert };
  const server = https.createServer({ cert: pair.cert, key: pair.key, ...demands }, (req, res) => {
    const socket = req.socket as TLSSocket;
    seen.push({
      host: req.headers.host,
      serverName: (socket as TLSSocket & { servername?: string | false }).servername,
      client: socket.getPeerCertificate().fingerprint256,
      port: socket.remotePort,
    });
    res.end("ok");
  });
  return { port: await listen(server), seen };
}

const ask = ({ port }: TestGateway) => exchange(port, requestText("GET", "/up/x", [AUTH, "Connection: close"]));

async function gatewayTo(port: number, lines: readonly string[]) {
  return scene.gateway({ base: `https://127.0.0.1:${port}`, upstream: lines });
}

const cause = ({ logs }: TestGateway) => logs.find(({ msg }) => msg === "upstream failed")?.["cause"];

test("a private CA is trusted with ca_path, and is not without", async () => {
  const upstream = await secureUpstream(ownPair);
  const without = await gatewayTo(upstream.port, []);
  expect(await ask(without)).toMatchObject(NOT_CONNECTED);
  expect(cause(without)).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
  const gateway = await gatewayTo(upstream.port, [`tls: {ca_path: ${at("own.pem")}}`]);
  expect(await ask(gateway)).toMatchObject(OK);
  expect(upstream.seen[0]?.serverName).toBe(false);
});

test("a client certificate is shown", async () => {
  const upstream = await secureUpstream(ownPair, client);
  await writeFile(at("client.pem"), client.cert);
  await writeFile(at("client.key"), client.key);
  const ca = `ca_path: ${at("own.pem")}`;
  const without = await gatewayTo(upstream.port, [`tls: {${ca}}`]);
  expect((await ask(without)).status).toBe(502);
  const files = `cert_path: ${at("client.pem")}, key_path: ${at("client.key")}`;
  const gateway = await gatewayTo(upstream.port, [`tls: {${ca}, ${files}}`]);
  expect(await ask(gateway)).toMatchObject(OK);
  expect(upstream.seen).toMatchObject([{ client: client.fingerprint }]);
});

describe.each(["directly", "through a proxy"])("%s", (way) => {
  async function lines(tls: string) {
    if (way === "directly") return { lines: [tls], asked: undefined };
    const proxy = await startTunnelProxy();
    return { lines: [tls, `proxy: {protocol: http, address: "127.0.0.1:${proxy.port}"}`], asked: proxy.asked };
  }

  test("server_name is sent as SNI and checked in the certificate; the host header stays", async () => {
    const upstream = await secureUpstream(namedPair);
    const wrong = await gatewayTo(upstream.port, (await lines(`tls: {ca_path: ${at("named.pem")}}`)).lines);
    expect(await ask(wrong)).toMatchObject(NOT_CONNECTED);
    expect(cause(wrong)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    const right = await lines(`tls: {ca_path: ${at("named.pem")}, server_name: ${NAME}}`);
    expect(await ask(await gatewayTo(upstream.port, right.lines))).toMatchObject(OK);
    expect(upstream.seen).toMatchObject([{ serverName: NAME, host: `127.0.0.1:${upstream.port}` }]);
    expect(right.asked).toEqual(way === "directly" ? undefined : [`127.0.0.1:${upstream.port}`]);
  });

  test("a server_name that is an address is checked, and not sent", async () => {
    const upstream = await secureUpstream(await makePair(["10.1.2.3"]).then(saved("address.pem")));
    const tls = (address: string) => lines(`tls: {ca_path: ${at("address.pem")}, server_name: ${address}}`);
    expect(await ask(await gatewayTo(upstream.port, (await tls("10.1.2.3")).lines))).toMatchObject(OK);
    expect(upstream.seen).toMatchObject([{ serverName: false }]);
    expect(await ask(await gatewayTo(upstream.port, (await tls("10.1.2.4")).lines))).toMatchObject(NOT_CONNECTED);
  });

  test("a reload keeps the connections while the files are the same, and makes new ones when they changed", async () => {
    const upstream = await secureUpstream(ownPair, "any");
    const put = async (pair: TestPair) => {
      await writeFile(at("changing.pem"), pair.cert);
      await writeFile(at("changing.key"), pair.key);
    };
    await put(client);
    const files = `cert_path: ${at("changing.pem")}, key_path: ${at("changing.key")}`;
    const parts = {
      base: `https://127.0.0.1:${upstream.port}`,
      upstream: (await lines(`tls: {ca_path: ${at("own.pem")}, ${files}}`)).lines,
    };
    const gateway = await scene.gateway(parts);
    await ask(gateway);
    gateway.swap(configText(parts));
    await ask(gateway);
    await put(otherClient);
    // Nothing changes before the reload.
    await ask(gateway);
    gateway.swap(configText(parts));
    await ask(gateway);
    expect(upstream.seen.map((each) => each.client)).toEqual([
      client.fingerprint,
      client.fingerprint,
      client.fingerprint,
      otherClient.fingerprint,
    ]);
    expect(new Set(upstream.seen.map(({ port }) => port)).size).toBe(2);
  });
});

function saved(file: string): (pair: TestPair) => Promise<TestPair> {
  return async (pair) => {
    await writeFile(at(file), pair.cert);
    return pair;
  };
}

describe("the agent of an upstream", () => {
  const pools: AgentPool[] = [];
  afterEach(() => {
    for (const pool of pools.splice(0)) pool.close();
  });

  /** Sends a request to an upstream by an agent of a new pool. @returns the status, or the reply code and the cause */
  async function send(
    port: number,
    paths: { caPath?: string; certPath?: string; keyPath?: string },
    extraCas?: Buffer,
  ) {
    const pool = new AgentPool({}, extraCas);
    pools.push(pool);
    const { agent } = pool.lease().agentFor({
      target: { protocol: "https:", hostname: "127.0.0.1", port, host: "", basePath: "" },
      connectTimeoutMs: 5000,
      tunnel: undefined,
      tls: { caPath: undefined, certPath: undefined, keyPath: undefined, serverName: undefined, ...paths },
    });
    const transport = (agent as http.Agent & { protocol: string }).protocol === "https:" ? https.request : httpRequest;
    const request = transport({ agent, host: "127.0.0.1", port, path: "/" }).end();
    return new Promise((resolve) => {
      request.once("response", (response) => resolve(response.resume().statusCode));
      request.once("error", (err) => resolve([failureCode(err, request), failureLabel(err)]));
    });
  }

  test("trusts the CAs of NODE_EXTRA_CA_CERTS besides those of ca_path", async () => {
    const [one, two] = [
      await secureUpstream(ownPair),
      await secureUpstream(await makePair(["127.0.0.1"], { subject: "two" }).then(saved("two.pem"))),
    ];
    const extra = Buffer.from(ownPair.cert);
    expect(await send(one.port, { caPath: at("two.pem") }, extra)).toBe(200);
    expect(await send(two.port, { caPath: at("two.pem") }, extra)).toBe(200);
  });

  test.each([
    ["a missing CA", { caPath: "missing.pem" }, "tls ca_path ENOENT"],
    ["a folder", { caPath: "." }, "tls ca_path is not a regular file"],
    ["no certificate in the file", { certPath: "text", keyPath: "client.key" }, "tls files ERR_OSSL_PEM_NO_START_LINE"],
    ["a key of another certificate", { certPath: "own.pem", keyPath: "client.key" }, /^tls files ERR_OSSL_X509_KEY_/],
  ])("fails each request with a cause when a file can't be used: %s", async (_name, files, label) => {
    await writeFile(at("text"), "no certificate");
    await writeFile(at("client.key"), client.key);
    const paths = Object.fromEntries(Object.entries(files).map(([key, file]) => [key, at(file)]));
    const port = (await secureUpstream(ownPair)).port;
    for (let i = 0; i < 2; i++) {
      const [code, found] = (await send(port, paths)) as string[];
      expect(code).toBe("upstream_connect_error");
      expect(found).toMatch(label);
    }
  });
});
