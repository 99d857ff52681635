// Checks that no secret shows in any output: one is planted in every input, the gateway runs at level `trace`, and then log,
// metrics, summary, spans, error bodies, diagnostics and explanations are searched for them.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { explainer } from "../../src/cli/explain/explanation.ts";
import { textReport } from "../../src/cli/report/text.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import { textLine } from "../../src/runtime/observe/logs/text-line.ts";
import { startGateway } from "../support/gateway.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { connectRaw, exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { closedPort } from "../support/upstream.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const canary = (input: string): string => `canary-${sha256(input).slice(0, 24)}`;

const SECRETS = {
  token: canary("token"),
  otherToken: canary("other token"),
  wrongToken: canary("wrong token"),
  clientToken: canary("client token"),
  otherClientToken: canary("other client token"),
  expiredToken: canary("expired token"),
  disabledToken: canary("disabled token"),
  hashedToken: canary("hashed token"),
  key: canary("key"),
  otherKey: canary("other key"),
  metricsToken: canary("metrics token"),
  wrongMetricsToken: canary("wrong metrics token"),
  query: canary("query"),
  header: canary("header"),
  cookie: canary("cookie"),
  body: canary("body"),
  answerBody: canary("answer body"),
  answerHeader: canary("answer header"),
  reason: canary("reason phrase"),
  cut: canary("cut"),
};

const BODY = JSON.stringify({ prompt: SECRETS.body });

const scene = setScene();

