// Tests `explain --client`: which ids it takes, and that it agrees with `explain` by token and with the gateway itself.

import { describe, expect, test } from "vitest";
import type { Explanation } from "../../src/cli/explain/explanation.ts";
import { runCommandLine } from "../../src/cli/main.ts";
import { startGateway } from "../support/gateway.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import { recordingIo } from "./recording-io.ts";

const scene = setScene();

const TOKENS = {
  intern: "canary-token-of-intern",
  lead: "canary-token-of-lead",
  gone: "canary-token-of-gone",
  shut: "canary-token-of-shut",
};

const config = (base: string) => `listen: 127.0.0.1:0
gateway_auth:
  token_sources: [{type: authorization_bearer}, {type: query, name: gw}]
  clients:
    - {id: intern, tokens: [${TOKENS.intern}], routes: [llm], models: [gpt-*], rate_limit: {per_minute: 1000}, max_inflight: 9}
    - {id: lead, tokens: [${TOKENS.lead}]}
    - {id: shut, tokens: [${TOKENS.shut}], models: []}
    - {id: gone, tokens: [${TOKENS.gone}], enabled: false}
routes:
  - {id: llm, prefix: /llm, upstream: {base_url: "${base}"}}
  - {id: other, prefix: /other, upstream: {base_url: "${base}"}}
`;

async function explain(words: readonly string[], text = config("https://a.example")) {
  const { io, printed } = recordingIo({ files: { "c.yaml": text } });
  const code = await runCommandLine(["explain", "c.yaml", "--format", "json", ...words], io);
  return { code, ...printed, explanation: () => JSON.parse(printed.out) as Explanation };
}

describe("the id of a client", () => {
  test.each([
    ["intrn", 'error: no client has the id "intrn". Did you mean intern?\n'],
    ["zzzzzz", 'error: no client has the id "zzzzzz"\n'],
    ["Intern", 'error: no client has the id "Intern". Did you mean intern?\n'],
    ["", 'error: no client has the id ""\n'],
  ])("%j is wrong usage", async (id, err) => {
    expect(await explain(["--path", "/llm/x", "--client", id])).toMatchObject({ code: 2, out: "", err });
  });

  test("is wrong usage where the config has no clients", async () => {
    const text = config("https://a.example").replace(/ {2}clients:\n(?: {4}.*\n)+/, "  tokens: [canary-token]\n");
    const err = "error: --client needs the id of a client, and the config has no clients\n";
    expect(await explain(["--path", "/llm/x", "--client", "intern"], text)).toMatchObject({ code: 2, out: "", err });
  });
});

test("the limits of the client are shown", async () => {
  const limits = async (id: string) =>
    (await explain(["--path", "/llm/x", "--client", id, "--model", "gpt-5"])).explanation().limits;
  expect(await limits("intern")).toEqual({ client_rate_per_minute: 1000, client_max_inflight: 9 });
  expect(await limits("lead")).toEqual({});
  expect(await limits("gone")).toEqual({});
});

test("the client stands for the request, whatever token it has, and no token goes upstream", async () => {
  const path = `/llm/x?gw=${TOKENS.lead}&key=${TOKENS.lead}&a=1`;
  const header = `authorization: Bearer ${TOKENS.gone}`;
  const { out, explanation } = await explain([
    "--path",
    path,
    "--client",
    "intern",
    "--model",
    "gpt-5",
    "--header",
    header,
  ]);
  expect(explanation().steps).toContainEqual({ step: "auth", verdict: "pass", detail: "client intern" });
  expect(explanation().upstream?.url).toBe("https://a.example/x?a=1");
  expect(out).not.toContain("canary");
});

test("a client that may use no model is refused, also when the model is not known", async () => {
  const { err, explanation } = await explain(["--path", "/llm/x", "--client", "shut"]);
  expect(err).toBe("");
  const detail = "model_not_allowed (allowed: no models)";
  expect(explanation().steps.at(-1)).toEqual({ step: "modelScope", verdict: "refuse", detail });
});

describe("the gateway answers as explain says", () => {
  const CASES: readonly {
    client: keyof typeof TOKENS;
    method?: string;
    path?: string;
    model?: string;
    refused?: string;
  }[] = [
    { client: "intern", model: "gpt-5" },
    { client: "intern", model: "o3", refused: "model_not_allowed" },
    { client: "intern", method: "GET" },
    { client: "intern", method: "GET", path: "/llm/models/o3:x", refused: "model_not_allowed" },
    { client: "intern", path: "/llm/x?model=gpt-5&model=gpt-5", model: "gpt-5", refused: "model_unreadable" },
    { client: "intern", path: "/other/x", model: "gpt-5", refused: "route_not_allowed" },
    { client: "lead", path: "/other/x", model: "o3" },
    { client: "shut", model: "o3", refused: "model_not_allowed" },
    { client: "shut", method: "GET" },
    { client: "gone", model: "o3", refused: "unauthorized" },
  ];
  test.each(CASES)("%j", async ({ client, method = "POST", path = "/llm/x", model, refused }) => {
    const upstream = await scene.upstream((req, res) => {
      req.resume();
      req.once("end", () => res.end("fine"));
    });
    const text = config(upstream.url);
    const token = `authorization: Bearer ${TOKENS[client]}`;
    const words = ["--path", path, "--method", method, ...(model === undefined ? [] : ["--model", model])];
    const byId = (await explain([...words, "--client", client], text)).explanation();
    const byToken = (await explain([...words, "--header", token], text)).explanation();
    expect(byId.steps).toEqual(byToken.steps);
    expect(byId.reply?.body).toBe(refused && `{"error":"${refused}"}`);
    if (refused !== undefined) expect(byId.steps.at(-1)?.detail).toMatch(new RegExp(`^${refused}\\b`));

    const body = model === undefined ? "" : JSON.stringify({ model });
    const lines = [token, ...(body === "" ? [] : [`content-length: ${body.length}`])];
    const gateway = await startGateway(text);
    const { status, body: answer } = await exchange(gateway.port, requestText(method, path, lines, body));
    await gateway.close();
    const shown = byId.reply === undefined ? { status: 200, body: "fine" } : byId.reply;
    expect({ status, body: String(answer) }).toEqual({ status: shown.status, body: shown.body });
  });
});
