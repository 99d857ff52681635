// Checks outbound proxies with real ones: squid, tinyproxy, microsocks, dante. One gateway has a route for each combination.

import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePair } from "../support/certificates.ts";
import { TOKEN, UPSTREAM_KEY } from "../support/config.ts";
import { type GatewayProcess, type Installation, install } from "../support/gateway-process.ts";
import { freePort } from "../support/ports.ts";
import { findProgram } from "../support/program.ts";
import {
  installed,
  PASSWORD,
  type ProxyProgram,
  type Squid,
  startDante,
  startMicrosocks,
  startSquid,
  startTinyproxy,
  USER,
} from "../support/proxy-programs.ts";
import { type EchoUpstream, startEcho } from "./upstreams.ts";

const READY = installed("squid", "tinyproxy", "microsocks", "danted") && findProgram("openssl") !== undefined;
const WRONG_PASSWORD = "wrong-password-77aa";
const SLOW_MS = 400;
const SETUP_MS = 180_000;

interface RouteParts {
  readonly id: string;
  readonly base: string;
  readonly protocol: "http" | "https" | "socks";
  readonly port: number;
  readonly password?: string;
}

function routeText({ id, base, protocol, port, password }: RouteParts): string {
  const credentials = password === undefined ? "" : `, username: "${USER}", password: "\${${password}}"`;
  return `  - id: ${id}
    prefix: /${id}
    upstream:
      base_url: ${base}
      connect_timeout_ms: ${id.startsWith("slow") ? SLOW_MS : 5000}
      inject_headers: [{name: authorization, value: "Bearer \${KEY}"}]
      proxy: {protocol: ${protocol}, address: "127.0.0.1:${port}"${credentials}}
`;
}

