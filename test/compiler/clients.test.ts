// Checks configs with clients: those that work have no findings, times are read as RFC 3339 says, and patterns are compared rightly.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTime } from "../../src/compiler/lower/time.ts";
import { covers } from "../../src/compiler/rules/model-patterns.ts";
import { modelMatcher } from "../../src/plan/model-patterns.ts";
import { CLEAN, compileText, edited } from "./compiling.ts";

const HASH = `sha256:${"0123456789abcdef".repeat(4)}`;

const ENV = {
  TOKEN: "tok-0123456789abcdef",
  KEY: "sk-abcdefghij",
  ALICE_TOKEN: "gw-alice-0123456789",
  ALICE_NEW_TOKEN: "gw-alice-9876543210",
  BOB_TOKEN: "gw-bob-0123456789ab",
  CI_TOKEN: "gw-ci-0123456789abc",
};

/** The clean config with clients in place of its token, or beside it. */
const withClients = (clients: string, text: string = CLEAN): string =>
  edited("  tokens:\n    - ${TOKEN}\n", `  clients:\n${clients}`, text);
const beside = (clients: string): string => edited("routes:\n", `  clients:\n${clients}routes:\n`);

const TEAM = `    - { id: alice, tokens: ["\${ALICE_TOKEN}"], rate_limit: { per_minute: 120 }, max_inflight: 8 }
    - { id: bob, tokens: ["\${BOB_TOKEN}"], models: [gpt-5-mini, "gpt-4.*"] }
    - { id: ci, tokens: ["\${CI_TOKEN}"], routes: [openai], expires_at: 2026-12-31T00:00:00Z }
`;
const POOL = `    upstreams:
      - { id: a, base_url: "http://10.0.0.5:8000", models: [llama-*] }
      - { id: b, base_url: "http://10.0.0.6:8000", models: [qwen-*, gpt-oss-*] }
`;
const inPool = (clients: string): string =>
  withClients(clients, `${CLEAN.slice(0, CLEAN.indexOf("    upstream:"))}${POOL}`);

describe("a config with clients that works has no findings:", () => {
  test.each([
    ["a team of three", withClients(TEAM)],
    ["a team beside a token that may do everything", beside(TEAM)],
    [
      "an intern with a cheap model, few requests and an end",
      withClients(
        '    - { id: intern, tokens: ["${BOB_TOKEN}"], models: [gpt-5-mini], rate_limit: { per_minute: 10 }, expires_at: 2026-08-31T18:00:00+02:00 }\n',
      ),
    ],
    [
      "a rotation with two tokens",
      withClients("    - id: alice\n      tokens:\n        - ${ALICE_TOKEN}\n        - ${ALICE_NEW_TOKEN}\n"),
    ],
    ["hashes in the file, and no token", withClients(`    - { id: alice, tokens: ["${HASH}"] }\n`)],
    ["a client that is shut out", withClients('    - { id: alice, tokens: ["${ALICE_TOKEN}"], enabled: false }\n')],
    [
      "a client that is shut out and has expired",
      withClients(
        '    - { id: alice, tokens: ["${ALICE_TOKEN}"], enabled: false, expires_at: 2020-01-01T00:00:00Z, routes: [] }\n',
      ),
    ],
    ["an empty list of tokens beside clients", edited("\n    - ${TOKEN}", " []", beside(TEAM))],
    [
      "limits of clients below those of the gateway",
      `${withClients(TEAM)}rate_limit: { per_minute: 240 }\nconcurrency: { downstream_max_inflight: 100 }\n`,
    ],
    ["a rate of the gateway above that of one client", `${withClients(TEAM)}rate_limit: { per_minute: 121 }\n`],
    [
      "models that the upstreams of a pool take",
      inPool('    - { id: a, tokens: ["${ALICE_TOKEN}"], models: [llama-4, "*oss*"] }\n'),
    ],
    [
      "models with colons, slashes and dots",
      withClients(
        '    - { id: a, tokens: ["${ALICE_TOKEN}"], models: ["ft:gpt-4o:acme::*", "openai/o3", "qwen3:8b-q4_K_M", "claude-3.5@*"] }\n',
      ),
    ],
    [
      "patterns that overlap, but do not cover each other",
      withClients('    - { id: a, tokens: ["${ALICE_TOKEN}"], models: ["gpt-*", "*-mini", "o3"] }\n'),
    ],
    ["all routes by name", withClients('    - { id: a, tokens: ["${ALICE_TOKEN}"], routes: [openai] }\n')],
  ])("%s", (_, text) => {
    const { diagnostics } = compileText(text, { env: ENV });
    expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  });

  test("with no tokens at hand, nothing is said about them", () => {
    const { diagnostics } = compileText(
      withClients(TEAM),
      { env: { KEY: "sk-abcdefghij" } },
      { allowMissingEnv: true },
    );
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(["env/missing"]));
  });

  test("an id or a time from a variable that is not set is not looked at", () => {
    const clients = `    - { id: alice, tokens: ["\${ALICE_TOKEN}"], routes: ["\${A}"], expires_at: "\${B}", models: ["\${C}", gpt-5] }\n`;
    const { diagnostics } = compileText(withClients(clients), { env: ENV }, { allowMissingEnv: true });
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(["env/missing"]));
  });

  test("an upstream whose models are not known may take each model", () => {
    const text = inPool('    - { id: alice, tokens: ["${ALICE_TOKEN}"], models: [claude-5] }\n');
    const { diagnostics } = compileText(edited("[llama-*]", '["${A}"]', text), { env: ENV }, { allowMissingEnv: true });
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(["env/missing"]));
    expect(compileText(text, { env: ENV }).diagnostics.map(({ code }) => code)).toEqual([
      "rule/model-without-upstream",
    ]);
  });

  test("a route whose id is not known may be the one that is meant", () => {
    const text = withClients(
      '    - { id: alice, tokens: ["${ALICE_TOKEN}"], routes: [claude] }\n',
      edited("id: openai", "id: ${A}"),
    );
    const { diagnostics } = compileText(text, { env: ENV }, { allowMissingEnv: true });
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(["env/missing"]));
  });
});

