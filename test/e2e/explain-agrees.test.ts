// Checks that a gateway asks the upstreams of a pool in the order that `explain` shows for the same request, and refuses as it says.

import { expect, test } from "vitest";
import { explainer } from "../../src/cli/explain/explanation.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import { TOKEN } from "../support/config.ts";
import { startGateway } from "../support/gateway.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

const MODELS = ["models: [gpt-*]", "rename_models: {gpt-5: other}", "models: ['*5', o3]"];
const NOTHING = ["weight: 1", "weight: 3", "weight: 2"];
const SESSION = "sticky: {by: header, name: x-session}";

interface Case {
  readonly settings?: string;
  readonly members?: readonly string[];
  readonly path?: string;
  readonly headers?: readonly string[];
  readonly model?: string;
}

const CASES: readonly Case[] = [
  {},
  { settings: "balance: round_robin" },
  { settings: "balance: least_inflight" },
  { settings: "sticky: {by: client}" },
  ...["1", "2", "3", "4", "5"].map((value) => ({ settings: SESSION, headers: [`x-session: ${value}`] })),
  { settings: SESSION, headers: ["x-session: 1", "x-session: 2"] },
  { settings: "balance: round_robin", path: "/v1/files/f1" },
  { settings: SESSION, path: "/v1/batches", headers: ["x-session: 3"] },
  ...["gpt-5", "o3", "o4"].map((model) => ({ members: MODELS, model })),
  { members: MODELS, path: "/models/gpt-5:generate" },
  { members: [MODELS[0] ?? "", "models: [o3]"], model: "claude" },
  { members: [MODELS[0] ?? ""], model: "claude" },
  { members: ["rename_models: {'*': x}"], path: "/models/gpt-5:generate" },
];

test.each(CASES)("%j", async ({ settings = "", members = NOTHING, path = "/v1/x", headers = [], model }) => {
  // With each attempt refused, all that may be asked are asked.
  const upstream = await scene.upstream((req, res) => {
    req.resume();
    req.once("end", () => res.writeHead(529).end());
  });
  const config = `listen: 127.0.0.1:0
gateway_auth: {tokens: [${TOKEN}]}
routes:
  - id: pool
    prefix: /pool
    upstream: {retry: {max_attempts: ${members.length}, backoff_ms: 0, max_backoff_ms: 0}}
${settings && `    ${settings}\n`}    upstreams:
${members.map((member, n) => `      - {id: u${n}, base_url: "${upstream.url}/u${n}", ${member}}`).join("\n")}
`;
  const compiled = compile(sourceFromText("c.yaml", config), {
    env: () => undefined,
    readFile: () => ({ ok: false, reason: "none" }),
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  const lines = [`authorization: Bearer ${TOKEN}`, ...headers];
  const body = model === undefined ? "" : JSON.stringify({ model });
  const sent = body === "" ? lines : [...lines, `content-length: ${body.length}`];
  const rawHeaders = ["host", "h", ...lines.flatMap((line) => line.split(": "))];
  const shown = explainer(compiled.value)({ method: "POST", target: `/pool${path}`, rawHeaders, model });

  const gateway = await startGateway(config);
  try {
    const { status } = await exchange(gateway.port, requestText("POST", `/pool${path}`, sent, body));
    expect(status).toBe(shown.reply?.status ?? 529);
  } finally {
    await gateway.close();
  }
  const isBound = shown.pool?.chosen_by === "account";
  const order = (shown.upstreams ?? []).filter(({ takes }, index) => takes !== false && !(isBound && index > 0));
  const asked = upstream.requests.map(({ url }) => url.split("/")[1]);
  expect([...new Set(asked)]).toEqual(shown.reply ? [] : order.map(({ id }) => id));
  expect(asked[0]).toBe(shown.upstream?.id);
});
