// Tests `explain`: the JSON and text formats, refusals, masked secrets, exit codes.

import { describe, expect, it } from "vitest";
import { explain } from "../../src/cli/explain/explain.ts";
import type { Explanation } from "../../src/cli/explain/explanation.ts";
import { runCommandLine } from "../../src/cli/main.ts";
import { AUTH } from "../support/config.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { recordingIo } from "./recording-io.ts";

const scene = setScene();

const CONFIG = `
listen: 127.0.0.1:0
gateway_auth:
  tokens: [canary-token-0001]
  token_sources:
    - type: header
      name: x-gw-token
    - type: authorization_bearer
routes:
  - id: all
    prefix: /
    upstream: {base_url: "http://127.0.0.1:9"}
  - id: openai
    prefix: /openai
    upstream:
      base_url: https://api.example/base/
      request_timeout_ms: 1234
      inject_headers:
        - {name: authorization, value: "Bearer canary-key-0001"}
      remove_headers: [cookie]
rate_limit: {per_minute: 7}
concurrency: {downstream_max_inflight: 3}
`;

async function run(
  path: string,
  header: string[] = [],
  format: "text" | "json" = "json",
  config = CONFIG,
  method = "POST",
) {
  const { io, printed } = recordingIo({ files: { "c.yaml": config } });
  const code = await explain({ config: "c.yaml", method, path, header, format }, io);
  return { code, ...printed, explanation: () => JSON.parse(printed.out) as Explanation };
}

const TOKEN = "X-GW-Token: canary-token-0001";

