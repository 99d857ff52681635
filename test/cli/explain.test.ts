// Tests `explain`: the JSON and text formats, refusals, masked secrets, exit codes.

import { describe, expect, it } from "vitest";
import { explain } from "../../src/cli/explain/explain.ts";
import type { Explanation } from "../../src/cli/explain/explanation.ts";
import type { Io } from "../../src/cli/io.ts";

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

async function run(path: string, header: string[] = [], format: "text" | "json" = "json", config = CONFIG) {
  let out = "";
  let err = "";
  const io: Io = {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    host: {
      env: () => undefined,
      readFile: (file) =>
        file === "c.yaml" ? { ok: true, bytes: Buffer.from(config) } : { ok: false, reason: "no such file" },
    },
    readStdin: async () => ({ ok: true, bytes: Buffer.from(config) }),
    color: false,
    stderrColor: false,
    version: "0",
  };
  const code = await explain({ config: "c.yaml", method: "post", path, header, format }, io);
  return { code, out, err, explanation: () => JSON.parse(out) as Explanation };
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
