// Tests which upstream a dry run chooses: by the models that a request names, by its headers, by the weights of a pool.

import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import type { DryRequest } from "../../src/runtime/dry/dry-exchange.ts";
import { dryRunner } from "../../src/runtime/dry/dry-run.ts";
import { compileText } from "../compiler/compiling.ts";

const TOKENS = ["token-of-a-client-1", "token-of-a-client-2"];

function runnerOf(route: string) {
  const result = compileText(`listen: 127.0.0.1:0
gateway_auth: {tokens: [${TOKENS.join(", ")}]}
routes:
  - id: llm
    prefix: /llm
${route}`);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return dryRunner(result.value, systemClock);
}

interface Sent extends Partial<DryRequest> {
  readonly path?: string;
  readonly headers?: readonly string[];
  readonly token?: string | undefined;
}

function request({ method = "POST", path = "/v1/x", headers = [], model, token = TOKENS[0] }: Sent): DryRequest {
  const rawHeaders = ["host", "h", "authorization", `Bearer ${token}`, ...headers];
  return { method, target: `/llm${path}`, rawHeaders, model };
}

describe("the model of a request", () => {
  const run = runnerOf(`    upstreams:
      - {id: gpt, base_url: "https://a.example", models: [gpt-*], rename_models: {gpt-5: gpt-5-eu}}
      - {id: gemini, base_url: "https://b.example", models: [gemini-*]}
`);

  test.each<[what: string, sent: Sent, expected: string]>([
    ["in the body", { model: "gpt-4" }, "gpt"],
    ["in the body, renamed", { model: "gpt-5" }, "gpt as gpt-5-eu"],
    ["in the path", { path: "/v1beta/models/gemini-3:generateContent" }, "gemini"],
    ["in the query", { path: "/v1/x?model=gemini-3" }, "gemini"],
    ["in the path and another in the body", { path: "/models/gemini-3:x", model: "gpt-4" }, "model_not_allowed"],
    ["that no upstream takes", { model: "GPT-4" }, "model_not_allowed"],
    ["given twice", { path: "/v1/x?model=gpt-4&model=gpt-4" }, "model_unreadable"],
    ["in a form", { model: "gpt-4", headers: ["content-type", "multipart/form-data; boundary=b"] }, "gpt"],
    [
      "to rename in a form",
      { model: "gpt-5", headers: ["content-type", "multipart/form-data; boundary=b"] },
      "model_unreadable",
    ],
    ["to rename under a coding", { model: "gpt-5", headers: ["content-encoding", "gzip"] }, "model_unreadable"],
    ["under an unknown coding", { model: "gpt-4", headers: ["content-encoding", "zstd"] }, "model_unreadable"],
    ["to rename in the path", { path: "/models/gpt-5:x" }, "model_unreadable"],
    ["of a lookup", { method: "GET" }, "gpt"],
    ["of a DELETE without a body", { method: "DELETE" }, "gpt"],
    ["of a DELETE with an empty body", { method: "DELETE", headers: ["content-length", "0"] }, "gpt"],
    ["of a DELETE with a body", { method: "DELETE", headers: ["content-length", "2"] }, "unknown"],
    ["not given", {}, "unknown"],
  ])("%s", (_what, sent, expected) => {
    const { upstream, reply, choice } = run(request(sent));
    const first = choice?.candidates[0];
    const renamed = first?.newModel === undefined ? "" : ` as ${first.newModel}`;
    expect(reply?.outcome ?? (upstream ? `${upstream.id}${renamed}` : "unknown")).toBe(expected);
    expect(upstream?.id ?? "none").toBe(reply || !upstream ? "none" : first?.id);
  });

  test("passes over an upstream that can't be sent it under its other name", () => {
    const two = runnerOf(`    upstreams:
      - {id: renames, base_url: "https://a.example", rename_models: {gpt-5: gpt-5-eu}}
      - {id: plain, base_url: "https://b.example"}
`);
    const { upstream, choice } = two(request({ path: "/models/gpt-5:x" }));
    expect(upstream?.id).toBe("plain");
    expect(choice?.candidates.map(({ id, takes }) => [id, takes])).toEqual([
      ["plain", true],
      ["renames", false],
    ]);
  });

  test("decides nothing where the first upstream takes all", () => {
    const open = runnerOf(`    upstreams:
      - {id: all, base_url: "https://a.example", rename_models: {"*": x}}
      - {id: some, base_url: "https://b.example", models: [gpt-*]}
      - {id: none, base_url: "https://c.example", models: []}
`);
    const { upstream, choice } = open(request({}));
    expect(upstream?.id).toBe("all");
    expect(choice?.candidates.map(({ id, takes }) => [id, takes])).toEqual([
      ["all", true],
      ["some", undefined],
      ["none", false],
    ]);
  });
});

