// Checks TLS for clients with real ones: curl, openssl and testssl.sh, against a gateway process.

import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePair, type TestPair } from "../support/certificates.ts";
import { TOKEN, UPSTREAM_KEY } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { type GatewayProcess, type Installation, install } from "../support/gateway-process.ts";
import { findProgram } from "../support/program.ts";
import { type RawUpstream, startRawUpstream } from "../support/upstream.ts";
import { type EchoUpstream, startEcho } from "./upstreams.ts";

const CURL = findProgram("curl");
const OPENSSL = findProgram("openssl");
const TESTSSL = findProgram("testssl");
const DAY_MS = 86_400_000;

let installation: Installation;
let echo: EchoUpstream;
let raw: RawUpstream;
let pair: TestPair;
let gateway: GatewayProcess | undefined;

beforeAll(async () => {
  [installation, echo, pair] = await Promise.all([install(), startEcho(), makePair()]);
  // Half a body whose end only the connection's end would tell, then a break.
  raw = await startRawUpstream(async (connection) => {
    await connection.untilText("\r\n\r\n");
    await connection.send("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf of it");
    await connection.untilText("go on");
    connection.reset();
  });
  // Most of it is the build of the gateway, which takes many times as long on a loaded machine.
}, 180_000);
afterAll(async () => {
  await echo?.close();
  await raw?.close();
  await installation?.remove();
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

function config(tls: string, listen = "127.0.0.1:0"): string {
  const key = `inject_headers: [{name: authorization, value: "Bearer ${UPSTREAM_KEY}"}]`;
  return `listen: "${listen}"
gateway_auth: {tokens: ["${TOKEN}"]}
inbound_tls: ${tls}
observability: {logging: {level: debug}}
routes:
  - {id: echo, prefix: /echo, upstream: {base_url: "http://127.0.0.1:${echo.port}", ${key}}}
  - {id: raw, prefix: /raw, upstream: {base_url: "http://127.0.0.1:${raw.port}", ${key}}}
`;
}

interface Ran {
  readonly code: number;
  readonly out: string;
}

/** A program run to its end; what it reads from standard input is empty. */
function ran(command: string | undefined, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      command ?? "missing",
      [...args],
      { timeout: 60_000, env: { ...process.env, ...env }, maxBuffer: 1 << 24 },
      (err, stdout, stderr) =>
        resolve({ code: typeof err?.code === "number" ? err.code : err ? -1 : 0, out: stdout + stderr }),
    );
    child.stdin?.end();
  });
}

const file = (name: string): string => join(installation.home, name);

async function givenPair({ cert, key } = pair): Promise<string> {
  await mkdir(file("given"), { recursive: true });
  await writeFile(file("given/crt.pem"), cert);
  await writeFile(file("given/key.pem"), key);
  return "{cert_path: given/crt.pem, key_path: given/key.pem}";
}

async function dial(port: number, options: object = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  await within(
    "a TLS connection",
    new Promise((resolve, reject) => socket.once("secureConnect", () => resolve(undefined)).once("error", reject)),
  );
  return socket;
}

