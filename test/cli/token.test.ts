// Tests `token`: what it prints of a new token and of a given one, and that a config accepts both forms.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { token } from "../../src/cli/token/token.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import { recordingIo } from "./recording-io.ts";

async function run(hash?: string, stdin?: string) {
  const { io, printed } = recordingIo(stdin === undefined ? {} : { stdin });
  const code = await token({ hash }, io);
  const line = (name: string) => new RegExp(`^${name} +(\\S+)`, "m").exec(printed.out)?.[1] ?? "";
  return { code, ...printed, line };
}

const sha256 = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

test("a new token has 256 random bits and needs no quotes; its hash and its label are printed with it", async () => {
  const [first, second] = [await run(), await run()];
  expect(first.code).toBe(0);
  const made = first.line("token");
  expect(made).toMatch(/^gw-[A-Za-z0-9_-]{43}$/);
  expect(second.line("token")).not.toBe(made);
  expect(first.line("sha256")).toBe(sha256(made));
  expect(first.line("label")).toBe(`gw-***${made.slice(-2)}#${sha256(made).slice(7, 15)},`);
  expect(first.out).toContain(`or ***#${sha256(made).slice(7, 15)} when the config has the sha256 form`);
});

test("a config accepts both forms as the same token, and labels it as printed", async () => {
  const { line } = await run();
  const label = (form: string) => {
    const text = `listen: 127.0.0.1:0
gateway_auth: {tokens: ["\${T}"]}
routes: [{id: all, prefix: /, upstream: {base_url: "http://127.0.0.1:9"}}]
`;
    const host = { env: () => form, readFile: () => ({ ok: false as const, reason: "none" }) };
    const result = compile(sourceFromText("c.yaml", text), host);
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
    const auth = result.value.routes[0]?.steps.find((step) => step.kind === "auth");
    return auth?.kind === "auth" ? auth.spec.tokens[0] : undefined;
  };
  const [clear, hashed] = [label(line("token")), label(line("sha256"))];
  expect(hashed?.digest.reveal()).toBe(clear?.digest.reveal());
  expect(`${clear?.label},`).toBe(line("label"));
});

test.each([
  ["abc", undefined, "abc"],
  ["-", "canary-token-0001\n", "canary-token-0001"],
  ["-", "canary-token-0001\r\n", "canary-token-0001"],
  ["-", "with a space", "with a space"],
])("--hash %s (standard input %j) hashes %j and does not print it", async (hash, stdin, text) => {
  const { code, out, line } = await run(hash, stdin);
  expect(code).toBe(0);
  expect(line("sha256")).toBe(sha256(text));
  expect(line("token")).toBe("");
  expect(out).not.toContain(text);
});

test.each([
  ["", undefined, "the token is empty"],
  ["-", "\n", "the token is empty"],
  ["-", undefined, "standard input can't be read: no such file"],
  ["-", "one\ntwo\n", "line break"],
  ["-", " canary-token-0001", "begin or end with white space"],
  [sha256("x"), undefined, "a hash already"],
])("--hash %j (standard input %j) is refused", async (hash, stdin, says) => {
  const { code, out, err } = await run(hash, stdin);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(says);
  expect(err).not.toContain("canary-token-0001");
});