it("no planted secret is in any output of the gateway", async () => {
  const receiver = await startOtlpReceiver("http");
  const upstream = await scene.upstream((req, res) => {
    req.resume();
    const answer = { "x-answer": SECRETS.answerHeader, "set-cookie": `s=${SECRETS.answerHeader}` };
    if (req.url?.startsWith("/broken")) return void res.writeHead(503, SECRETS.reason, answer).end(SECRETS.answerBody);
    if (req.url?.startsWith("/cut"))
      return void res.writeHead(200, { "content-length": 99 }).write(SECRETS.cut, () => res.destroy());
    if (req.url?.startsWith("/reset")) return void req.socket.resetAndDestroy();
    if (req.url?.startsWith("/hang")) return;
    res.writeHead(200, { ...answer, "content-type": "text/event-stream" }).end(`data: ${SECRETS.answerBody}\n\n`);
  });
  const nonsense = await scene.rawUpstream((connection) => connection.send(`${SECRETS.reason} nonsense\r\n\r\n`));
  const dead = await closedPort();
  const route = (id: string, base: string, more: string) =>
    `  - {id: ${id}, prefix: /${id}, upstream: {base_url: "${base}", inject_headers: [{name: authorization, value: "Bearer \${KEY}"}, {name: x-org, value: "\${OTHER_KEY}"}]${more}}}`;
  const yaml = [
    "listen: 127.0.0.1:0",
    "gateway_auth:",
    '  tokens: ["${TOKEN}", "${OTHER_TOKEN}"]',
    "  token_sources: [{type: authorization_bearer}, {type: header, name: x-api-key}]",
    "  clients:",
    '    - {id: scoped, tokens: ["${CLIENT_TOKEN}", "${OTHER_CLIENT_TOKEN}"], routes: [up], models: [gpt-5], rate_limit: {per_minute: 8}, max_inflight: 1}',
    '    - {id: expired, tokens: ["${EXPIRED_TOKEN}"], expires_at: "2020-01-01T00:00:00Z"}',
    '    - {id: disabled, tokens: ["${DISABLED_TOKEN}"], enabled: false}',
    `    - {id: hashed, tokens: ["sha256:${sha256(SECRETS.hashedToken)}"], models: []}`,
    "observability:",
    "  logging: {level: trace}",
    '  metrics: {enabled: true, token: "${METRICS_TOKEN}"}',
    `  tracing: {enabled: true, sample_ratio: 1, otlp: {endpoint: "${receiver.endpoint}", protocol: http}}`,
    "rate_limit: {per_minute: 30}",
    "concurrency: {upstream_per_key_max_inflight: 4}",
    "routes:",
    route("up", upstream.url, ", request_timeout_ms: 300"),
    route("dead", `http://127.0.0.1:${dead}`, ""),
    route("nonsense", nonsense.url, ""),
    "",
  ].join("\n");
  const env = {
    TOKEN: SECRETS.token,
    OTHER_TOKEN: SECRETS.otherToken,
    CLIENT_TOKEN: SECRETS.clientToken,
    OTHER_CLIENT_TOKEN: SECRETS.otherClientToken,
    EXPIRED_TOKEN: SECRETS.expiredToken,
    DISABLED_TOKEN: SECRETS.disabledToken,
    KEY: SECRETS.key,
    OTHER_KEY: SECRETS.otherKey,
    METRICS_TOKEN: SECRETS.metricsToken,
  };
  const gateway = await startGateway(yaml, { env });
  const outputs: Record<string, string> = {};
  const bodies: string[] = [];
  const ask = async (target: string, token: string = SECRETS.token, more: readonly string[] = [], body = BODY) => {
    const lines = [
      `Authorization: Bearer ${token}`,
      `X-Secret: ${SECRETS.header}`,
      `Cookie: c=${SECRETS.cookie}`,
      ...more,
    ];
    const request = requestText("POST", `${target}?q=${SECRETS.query}`, lines, body);
    const answer = await exchange(gateway.port, request, "POST");
    if (!answer.text.includes(SECRETS.answerBody) && !answer.text.includes(SECRETS.cut)) bodies.push(answer.text);
  };
  try {
    const paths = [
      "/up/ok",
      "/up/broken",
      "/up/cut",
      "/up/reset",
      "/up/hang",
      "/dead/x",
      "/nonsense/x",
      "/none",
      "/up/..",
      "/metrics",
    ];
    await Promise.all(paths.map((path) => ask(path)));
    await ask("/up/ok", SECRETS.wrongToken);
    await ask("/up/ok", SECRETS.token, [`Authorization: Bearer ${SECRETS.token}`]);
    await ask("/up/ok", SECRETS.token, ["Expect: something-else"]);
    await ask("/up/ok", SECRETS.token, [`X-Bad: ${SECRETS.header}\u0001`]);
    for (let i = 0; i < 32; i++) await ask("/up/ok", SECRETS.otherToken);
    const model = (name: string): readonly [readonly string[], string] => {
      const body = JSON.stringify({ model: name, prompt: SECRETS.body });
      return [[`Content-Length: ${body.length}`], body];
    };
    await ask("/dead/x", SECRETS.clientToken, ...model("gpt-5"));
    await ask("/up/ok", SECRETS.clientToken, ...model("gpt-5"));
    await ask("/up/ok", SECRETS.otherClientToken, ...model(SECRETS.query));
    await ask("/up/ok", SECRETS.otherClientToken, ["Content-Length: 20"], SECRETS.body.slice(0, 20));
    await Promise.all([0, 1].map(() => ask("/up/hang", SECRETS.clientToken, ...model("gpt-5"))));
    for (let i = 0; i < 4; i++) await ask("/up/ok", SECRETS.clientToken, ...model("gpt-5"));
    await ask("/up/ok", SECRETS.hashedToken, ...model("gpt-5"));
    for (const token of [SECRETS.expiredToken, SECRETS.disabledToken]) await ask("/up/ok", token);
    // Requests that the parser refuses, and then a client that disconnects.
    for (const bytes of [
      `GET /${SECRETS.query} NONSENSE ${SECRETS.header}\r\n\r\n`,
      `POST / HTTP/1.1\r\nHost: x\r\nX: ${SECRETS.header}\r\nContent-Length: z\r\n\r\n`,
    ]) {
      const client = await connectRaw(gateway.port);
      await client.send(bytes);
      bodies.push((await client.response()).text);
      await client.close();
    }
    const leaver = await connectRaw(gateway.port);
    await leaver.send(
      requestText("POST", `/up/hang?q=${SECRETS.query}`, [`Authorization: Bearer ${SECRETS.token}`], SECRETS.body),
    );
    await leaver.close();
    const read = async (path: string, token: string) => {
      const response = await fetch(gateway.url + path, { headers: { authorization: `Bearer ${token}` } });
      return `${JSON.stringify([...response.headers])} ${await response.text()}`;
    };
    bodies.push(await read("/metrics", SECRETS.wrongMetricsToken));
    outputs["metrics"] = await read("/metrics", SECRETS.metricsToken);
    outputs["summary"] = await read("/metrics/summary", SECRETS.metricsToken);
  } finally {
    await gateway.drain();
    await receiver.close();
  }
  outputs["bodies"] = bodies.join("\n");
  outputs["log"] = gateway.logs.map((line) => JSON.stringify(line)).join("\n");
  outputs["text log"] = gateway.logs.map((line) => textLine(JSON.stringify(line), true)).join("");
  outputs["spans"] = Buffer.concat(receiver.exports).toString("latin1");
  outputs["explanation"] = explanations(yaml, env);
  outputs["diagnostics"] = diagnostics(yaml, env);

  // The search proves something only when every one of these outcomes occurred.
  const outcomes = new Set(gateway.logs.map((line) => line["outcome"]));
  for (const outcome of [
    "success",
    "upstream_aborted",
    "upstream_request_failed",
    "upstream_timeout",
    "upstream_connect_error",
    "rate_limited",
    "route_not_allowed",
    "model_not_allowed",
    "model_unreadable",
    "client_concurrency_exceeded",
    "unauthorized",
    "invalid_path",
    "route_not_found",
    "bad_request",
    "expectation_failed",
    "method_not_allowed",
  ]) {
    expect(outcomes).toContain(outcome);
  }
  expect(receiver.spans.length).toBeGreaterThan(40);
  for (const [output, text] of Object.entries(outputs)) {
    expect([output, text.length > 100]).toEqual([output, true]);
    const found = Object.entries(SECRETS).filter(([, secret]) => text.includes(secret));
    expect([output, found.map(([name]) => name)]).toEqual([output, []]);
  }
}, 60_000);