test("a value from a variable is in no finding", () => {
  const env = { ...ENV, ID: "qzID", ROUTE: "qzROUTE", OWN: "qzOWN", MODEL: "qz, MODEL", UNTIL: "2020-02-30T00:00:00Z" };
  const client = (token: string) =>
    `    - { id: "\${ID}", tokens: ["\${${token}}"], routes: ["\${ROUTE}"], models: ["\${MODEL}"], expires_at: "\${UNTIL}" }\n`;
  const text = withClients(client("ALICE_TOKEN") + client("BOB_TOKEN"), edited("id: openai", "id: ${OWN}"));
  const { diagnostics } = compileText(text, { env });
  const codes = new Set(diagnostics.map(({ code }) => code));
  for (const code of ["duplicate-client-id", "unknown-route", "expires-at", "model-pattern"]) {
    expect(codes).toContain(`rule/${code}`);
  }
  expect(JSON.stringify(diagnostics)).not.toMatch(/qz|2020-02/);
});

describe("a time", () => {
  test.each([
    ["2026-02-28T23:59:59Z", "2026-02-28T23:59:59.000Z"],
    ["2028-02-29t00:00:00z", "2028-02-29T00:00:00.000Z"],
    ["2026-01-01T00:00:00.1239+02:30", "2025-12-31T21:30:00.123Z"],
    ["2026-01-01T00:00:00.5-00:30", "2026-01-01T00:30:00.500Z"],
    ["2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"],
    ["0099-01-01T00:00:00Z", "0099-01-01T00:00:00.000Z"],
  ])("%s", (text, iso) => {
    expect(new Date(readTime(text) ?? Number.NaN).toISOString()).toBe(iso);
  });

  test.each([
    "2026-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:61Z",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00:00+00:60",
    "2026-01-01T00:00:00",
    "2026-01-01",
  ])("%s does not exist", (text) => {
    expect(readTime(text)).toBeUndefined();
  });

  test("is what the blueprint has", () => {
    const client = '    - { id: a, tokens: ["${ALICE_TOKEN}"], expires_at: 2026-12-31t23:59:60z }\n';
    const result = compileText(withClients(client), { env: ENV });
    const steps = result.ok ? (result.value.routes[0]?.steps ?? []) : [];
    const times = steps.flatMap((step) => (step.kind === "auth" ? step.spec.tokens : []));
    expect(times.map(({ client: spec }) => spec?.expiresAtMs)).toEqual([Date.parse("2027-01-01T00:00:00Z")]);
  });

  test("is that of the calendar, for every time", () => {
    const dates = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, (date) => {
        expect(readTime(date.toISOString())).toBe(date.getTime());
      }),
    );
  });
});

test("a pattern that covers another one matches all that it matches", () => {
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 6 });
  const name = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, pattern, fc.array(name, { minLength: 20, maxLength: 40 }), (wide, narrow, names) => {
      if (!covers(wide, narrow)) return;
      const [inWide, inNarrow] = [modelMatcher([wide]), modelMatcher([narrow])];
      expect(names.filter((one) => inNarrow(one) && !inWide(one))).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
