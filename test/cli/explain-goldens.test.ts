// Compares what `explain` prints, as text and as JSON, with golden files: single upstreams, retries, pools, models.
//
// `UPDATE_GOLDEN=1 npx vitest run test/cli/explain-goldens.test.ts` writes the files. Read the diff: users see each change.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { explain } from "../../src/cli/explain/explain.ts";
import { recordingIo } from "./recording-io.ts";

const GOLDENS = join(import.meta.dirname, "explain-goldens");
const TOKEN = "canary-token-0001";
const KEY = "canary-key-0001";
const HEADERS = [`authorization: Bearer ${TOKEN}`, "x-request-id: r1"];
const INJECT = `inject_headers: [{name: authorization, value: "Bearer ${KEY}"}], inject_query: [{name: key, value: ${KEY}}]`;

const TOP = `listen: 127.0.0.1:0
gateway_auth: {tokens: [${TOKEN}]}
concurrency: {upstream_per_key_max_inflight: 4}
routes:
  - id: llm
    prefix: /llm
`;

const SINGLE = `${TOP}    upstream: {base_url: "https://a.example", ${INJECT}}\n`;

const RETRIES = `${TOP}    upstream:
      base_url: https://a.example
      first_byte_timeout_ms: 5000
      retry: {max_attempts: 2, retry_on: [connect_error, "429", reset], attempt_timeout_ms: 7000, tell_clients: true}
`;

const IN_ORDER = `${TOP}    cooldown: {after_failures: 1, ms: 1000}
    upstreams:
      - {id: a, base_url: "https://a.example", ${INJECT}}
      - {id: b, base_url: "https://b.example/v1"}
      - {id: c, base_url: "https://c.example"}
    upstream: {retry: {max_attempts: 2}}
`;

const sticky = (by: string): string => `${TOP}    balance: round_robin
    sticky: ${by}
    upstreams:
      - {id: a, base_url: "https://a.example"}
      - {id: b, base_url: "https://b.example", weight: 3, upstream_key_max_inflight: 2, request_timeout_ms: 9000, proxy: "http://u:canary@10.0.0.1:3128"}
      - {id: c, base_url: "https://c.example"}
`;

const MODELS = `${TOP}    balance: least_inflight
    upstreams:
      - {id: a, base_url: "https://a.example", models: [gpt-*]}
      - {id: b, base_url: "https://b.example", rename_models: {gpt-5: gpt-5-eu, o3: o3-eu}}
      - {id: c, base_url: "https://c.example", models: [claude-*, o3]}
      - {id: d, base_url: "https://d.example", models: []}
`;

const ONLY_CLAUDE = `${TOP}    upstreams: [{id: a, base_url: "https://a.example", models: [claude-*], rename_models: {"*": claude-x}}]\n`;

const CLIENTS = `listen: 127.0.0.1:0
gateway_auth:
  tokens: [canary-token-0009]
  clients:
    - {id: intern, tokens: [${TOKEN}], routes: [llm, other], models: [gpt-*, o3], rate_limit: {per_minute: 20}, max_inflight: 2}
    - {id: lead, tokens: [canary-token-0002]}
    - {id: elsewhere, tokens: [canary-token-0003], routes: [other]}
    - {id: gone, tokens: [canary-token-0004], enabled: false}
    - {id: former, tokens: [canary-token-0005], expires_at: "2020-01-01T00:00:00Z"}
rate_limit: {per_minute: 100}
concurrency: {downstream_max_inflight: 50}
routes:
  - {id: llm, prefix: /llm, upstream: {base_url: "https://a.example"}}
  - {id: other, prefix: /other, upstream: {base_url: "https://b.example"}}
`;

const SCOPE_DECIDES =
  "note: the request's model decides whether the client may send it: name it with --model. A request without one gets 400 model_unreadable\n";

const MODEL_DECIDES =
  "note: the request's model decides which upstream is asked: name it with --model. A request without one gets 400 model_unreadable\n";

interface Case {
  readonly name: string;
  readonly config: string;
  readonly headers?: readonly string[];
  readonly method?: string;
  readonly model?: string;
  readonly path?: string;
  readonly client?: string;
  /** What is printed besides. */
  readonly note?: string;
}

const CASES: readonly Case[] = [
  { name: "single", config: SINGLE },
  { name: "retries", config: RETRIES },
  { name: "in-order", config: IN_ORDER },
  { name: "sticky-client", config: sticky("{by: client}") },
  { name: "sticky-header", config: sticky("{by: header, name: X-Session-Id}"), headers: ["x-session-id: s1"] },
  { name: "sticky-no-header", config: sticky("{by: header, name: X-Session-Id}") },
  { name: "models", config: MODELS, model: "gpt-5" },
  { name: "models-unknown", config: MODELS, note: MODEL_DECIDES },
  { name: "models-get", config: MODELS, method: "GET" },
  { name: "model-not-allowed", config: ONLY_CLAUDE, model: "gpt-5" },
  { name: "account", config: IN_ORDER, path: "/llm/v1/files/f1", method: "DELETE" },
  { name: "model-of-one", config: ONLY_CLAUDE, model: "claude-y", method: "PUT" },
  { name: "client-by-token", config: CLIENTS, model: "o3" },
  { name: "client-by-id", config: CLIENTS, client: "intern", model: "o3" },
  { name: "client-model-refused", config: CLIENTS, client: "intern", model: "o4" },
  { name: "client-model-unknown", config: CLIENTS, client: "intern", note: SCOPE_DECIDES },
  { name: "client-without-limits", config: CLIENTS, client: "lead" },
  { name: "client-route-refused", config: CLIENTS, client: "elsewhere" },
  { name: "client-disabled", config: CLIENTS, client: "gone" },
  { name: "client-expired", config: CLIENTS, client: "former" },
];

async function run(
  { config, headers = [], method = "POST", model, client, path = "/llm/v1/x?q=1" }: Case,
  format: "text" | "json",
) {
  const { io, printed } = recordingIo({ files: { "c.yaml": config } });
  const sent = client === undefined ? HEADERS : HEADERS.slice(1);
  const options = { config: "c.yaml", method, path, header: [...sent, ...headers], model, client, format };
  return { code: await explain(options, io), ...printed };
}

describe.each(CASES)("$name", (item) => {
  test.each(["text", "json"] as const)("as %s", async (format) => {
    const { code, out, err } = await run(item, format);
    const file = join(GOLDENS, `${item.name}.${format === "text" ? "txt" : "json.txt"}`);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, out);
    expect(code).toBe(0);
    expect(out).toBe(readFileSync(file, "utf8"));
    expect(out + err).not.toContain("canary");
    expect(err).toBe(item.note ?? "");
  });
});
