// Tests what is recognized as a reference of another tool or a placeholder, and what may be a secret.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { describe, expect, test } from "vitest";
import { isPlaceholder, nameAsSecret, otherSyntax, pathAsSecret } from "../../src/compiler/diagnostics/other-syntax.ts";

describe("a reference of another tool", () => {
  test.each([
    ["$OPENAI_API_KEY", "${OPENAI_API_KEY}"],
    ["Bearer $OPENAI_API_KEY", "${OPENAI_API_KEY}"],
    ["$openai_api_key", undefined],
    ["Bearer $key", undefined],
    ["$env:OPENAI_API_KEY", "${OPENAI_API_KEY}"],
    ["%OPENAI_API_KEY%", "${OPENAI_API_KEY}"],
    ["os.environ/OPENAI_API_KEY", "${OPENAI_API_KEY}"],
    ['os.environ["OPENAI_API_KEY"]', "${OPENAI_API_KEY}"],
    ["os.getenv('OPENAI_API_KEY')", "${OPENAI_API_KEY}"],
    ["process.env.OPENAI_API_KEY", "${OPENAI_API_KEY}"],
    ["env:OPENAI_API_KEY", "${OPENAI_API_KEY}"],
    ["{env.OPENAI_API_KEY}", "${OPENAI_API_KEY}"],
    ["{$OPENAI_API_KEY}", "${OPENAI_API_KEY}"],
    ["{OPENAI_API_KEY}", "${OPENAI_API_KEY}"],
    ["{{ OPENAI_API_KEY }}", "${OPENAI_API_KEY}"],
    ["{{ .Env.OPENAI_API_KEY }}", "${OPENAI_API_KEY}"],
    ['{{ env "OPENAI_API_KEY" }}', "${OPENAI_API_KEY}"],
    ["${{ secrets.OPENAI_API_KEY }}", "${OPENAI_API_KEY}"],
    ["{{ .Values.openai.key | quote }}", undefined],
    ["$(cat /run/secrets/key)", "${file:/run/secrets/key}"],
    ["$(< /run/secrets/key)", "${file:/run/secrets/key}"],
    ["`cat /run/secrets/key`", "${file:/run/secrets/key}"],
    ["$(pass show openai)", undefined],
    ["{file./run/secrets/key}", "${file:/run/secrets/key}"],
    ["file:///run/secrets/key", "${file:/run/secrets/key}"],
    ["@/run/secrets/key", "${file:/run/secrets/key}"],
    ["op://vault/openai/key", undefined],
    ["arn:aws:secretsmanager:eu-west-1:1:secret:x", undefined],
    ['<%= ENV["KEY"] %>', undefined],
  ])("%s", (text, write) => {
    const found = otherSyntax(text);
    expect(found).toBeDefined();
    expect(found?.write).toBe(write);
  });

  test.each([
    "sk-proj-abcdef0123456789",
    "$ab9-0123456789",
    "$ecret",
    "a$NAME",
    "$NAME and more",
    "100%",
    "%41bc%",
    "{}",
    "{ }",
    "abc{def}",
    "dG9rZW4=",
    "a/b/c",
    "tok:en",
    "",
    "$",
    `$${"A".repeat(400)}`,
  ])("%s may be a secret", (text) => {
    expect(otherSyntax(text)).toBeUndefined();
  });

  test("nothing of a text that may be part of a secret is shown", () => {
    for (const text of ["$my_secret_hunter2", "%hunter2%", "{{ hunter2 }}", "env:hunter2", "$(cat /x/a1b2c3d4e5f6)"]) {
      expect(JSON.stringify(otherSyntax(text))).not.toMatch(/hunter2|a1b2/);
    }
  });
});

describe("a placeholder", () => {
  test.each([
    "YOUR_API_KEY",
    "your-api-key",
    "your-api-key-here",
    "YOUR_OPENAI_API_KEY_HERE",
    "Bearer YOUR_API_KEY",
    "insert your key here",
    "<your-key>",
    "<OPENAI_API_KEY>",
    "[your key]",
    "sk-...",
    "sk-…",
    "sk-ant-...",
    "sk-xxxxxxxx",
    "sk-your-key",
    "...",
    "xxxx",
    "****",
    "changeme",
    "CHANGE_ME",
    "replace-me",
    "placeholder",
    "undefined",
  ])("%s", (text) => {
    expect(isPlaceholder(text)).toBe(true);
  });

  test.each([
    "sk-proj-abc",
    "dev-token",
    "not-set",
    "EMPTY",
    "ollama",
    "none",
    "my-key",
    "test",
    "xx",
    "yourself",
    "alice",
    "sk-1234",
  ])("%s is none", (text) => {
    expect(isPlaceholder(text)).toBe(false);
  });
});

describe("the name of a file or a variable in place of a secret", () => {
  test.each([
    ["/run/secrets/key", "${file:/run/secrets/key}"],
    ["./secrets/key.txt", "${file:./secrets/key.txt}"],
    ["/run+slashes/of/base64==", undefined],
    ["/abc/def", undefined],
    ["/run/secrets/a1b2c3d4e5f6", undefined],
  ])("%s: %s", (text, write) => {
    expect(pathAsSecret(text)).toBe(write);
  });

  test.each([
    ["OPENAI_API_KEY", "${OPENAI_API_KEY}"],
    ["Bearer GATEWAY_TOKEN", "${GATEWAY_TOKEN}"],
    ["TOKEN", undefined],
    ["openai_api_key", undefined],
    ["A_KEY_1", undefined],
  ])("%s: %s", (text, write) => {
    expect(nameAsSecret(text)).toBe(write);
  });
});