describe("the self-signed pair", () => {
  const CRT = "certs/gateway-selfsigned.crt";
  const KEY = "certs/gateway-selfsigned.key";
  afterEach(() => rm(file("certs"), { recursive: true, force: true }));

  it("is made at the first start with its folder, and used again at the next", async () => {
    gateway = await installation.serve(config("{}"));
    expect(gateway.logs.map(({ msg }) => msg)).toContain("self-signed certificate made");
    expect((await stat(file(KEY))).mode & 0o777).toBe(0o600);
    const made = await readFile(file(CRT));
    await gateway.close();
    gateway = await installation.serve(config("{}"));
    expect(gateway.logs.map(({ msg }) => msg)).not.toContain("self-signed certificate made");
    expect(await readFile(file(CRT))).toEqual(made);
  });

  it("is an EC certificate for this machine and the listen address, for a year", async () => {
    gateway = await installation.serve(config("{}", "[::1]:0"));
    const certificate = new X509Certificate(await readFile(file(CRT)));
    expect(certificate.publicKey.asymmetricKeyType).toBe("ec");
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkIP("::1")).toBe("::1");
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 364 * DAY_MS);
    expect(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)).toBeLessThanOrEqual(397 * DAY_MS);
    expect(Date.parse(certificate.validFrom)).toBeLessThanOrEqual(Date.now());
  });

  it.each(["0.0.0.0", "localhost", "::"])("names %s when it listens there", async (host) => {
    gateway = await installation.serve(config("{}", host.includes(":") ? `[${host}]:0` : `${host}:0`));
    const { subjectAltName = "" } = new X509Certificate(await readFile(file(CRT)));
    const shown =
      host === "::" ? "IP Address:0:0:0:0:0:0:0:0" : host === "localhost" ? "DNS:localhost" : `IP Address:${host}`;
    expect(subjectAltName.split(", ")).toContain(shown);
    expect(subjectAltName.split(", ").length).toBe(new Set(subjectAltName.split(", ")).size);
  });

  it("goes where the config says, with folders made", async () => {
    const tls = "{self_signed_cert_path: certs/deep/a.crt, self_signed_key_path: certs/other/deep/a.key}";
    gateway = await installation.serve(config(tls));
    expect((await stat(file("certs/other/deep/a.key"))).mode & 0o777).toBe(0o600);
    expect(new X509Certificate(await readFile(file("certs/deep/a.crt"))).checkHost("localhost")).toBe("localhost");
  });

  it("is not made by check", async () => {
    await writeFile(file("c.yaml"), config("{}"));
    const check = installation.run(["check", "--config", "c.yaml"]);
    expect(await check.ended()).toBe(0);
    await expect(stat(file("certs"))).rejects.toThrow("ENOENT");
  });

  it("is left alone when one half of it is missing", async () => {
    await mkdir(file("certs"));
    await writeFile(file(KEY), pair.key);
    await writeFile(file("c.yaml"), config("{}"));
    const serve = installation.run(["serve", "--config", "c.yaml"]);
    expect(await serve.ended()).toBe(1);
    expect(serve.output).toContain(`"${CRT}" can't be read: no such file`);
    expect(await readFile(file(KEY), "utf8")).toBe(pair.key);
  });

  it.skipIf(CURL === undefined)("lets curl in that trusts it", async () => {
    gateway = await installation.serve(config("{}"));
    for (const host of ["localhost", "127.0.0.1"]) {
      const args = [
        "-sS",
        "--noproxy",
        "*",
        "--cacert",
        file(CRT),
        "-H",
        `Authorization: Bearer ${TOKEN}`,
        "-d",
        "hello",
      ];
      const { code, out } = await ran(CURL, [...args, `https://${host}:${gateway.port}/echo/x`]);
      expect([code, JSON.parse(out)]).toEqual([
        0,
        expect.objectContaining({ method: "POST", url: "/x", body: "hello" }),
      ]);
    }
  });
});

describe("a given pair", () => {
  it.skipIf(CURL === undefined)("streams events to curl", async () => {
    gateway = await installation.serve(config(await givenPair()));
    const args = ["-sSN", "--noproxy", "*", "--cacert", file("given/crt.pem"), "-H", `Authorization: Bearer ${TOKEN}`];
    const { out } = await ran(CURL, [...args, `https://localhost:${gateway.port}/echo/stream`]);
    expect(out).toBe("data: 1\n\ndata: 2\n\ndata: 3\n\n");
  });

  it.skipIf(CURL === undefined)("answers an upload it refuses, and curl reads the answer", async () => {
    gateway = await installation.serve(config(await givenPair()));
    await writeFile(file("large.bin"), Buffer.alloc(8 * 1024 * 1024, 1));
    const args = [
      "-sS",
      "--noproxy",
      "*",
      "--cacert",
      file("given/crt.pem"),
      "-H",
      "Expect:",
      "--data-binary",
      `@${file("large.bin")}`,
    ];
    const { out } = await ran(CURL, [...args, `https://localhost:${gateway.port}/echo/x`]);
    expect(out).toContain('{"error":"unauthorized"}');
  });

  it.each([
    ["a key of another certificate", async (other: TestPair) => ({ cert: pair.cert, key: other.key }), "given/key.pem"],
    ["no certificate", async () => ({ cert: "none", key: pair.key }), "given/crt.pem"],
    ["no key", async () => ({ cert: pair.cert, key: "none" }), "given/key.pem"],
  ])("with %s ends serve with 1 and names the file", async (_what, make, name) => {
    const wrong = await make(await makePair());
    await writeFile(file("c.yaml"), config(await givenPair({ ...wrong, fingerprint: "" })));
    const serve = installation.run(["serve", "--config", "c.yaml"]);
    expect(await serve.ended()).toBe(1);
    expect(serve.output).toContain("rule/tls-file");
    expect(serve.output).toContain(name);
    expect(serve.output).not.toContain("PRIVATE KEY");
  });

  it.skipIf(process.getuid?.() !== 0 || CURL === undefined)("that can't be read is named", async () => {
    await writeFile(file("c.yaml"), config(await givenPair()));
    await chmod(file("given/key.pem"), 0);
    await rm(file("given/key.pem"));
    const serve = installation.run(["serve", "--config", "c.yaml"]);
    expect(await serve.ended()).toBe(1);
    expect(serve.output).toContain('"given/key.pem" can\'t be read: no such file');
  });
});