describe("explain", () => {
  it("shows route, steps, upstream, timeouts and limits", async () => {
    const { code, explanation } = await run("/openai//v1/x?y=1", [TOKEN, "Cookie: a=1", "X-Twice: 1", "x-twice: 2"]);
    expect(code).toBe(0);
    expect(explanation()).toEqual({
      route: "openai",
      steps: [
        { step: "route", verdict: "pass", detail: "/openai" },
        { step: "auth", verdict: "pass", detail: expect.stringMatching(/^can\*\*\*01#[0-9a-f]{8}$/) },
        { step: "rateLimit", verdict: "pass" },
        { step: "downstreamInflight", verdict: "pass" },
      ],
      upstream: {
        id: "openai",
        method: "POST",
        url: "https://api.example/base//v1/x?y=1",
        headers: {
          host: "api.example",
          "x-twice": ["1", "2"],
          "x-request-id": expect.any(String),
          "content-length": "0",
          authorization: "Bearer ***",
        },
      },
      timeouts: {
        connect_timeout_ms: 10_000,
        request_timeout_ms: 1234,
        stream_idle_timeout_ms: 300_000,
        send_timeout_ms: 60_000,
      },
      limits: { rate_per_minute: 7, downstream_max_inflight: 3 },
    });
  });

  it.each([
    { path: "/openai/x", header: [], route: "openai", refused: "auth", status: 401 },
    { path: "/openai/../x", header: [TOKEN], route: null, refused: "route", status: 400 },
    { path: "/x", header: [TOKEN, "host: a", "host: b"], route: null, refused: "message", status: 400 },
    { path: "*", header: [TOKEN], route: null, refused: "route", status: 400 },
  ])("stops at the first refusal: $path, $refused", async ({ path, header, route, refused, status }) => {
    const { code, explanation } = await run(path, header);
    expect(code).toBe(0);
    expect(explanation()).toMatchObject({ route, reply: { status } });
    expect(explanation().steps.at(-1)).toMatchObject({ step: refused, verdict: "refuse" });
    expect(explanation()).not.toHaveProperty("upstream");
  });

  it("answers built-in endpoints as the gateway does", async () => {
    expect((await run("/healthz")).explanation()).toMatchObject({ route: null, reply: { status: 405 } });
  });

  it.each([
    ["post", "POST"],
    ["Get", "GET"],
    ["brew", undefined],
  ])("refuses the method %s as the gateway does, with a hint", async (method, meant) => {
    const { code, err, explanation } = await run("/openai/x", [TOKEN], "json", CONFIG, method);
    expect(code).toBe(0);
    expect(explanation()).toMatchObject({ route: null, reply: { status: 400, body: '{"error":"bad_request"}' } });
    const hint = meant === undefined ? "" : `. Methods are case-sensitive: did you mean ${meant}?`;
    expect(err).toBe(`note: the gateway refuses the method "${method}"${hint}\n`);
  });

  it.each(["post", "Get", "brew"])("and the gateway does refuse the method %s", async (method) => {
    const { port } = await scene.gateway({ base: "http://127.0.0.1:9" });
    const { status, body } = await exchange(port, requestText(method, "/up/x", [AUTH]));
    expect({ status, body: String(body) }).toEqual({ status: 400, body: '{"error":"bad_request"}' });
  });

  it.each([
    ["openai/x", "note: a path starts with /: did you mean /openai/x?\n"],
    ["/openai/x", ""],
    ["http://127.0.0.1:8080/openai/x", ""],
  ])("notes when the path %s does not start with a slash", async (path, note) => {
    expect((await run(path, [TOKEN])).err).toBe(note);
  });

  it.each([
    ["http://user:canary-password@[::1]:3128", "through the proxy http://[::1]:3128"],
    ["env", "through the proxy http://proxy.example:8888"],
    ["none", undefined],
  ])("names the outbound proxy %s in text, without its credentials", async (proxy, line) => {
    const config = CONFIG.replace("request_timeout_ms: 1234", `proxy: "${proxy}"`);
    const env = { HTTPS_PROXY: "http://user:canary-password@proxy.example:8888" };
    const { io, printed } = recordingIo({ files: { "c.yaml": config }, env });
    const options = { config: "c.yaml", method: "POST", path: "/openai/x", header: [TOKEN], format: "text" } as const;
    expect(await explain(options, io)).toBe(0);
    expect(/^ {2}(through .*)$/m.exec(printed.out)?.[1]).toBe(line);
    expect(printed.out).not.toContain("canary-password");
  });

  it("refuses CONNECT as the gateway does", async () => {
    const { explanation } = await run("/openai/x", [TOKEN], "json", CONFIG, "CONNECT");
    expect(explanation()).toMatchObject({ route: null, reply: { status: 405, headers: { connection: "close" } } });
  });

  it("shows the headers of a reply, as many as the gateway would send", async () => {
    const config = `${CONFIG}cors: {enabled: true, allow_origins: ["https://app.example"]}\n`;
    const { explanation } = await run("/openai/x", ["origin: https://app.example"], "json", config);
    expect(explanation().reply?.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": "24",
      "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "access-control-allow-origin": "https://app.example",
      vary: "Origin",
    });
    const unread = (await run("/x", [TOKEN, "host: a", "host: b"])).explanation();
    expect(unread.reply?.headers).toMatchObject({ connection: "close" });
    const { out } = await run("/openai/x", [], "text");
    expect(out).toMatch(/^reply\n {2}401 [^\n]*\n {2}content-type: application\/json\n/m);
  });

  it("masks a token that a reply would repeat", async () => {
    const { out } = await run("/none/../x", ["x-request-id: canary-token-0001"]);
    expect(out).not.toContain("canary-token-0001");
  });

  it("says in text which route was taken and why the others were not", async () => {
    const { out } = await run("/openai/x", [TOKEN], "text");
    expect(out).toContain("openai (/openai): taken, the longest prefix that matches");
    expect(out).toContain("all (/): matches too, but is shorter");
    expect(out).toContain("request_timeout_ms: 1234");
  });

  it("shows no secret of the config, wherever the client put it", async () => {
    for (const format of ["text", "json"] as const) {
      const sent = [TOKEN, "x-copy: canary-token-0001", "x-bearer: Bearer canary-token-0001"];
      const { out, err } = await run("/openai/x", sent, format);
      expect(out + err).not.toContain("canary-token-0001");
      expect(out + err).not.toContain("canary-key-0001");
    }
  });

  it("takes the model of the request from --model", async () => {
    const pool = `
  - id: pool
    prefix: /pool
    upstreams:
      - {id: a, base_url: "https://a.example", models: [gpt-*]}
      - {id: b, base_url: "https://b.example"}
`;
    const config = CONFIG.replace("rate_limit", `${pool}rate_limit`).replace(/\n\n/, "\n");
    for (const [model, id] of [
      ["gpt-5", "a"],
      ["claude", "b"],
    ]) {
      const { io, printed } = recordingIo({ files: { "c.yaml": config } });
      const words = ["explain", "c.yaml", "--path", "/pool/x", "--header", TOKEN, "--format", "json", "--model"];
      expect(await runCommandLine([...words, model ?? ""], io)).toBe(0);
      expect([printed.err, (JSON.parse(printed.out) as Explanation).upstream?.id]).toEqual(["", id]);
    }
    const { io, printed } = recordingIo({ files: { "c.yaml": config } });
    expect(await runCommandLine(["explain", "c.yaml", "--path", "/pool/x", "--model", ""], io)).toBe(2);
    expect(printed).toEqual({ out: "", err: "error: --model must be the name of a model\n" });
  });

  it("distinguishes errors of the config from wrong usage", async () => {
    expect(await run("/x", [], "text", "listen: 1")).toMatchObject({ code: 1, out: "" });
    expect(await run("/x", ["no colon"], "text")).toMatchObject({ code: 2, out: "" });
  });

  it("shows error replies in the configured format", async () => {
    const config = `${CONFIG}errors: {format: openai}\ncors: {enabled: true, allow_origins: ["https://app.example"]}\n`;
    const refused = (await run("/openai/x", [], "json", config)).explanation();
    expect(JSON.parse(refused.reply?.body ?? "")).toMatchObject({ error: { code: "unauthorized" } });
    expect(refused.steps.map(({ step, verdict }) => `${step} ${verdict}`)).toEqual([
      "route pass",
      "cors pass",
      "auth refuse",
    ]);
  });
});