describe.skipIf(!READY)("outbound proxies", () => {
  let installation: Installation;
  let gateway: GatewayProcess;
  const plain: { echo?: EchoUpstream } = {};
  const secure: { echo?: EchoUpstream } = {};
  let squid: Squid;
  let socks: ProxyProgram;
  let dante: ProxyProgram;
  const stops: { close(): Promise<void> }[] = [];

  const stopLater = <T extends { close(): Promise<void> }>(thing: T): T => {
    stops.push(thing);
    return thing;
  };
  const echo = (scheme: string): EchoUpstream => {
    const { echo } = scheme === "https" ? secure : plain;
    if (echo === undefined) throw new Error("not started");
    return echo;
  };

  beforeAll(async () => {
    const pair = await makePair();
    const starting = [
      install(),
      startEcho().then(stopLater),
      startEcho(pair).then(stopLater),
      startSquid(pair).then(stopLater),
      startMicrosocks(true).then(stopLater),
    ] as const;
    // When one of them fails, those that did start must be known, to be stopped.
    await Promise.allSettled(starting);
    [installation, plain.echo, secure.echo, squid, socks] = await Promise.all(starting);
    const tiny = stopLater(await startTinyproxy(true));
    const openTiny = stopLater(await startTinyproxy(false));
    const openSocks = stopLater(await startMicrosocks(false));
    dante = stopLater(await startDante(plain.echo.port));
    // Accepts connections and sends nothing: used as a proxy and as an upstream.
    const mute = createServer(() => {}).listen(0, "127.0.0.1");
    stops.push({ close: async () => void mute.close() });
    await once(mute, "listening");
    const mutePort = (mute.address() as { port: number }).port;
    const nobody = await freePort();

    const http = `http://localhost:${plain.echo.port}`;
    const https = `https://localhost:${secure.echo.port}`;
    const routes: RouteParts[] = [];
    for (const [scheme, base] of [["http", http] as const, ["https", https] as const]) {
      const add = (name: string, protocol: RouteParts["protocol"], port: number, password?: string): void => {
        routes.push({ id: `${name}-${scheme}`, base, protocol, port, ...(password === undefined ? {} : { password }) });
      };
      add("squid", "http", squid.port, "PROXY_PASSWORD");
      add("squidtls", "https", squid.tlsPort, "PROXY_PASSWORD");
      add("tiny", "http", openTiny.port);
      add("tinyauth", "http", tiny.port, "PROXY_PASSWORD");
      add("socks", "socks", openSocks.port);
      add("socksauth", "socks", socks.port, "PROXY_PASSWORD");
      add("wrong-squid", "http", squid.port, "WRONG_PASSWORD");
      add("wrong-squidtls", "https", squid.tlsPort, "WRONG_PASSWORD");
      add("wrong-tiny", "http", tiny.port, "WRONG_PASSWORD");
      add("missing-tiny", "http", tiny.port);
      add("wrong-socks", "socks", socks.port, "WRONG_PASSWORD");
      add("missing-socks", "socks", socks.port);
      add("slow-http", "http", mutePort);
      add("slow-https", "https", mutePort);
      add("slow-socks", "socks", mutePort);
      add("gone-http", "http", nobody);
      add("gone-socks", "socks", nobody);
    }
    routes.push({
      id: "forbidden-http",
      base: `http://127.0.0.1:${plain.echo.port}`,
      protocol: "socks",
      port: dante.port,
    });
    routes.push({ id: "dante-https", base: https, protocol: "socks", port: dante.port });
    routes.push({ id: "unknown-http", base: "http://no-such-host.invalid", protocol: "socks", port: dante.port });
    routes.push({ id: "slow-tunnel", base: `https://127.0.0.1:${mutePort}`, protocol: "socks", port: openSocks.port });
    routes.push({ id: "slow-connect", base: `https://127.0.0.1:${mutePort}`, protocol: "http", port: openTiny.port });

    const ca = join(installation.home, "ca.pem");
    await writeFile(ca, pair.cert);
    gateway = stopLater(
      await installation.serve(
        `listen: 127.0.0.1:0
gateway_auth: {tokens: ["${TOKEN}"]}
observability: {logging: {level: trace}}
routes:
${routes.map(routeText).join("")}`,
        {
          KEY: UPSTREAM_KEY,
          PROXY_PASSWORD: PASSWORD,
          WRONG_PASSWORD,
          NODE_EXTRA_CA_CERTS: ca,
          DEBUG: "*",
          NODE_DEBUG: "",
        },
      ),
    );
    // Most of it is the build of the gateway, which takes many times as long on a loaded machine.
  }, SETUP_MS);
  afterAll(async () => {
    for (const thing of stops.reverse()) await thing.close();
    await installation?.remove();
  });

  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${gateway.port}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${TOKEN}`, "proxy-authorization": "Basic from-the-client", ...init.headers },
    });

  const WAYS = ["squid", "squidtls", "tiny", "tinyauth", "socks", "socksauth"].flatMap((way) =>
    ["http", "https"].map((scheme) => [way, scheme] as const),
  );

  describe.each(WAYS)("through %s to an %s upstream", (way, scheme) => {
    it("carries requests and answers, in both directions whole", async () => {
      const body = "x".repeat(100_000);
      const res = await ask(`/${way}-${scheme}/v1/x?q=1`, { method: "POST", body });
      expect(res.status).toBe(200);
      const host = `localhost:${echo(scheme).port}`;
      expect(await res.json()).toEqual({ method: "POST", url: "/v1/x?q=1", host, body });
    });

    it("passes events on", async () => {
      const res = await ask(`/${way}-${scheme}/stream`);
      expect(res.headers.get("content-type")).toBe("text/event-stream");
      expect(await res.text()).toBe("data: 1\n\ndata: 2\n\ndata: 3\n\n");
    });

    it("tells the upstream nothing of the proxy's credentials", () => {
      const names = echo(scheme)
        .seen.flatMap((raw) => raw.filter((_, i) => i % 2 === 0))
        .map((name) => name.toLowerCase());
      expect(names).not.toContain("proxy-authorization");
      expect(names).toContain("authorization");
    });
  });

  // tinyproxy closes each connection that it was asked on in absolute-form; a tunnel is the client's to keep.
  it.each([
    ["squid", "https"],
    ["squidtls", "https"],
    ["tinyauth", "https"],
    ["socks", "http"],
    ["socks", "https"],
    ["socksauth", "https"],
    ["squid", "http"],
    ["squidtls", "http"],
  ])("through %s to an %s upstream one connection serves many requests", async (way, scheme) => {
    const upstream = echo(scheme);
    await (await ask(`/${way}-${scheme}/first`)).text();
    const before = upstream.connections;
    for (let i = 0; i < 5; i++) expect((await (await ask(`/${way}-${scheme}/${i}`)).text()).length).toBeGreaterThan(0);
    expect(upstream.connections).toBe(before);
  });

  it("lets the SOCKS proxy resolve the name", async () => {
    await (await ask("/socksauth-https/x")).text();
    expect(socks.output).toContain(`connected to localhost:${echo("https").port}`);
  });

  const refused = async (path: string): Promise<string> => {
    const res = await ask(path);
    expect([res.status, await res.text()]).toEqual([502, '{"error":"upstream_connect_error"}']);
    const id = res.headers.get("x-request-id");
    const line = await gateway.logged(({ msg, request_id }) => msg === "upstream failed" && request_id === id);
    expect(line).toMatchObject({ level: "warn", outcome: "upstream_connect_error" });
    return String(line["cause"]);
  };

  it.each([
    ["/wrong-squid-http/x", "proxy answered 407"],
    ["/wrong-squid-https/x", "proxy answered 407"],
    ["/wrong-squidtls-http/x", "proxy answered 407"],
    ["/wrong-squidtls-https/x", "proxy answered 407"],
    ["/missing-tiny-http/x", "proxy answered 407"],
    ["/missing-tiny-https/x", "proxy answered 407"],
    // tinyproxy asks for credentials with 407, but refuses wrong ones with 401.
    ["/wrong-tiny-https/x", "proxy answered 401"],
    ["/wrong-socks-http/x", "proxy refused the SOCKS authentication"],
    ["/wrong-socks-https/x", "proxy refused the SOCKS authentication"],
    ["/missing-socks-https/x", "proxy refused the SOCKS authentication"],
    ["/forbidden-http/x", "proxy answered SOCKS reply 2 (NotAllowed)"],
    ["/unknown-http/x", "proxy answered SOCKS reply 4 (HostUnreachable)"],
    ["/gone-http-http/x", "proxy ECONNREFUSED"],
    ["/gone-http-https/x", "proxy ECONNREFUSED"],
    ["/gone-socks-http/x", "proxy ECONNREFUSED"],
    ["/gone-socks-https/x", "proxy ECONNREFUSED"],
  ])("%s is 502 and logged as: %s", async (path, cause) => {
    expect(await refused(path)).toBe(cause);
  });

  it("goes through dante", async () => {
    expect((await ask("/dante-https/x")).status).toBe(200);
  });

  it.each([
    "/slow-http-https/x",
    "/slow-https-http/x",
    "/slow-https-https/x",
    "/slow-socks-http/x",
    "/slow-socks-https/x",
    "/slow-tunnel/x",
    "/slow-connect/x",
  ])("%s: the connect timeout covers the handshakes", async (path) => {
    const res = await ask(path);
    expect([res.status, await res.text()]).toEqual([504, '{"error":"upstream_timeout"}']);
    const id = res.headers.get("x-request-id");
    expect(await gateway.logged(({ msg, request_id }) => msg === "upstream failed" && request_id === id)).toMatchObject(
      { cause: "ConnectTimeout" },
    );
  });

  it("writes no secret to either output, at trace, with every debug switch on", () => {
    const { output } = gateway.program;
    expect(output).toContain('"outcome":"success"');
    const basic = (password: string): string => Buffer.from(`${USER}:${password}`).toString("base64");
    for (const secret of [
      PASSWORD,
      WRONG_PASSWORD,
      USER,
      basic(PASSWORD),
      basic(WRONG_PASSWORD),
      UPSTREAM_KEY,
      TOKEN,
    ]) {
      expect(output).not.toContain(secret);
    }
  });
});