describe("the protocol", () => {
  it.skipIf(OPENSSL === undefined)("is TLS 1.2 or 1.3, as openssl sees it", async () => {
    gateway = await installation.serve(config(await givenPair()));
    const at = ["s_client", "-connect", `127.0.0.1:${gateway.port}`, "-cipher", "DEFAULT@SECLEVEL=0"];
    for (const old of ["-tls1", "-tls1_1"]) {
      const { code, out } = await ran(OPENSSL, [...at, old]);
      expect([code, out]).toEqual([1, expect.stringContaining("alert protocol version")]);
    }
    for (const [flag, name] of [
      ["-tls1_2", "TLSv1.2"],
      ["-tls1_3", "TLSv1.3"],
    ] as const) {
      const { code, out } = await ran(OPENSSL, [...at, flag]);
      expect([code, out]).toEqual([0, expect.stringContaining(`New, ${name}, Cipher is`)]);
    }
  });

  it.skipIf(OPENSSL === undefined)("has no cipher suite in CBC mode", async () => {
    gateway = await installation.serve(config(await givenPair()));
    const at = ["s_client", "-connect", `127.0.0.1:${gateway.port}`, "-tls1_2"];
    const cbc = await ran(OPENSSL, [...at, "-cipher", "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA"]);
    expect([cbc.code, cbc.out]).toEqual([1, expect.stringContaining("handshake failure")]);
    const gcm = await ran(OPENSSL, [...at, "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"]);
    expect(gcm.code).toBe(0);
  });

  it.skipIf(TESTSSL === undefined)(
    "has nothing that testssl.sh objects to",
    async () => {
      gateway = await installation.serve(config(await givenPair()));
      const report = file("testssl.json");
      const flags = ["--quiet", "--color", "0", "--ip", "127.0.0.1", "--protocols", "--jsonfile", report];
      await ran(TESTSSL, [...flags, `localhost:${gateway.port}`]);
      const found = JSON.parse(await readFile(report, "utf8")) as { id: string; severity: string; finding: string }[];
      const protocols = Object.fromEntries(found.map(({ id, finding }) => [id, finding]));
      for (const old of ["SSLv2", "SSLv3", "TLS1", "TLS1_1"]) expect(protocols[old]).toMatch(/^not offered/);
      for (const current of ["TLS1_2", "TLS1_3"]) expect(protocols[current]).toMatch(/^offered/);
      expect(found.filter(({ severity }) => ["MEDIUM", "HIGH", "CRITICAL"].includes(severity))).toEqual([]);
    },
    120_000,
  );

  it("outlives what is no TLS, and clients that go away in the handshake", async () => {
    gateway = await installation.serve(config(await givenPair()));
    const { port } = gateway;
    for (const bytes of ["GET / HTTP/1.1\r\nhost: x\r\n\r\n", "\x16\x03\x01\x02\x00\x01", "\x00".repeat(5000)]) {
      const socket = connectTcp(port, "127.0.0.1");
      socket.on("error", () => {});
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.write(bytes, "latin1");
      if (bytes.startsWith("\x16")) setImmediate(() => socket.resetAndDestroy());
      else socket.resume();
      await within("the end of a connection", closed);
    }
    await gateway.logged(({ msg }) => msg === "tls handshake failed");
    const socket = await dial(port);
    socket.end("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    socket.destroy();
    expect(gateway.logs.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("does not wait for a handshake when it ends", async () => {
    gateway = await installation.serve(config(await givenPair()));
    const socket = connectTcp(gateway.port, "127.0.0.1");
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write("\x16\x03\x01", "latin1");
    const idle = await dial(gateway.port);
    gateway.program.signal("SIGTERM");
    expect(await gateway.program.ended(5000)).toBe(0);
    socket.destroy();
    idle.destroy();
  });
});

describe("a response that breaks", () => {
  it("with a body that only the connection's end delimits is a reset, not an end", async () => {
    gateway = await installation.serve(config(await givenPair()));
    const socket = await dial(gateway.port);
    const ends: string[] = [];
    socket.on("end", () => ends.push("end"));
    socket.on("error", (err: NodeJS.ErrnoException) => ends.push(err.code ?? ""));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const half = new Promise<void>((resolve) => {
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
        if (text.includes("half of it")) resolve();
      });
    });
    socket.write(`POST /raw/x HTTP/1.0\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 12\r\n\r\n`);
    await within("half a body", half);
    socket.write("now: go on\r\n");
    await within("the break", closed);
    expect(ends).toEqual(["ECONNRESET"]);
    await gateway.logged(({ outcome }) => outcome === "upstream_aborted");
  });

  it("when the client goes away the upstream request is aborted", async () => {
    gateway = await installation.serve(config(await givenPair()));
    const socket = await dial(gateway.port);
    socket.write(`POST /raw/x HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 12\r\n\r\n`);
    await within("an answer", new Promise((resolve) => socket.once("data", resolve)));
    // Only its sending side, and politely: it is gone all the same.
    socket.end();
    await gateway.logged(({ outcome }) => outcome === "client_closed");
  });
});
