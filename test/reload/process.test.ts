// Checks what a running process does when its config file changes and it gets a signal or watches the file: what it applies,
// what it refuses and what it logs.

import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { WATCH_TIMES } from "../../src/cli/serve/watch.ts";
import { type BuiltGateway, startBuiltGateway } from "../support/built-gateway.ts";
import { makePair } from "../support/certificates.ts";
import { AUTH, type ConfigParts, configText, TOKEN } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import type { LogLine } from "../support/gateway.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { writePair } from "../support/tls-files.ts";

const scene = setScene();
const running: BuiltGateway[] = [];
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.close();
});

async function serve(text: string, env?: Readonly<Record<string, string>>): Promise<BuiltGateway> {
  const gateway = await startBuiltGateway(text, env);
  running.push(gateway);
  return gateway;
}

function replace(gateway: BuiltGateway, text: string): void {
  writeFileSync(`${gateway.file}.new`, text);
  renameSync(`${gateway.file}.new`, gateway.file);
}

const OUTCOME = /^reload(ed$| refused)/;
const isOutcome = ({ msg }: LogLine) => OUTCOME.test(msg);
const outcomes = ({ lines }: BuiltGateway) => lines.filter(isOutcome).map(({ msg }) => msg);
const ask = async ({ port }: BuiltGateway, path: string, auth = AUTH) =>
  (await exchange(port, requestText("GET", path, [auth]))).status;

const WATCHED: Pick<ConfigParts, "top"> = { top: ["reload: {watch: true}"] };

test("a burst of changes to a watched file is one reload, and its log line names the routes that differ", async () => {
  const { url: base } = await scene.upstream();
  const text = configText({ base, ...WATCHED });
  const gateway = await serve(text);
  const route = (id: string, more = "") => `  - {id: ${id}, prefix: /${id}, upstream: {base_url: "${base}"${more}}}\n`;
  replace(gateway, `${text}${route("two")}${route("three")}`);
  const first = await gateway.logged(isOutcome);
  expect(first.line).toMatchObject({
    level: "info",
    added: ["two", "three"],
    removed: [],
    changed: [],
    changed_keys: ["routes[two]", "routes[three]"],
  });

  for (let n = 0; n < 30; n++)
    replace(gateway, `${text}${route("two", `, connect_timeout_ms: ${n + 1}`)}${route("four")}`);
  const second = await gateway.logged(isOutcome, first.at + 1);
  expect(second.line).toMatchObject({
    added: ["four"],
    removed: ["three"],
    changed: ["two"],
    changed_keys: ["routes[two].upstream.connect_timeout_ms", "routes[four]", "routes[three]"],
  });
  expect(await ask(gateway, "/four/x")).toBe(200);

  // If the burst had left another reload behind, it would be logged before this change.
  replace(gateway, text);
  const third = await gateway.logged(isOutcome, second.at + 1);
  expect(third.line).toMatchObject({ added: [], removed: ["two", "four"], changed: [] });
  expect(outcomes(gateway)).toEqual(["reloaded", "reloaded", "reloaded"]);
});

test("a bad file changes nothing, and each error in it is logged with its location", async () => {
  const { url: base } = await scene.upstream();
  const text = configText({ base, ...WATCHED });
  const gateway = await serve(text);
  replace(gateway, text.replace("prefix: /up", "prefix: up").replace("base_url", "base_ulr"));
  const { at, line } = await gateway.logged(isOutcome);
  expect(line).toMatchObject({ level: "error", reason: "the config has errors" });
  const findings = gateway.lines.slice(0, at).filter(({ level, code }) => level === "error" && code !== undefined);
  expect(findings).toMatchObject([
    { code: "schema/pattern", line: 7, column: 13, path: "/routes/0/prefix" },
    { code: "schema/unknown-key", line: 9, column: 7, path: "/routes/0/upstream/base_ulr" },
  ]);
  expect(JSON.stringify(gateway.lines)).not.toContain(TOKEN);
  expect(await ask(gateway, "/up/x")).toBe(200);

  replace(gateway, `${text}# mended\n`);
  expect((await gateway.logged(isOutcome, at + 1)).line.msg).toBe("reloaded");
});

test("a file that the config includes is watched too, and a rotated key is applied", async () => {
  const upstream = await scene.upstream();
  const gateway = await serve(configText({ base: upstream.url, ...WATCHED }));
  const key = join(dirname(gateway.file), "key");
  writeFileSync(key, "first-key\n");
  replace(
    gateway,
    configText({ base: upstream.url, ...WATCHED }).replace(/Bearer upstream-key-\w+/, `"Bearer \${file:${key}}"`),
  );
  const first = await gateway.logged(isOutcome);
  expect(await ask(gateway, "/up/x")).toBe(200);
  writeFileSync(key, "second-key\n");
  const second = await gateway.logged(isOutcome, first.at + 1);
  expect(second.line).toMatchObject({
    changed: ["up"],
    changed_keys: ["routes[up].upstream.inject_headers[authorization].value"],
  });
  expect(await ask(gateway, "/up/x")).toBe(200);
  expect(upstream.requests.map((request) => request.header("authorization"))).toEqual([
    "Bearer first-key",
    "Bearer second-key",
  ]);
});