const hostOf = (env: Readonly<Record<string, string>>) => ({
  env: (name: string) => env[name],
  readFile: () => ({ ok: false as const, reason: "no files" }),
});

function explanations(yaml: string, env: Readonly<Record<string, string>>): string {
  const result = compile(sourceFromText("c.yaml", yaml), hostOf(env));
  if (!result.ok) throw new Error("the config compiles");
  const explain = explainer(result.value);
  const tokens = [SECRETS.token, SECRETS.clientToken, SECRETS.expiredToken, SECRETS.disabledToken, SECRETS.hashedToken];
  return ["/up/x", "/dead/x", "/metrics", "/none"]
    .flatMap((target) =>
      tokens.map((token) => ({ target, rawHeaders: ["host", "x", "authorization", `Bearer ${token}`] })),
    )
    .map(({ target, rawHeaders }) => JSON.stringify(explain({ method: "POST", target, rawHeaders })))
    .join("\n");
}

/** Diagnostics of every kind that can concern a secret: literal, duplicate and unusable ones, also those of a proxy. */
function diagnostics(yaml: string, env: Readonly<Record<string, string>>): string {
  const literal = yaml.replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => env[name] ?? "");
  const proxy = `proxy: {protocol: http, address: "127.0.0.1:1", username: "${SECRETS.header}", password: "${SECRETS.query}"}`;
  const texts = [
    literal,
    literal.replaceAll("authorization, value", "autorization, value"),
    literal.replace("request_timeout_ms: 300", proxy),
    literal.replace(SECRETS.otherToken, SECRETS.token).replace(SECRETS.metricsToken, SECRETS.token),
    literal.replace("inject_headers", "inject_header"),
    literal.replaceAll(SECRETS.expiredToken, SECRETS.clientToken),
    literal.replaceAll(SECRETS.expiredToken, SECRETS.token),
    literal.replace("expires_at", "expire_at").replace("id: disabled", "id: dis abled"),
    yaml.replace("routes: [up]", 'routes: ["${CLIENT_TOKEN}"]').replace("[gpt-5]", '["${EXPIRED_TOKEN}**"]'),
    yaml.replace("id: scoped", "id: ${CLIENT_TOKEN}").replace("2020-01-01T00:00:00Z", "${EXPIRED_TOKEN}"),
    yaml.replace("level: trace", "level: ${METRICS_TOKEN}").replace("per_minute: 30", "per_minute: ${TOKEN}"),
  ];
  return texts
    .map((text) => {
      const { diagnostics } = compile(sourceFromText("c.yaml", text), hostOf(env));
      return textReport([{ file: "c.yaml", diagnostics }], { color: false }) + JSON.stringify(diagnostics);
    })
    .join("\n");
}