describe("a pool", () => {
  const POOL = `    upstreams:
      - {id: a, base_url: "https://a.example"}
      - {id: b, base_url: "https://b.example", weight: 5}
      - {id: c, base_url: "https://c.example", weight: 2}
`;
  const orderOf = (settings: string, sent: Sent = {}) => {
    const { choice, upstream } = runnerOf(`${settings}${POOL}`)(request(sent));
    expect(choice?.candidates[0]?.id).toBe(upstream?.id);
    return [choice?.by, ...(choice?.candidates.map(({ id }) => id) ?? [])];
  };

  test.each([
    ["", ["in_order", "a", "b", "c"]],
    ["    balance: round_robin\n", ["round_robin", "b", "c", "a"]],
    ["    balance: least_inflight\n", ["least_inflight", "b", "c", "a"]],
  ])("is asked in the order of its failover: %j", (settings, order) => {
    expect(orderOf(settings)).toEqual(order);
  });

  test.each([
    ["    balance: round_robin\n", "/v1/files/f1", ["account", "a", "b", "c"]],
    ["", "/v1/responses/r1", ["account", "a", "b", "c"]],
    ["    balance: round_robin\n", "/v1/filesystem", ["round_robin", "b", "c", "a"]],
  ])("has one home for the state of an account: %j %s", (settings, path, order) => {
    expect(orderOf(settings, { path })).toEqual(order);
  });

  test("has the home of the state where sticky says", () => {
    const settings = "    balance: round_robin\n    sticky: {by: header, name: x-session}\n";
    for (const value of ["1", "2", "3", "4", "5", "6"]) {
      const headers = ["x-session", value];
      const [, sticky] = orderOf(settings, { headers });
      expect(orderOf(settings, { headers, path: "/v1/threads/t/runs" }).slice(0, 2)).toEqual(["account", sticky]);
    }
  });

  test("starts anew for each request: one does not take the turn of another", () => {
    const run = runnerOf(`    balance: round_robin\n${POOL}`);
    expect(Array.from({ length: 9 }, () => run(request({})).upstream?.id)).toEqual(Array(9).fill("b"));
  });

  test("keeps a header's value, or a client, on one upstream", () => {
    const byHeader = "    sticky: {by: header, name: X-Session}\n";
    const firstOf = (settings: string, sent: Sent) => orderOf(settings, sent).slice(0, 2);
    const values = Array.from({ length: 40 }, (_, n) => `s${n}`);
    const firsts = values.map((value) => firstOf(byHeader, { headers: ["x-session", value] }));
    expect(new Set(firsts.map(([by]) => by))).toEqual(new Set(["header"]));
    expect(new Set(firsts.map(([, id]) => id))).toEqual(new Set(["a", "b", "c"]));
    expect(values.map((value) => firstOf(byHeader, { headers: ["X-Session", value] }))).toEqual(firsts);
    for (const headers of [[], ["x-session", ""], ["x-session", "1", "x-session", "2"]]) {
      expect(firstOf(byHeader, { headers })).toEqual(["in_order", "a"]);
    }
    for (const token of TOKENS) expect(firstOf("    sticky: {by: client}\n", { token })[0]).toBe("client");
  });
});

test("a route with one upstream has nothing to choose, and no step for it", () => {
  const { choice, steps, upstream } = runnerOf(`    upstream: {base_url: "https://a.example", retry: {}}\n`)(
    request({ model: "gpt-5" }),
  );
  expect([choice, upstream?.id, steps.map(({ step }) => step)]).toEqual([undefined, "llm", ["route", "auth"]]);
});