test("a setting that needs a restart is logged and not applied, and the environment stays that of the start", async () => {
  const { url: base } = await scene.upstream();
  const text = configText({ base }).replace(TOKEN, `"\${TEST_TOKEN}"`);
  const gateway = await serve(text, { TEST_TOKEN: "token-of-the-start" });
  replace(
    gateway,
    `${text.replace("listen: 127.0.0.1:0", "listen: 127.0.0.1:1")}observability: {logging: {level: error}}\n`,
  );
  gateway.kill("SIGHUP");
  const { line } = await gateway.logged(({ keys }) => keys !== undefined);
  expect(line).toMatchObject({ level: "warn", keys: ["listen", "observability"] });
  expect(await ask(gateway, "/up/x", "Authorization: Bearer token-of-the-start")).toBe(200);
  expect(outcomes(gateway)).toEqual(["reloaded"]);
});

test("200 signals cause few reloads, the last of them after the last signal", async () => {
  const { url: base } = await scene.upstream();
  const gateway = await serve(configText({ base }));
  for (let n = 0; n < 200; n++) {
    if (n === 199)
      replace(gateway, `${configText({ base })}  - {id: last, prefix: /last, upstream: {base_url: "${base}"}}\n`);
    gateway.kill("SIGHUP");
    if (n % 50 === 0) await ask(gateway, "/healthz");
  }
  await gateway.logged(({ msg, added }) => msg === "reloaded" && JSON.stringify(added) === '["last"]');
  expect(outcomes(gateway).length).toBeLessThan(40);
});

test("a signal while the file is missing is refused with a reason, and the plan stays", async () => {
  const { url: base } = await scene.upstream();
  const gateway = await serve(configText({ base }));
  renameSync(gateway.file, `${gateway.file}.away`);
  gateway.kill("SIGHUP");
  const { line, at } = await gateway.logged(isOutcome);
  expect(line).toMatchObject({ level: "error", reason: `can't read ${gateway.file}: no such file` });
  expect(await ask(gateway, "/up/x")).toBe(200);
  renameSync(`${gateway.file}.away`, gateway.file);
  gateway.kill("SIGHUP");
  expect((await gateway.logged(isOutcome, at + 1)).line.msg).toBe("reloaded");
});

test("a renewed certificate is used from the next handshake on, and a bad one is refused", async () => {
  const { url: base } = await scene.upstream();
  const folder = mkdtempSync(join(tmpdir(), "renew-test-"));
  const [first, second] = [await makePair(), await makePair()];
  const tls = await writePair(folder, first);
  try {
    const gateway = await serve(configText({ base, top: [tls] }));
    expect(await fingerprint(gateway.port)).toBe(first.fingerprint);
    await writePair(folder, second);
    gateway.kill("SIGHUP");
    const { at } = await gateway.logged(isOutcome);
    expect(await fingerprint(gateway.port)).toBe(second.fingerprint);

    await writePair(folder, { cert: first.cert, key: second.key });
    gateway.kill("SIGHUP");
    expect((await gateway.logged(isOutcome, at + 1)).line.msg).toBe("reload refused: the config in use stays");
    expect(await fingerprint(gateway.port)).toBe(second.fingerprint);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a self-signed pair that was made at the start of a watching gateway is no change", async () => {
  const { url: base } = await scene.upstream();
  const folder = mkdtempSync(join(tmpdir(), "self-signed-test-"));
  const at = (name: string) => JSON.stringify(join(folder, name));
  const tls = `inbound_tls: {self_signed_cert_path: ${at("a.crt")}, self_signed_key_path: ${at("a.key")}}`;
  try {
    const text = configText({ base, top: [...(WATCHED.top ?? []), tls] });
    const gateway = await serve(text);
    expect(gateway.lines.map(({ msg }) => msg)).toContain("self-signed certificate made");
    await sleep(5 * WATCH_TIMES.quietMs);
    expect(outcomes(gateway)).toEqual([]);
    replace(gateway, `${text}rate_limit: {per_minute: 1000}\n`);
    expect((await gateway.logged(isOutcome)).line).toMatchObject({ changed_keys: ["rate_limit"] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("turning client certificates off needs a restart: until then those of the same CA are accepted", async () => {
  const { url: base } = await scene.upstream();
  const folder = mkdtempSync(join(tmpdir(), "client-ca-test-"));
  const [server, client] = [await makePair(), await makePair(["client"])];
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, client.cert);
  const withCa = await writePair(folder, server, `client_ca_path: "${ca}"`);
  const withoutCa = await writePair(folder, server);
  try {
    const gateway = await serve(configText({ base, top: [withCa] }));
    replace(gateway, configText({ base, top: [withoutCa] }));
    gateway.kill("SIGHUP");
    const { line } = await gateway.logged(({ keys }) => keys !== undefined);
    expect(line).toMatchObject({ level: "warn", keys: ["inbound_tls"] });
    expect(await firstLine(gateway.port, client)).toBe("HTTP/1.1 200 OK");
    expect(await firstLine(gateway.port, {})).toBe("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The first line of the answer to a client with this certificate, or the code of the error. */
async function firstLine(port: number, pair: { readonly cert?: string; readonly key?: string }): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, cert: pair.cert, key: pair.key });
  socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
  const answer = new Promise<string>((resolve) => {
    socket.once("data", (data) => resolve(String(data).split("\r\n", 1)[0] ?? ""));
    socket.once("error", (err: NodeJS.ErrnoException) => resolve(err.code ?? ""));
  });
  return within("an answer", answer).finally(() => socket.destroy());
}

async function fingerprint(port: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await within("a handshake", once(socket, "secureConnect"));
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
