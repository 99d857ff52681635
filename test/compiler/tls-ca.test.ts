// Tests the reading of files with certificates of CAs.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readCa } from "../../src/compiler/lower/tls-ca.ts";

/** A certificate of a fixture of `test/diagnostics/rule`. */
function fixture(path: string): string {
  const url = new URL(`../diagnostics/rule/${path}/env.json`, import.meta.url);
  const { files } = JSON.parse(readFileSync(url, "utf8")) as { readonly files: Readonly<Record<string, string>> };
  return files["certs/ca.pem"] ?? "";
}

const EXPIRED = fixture("tls-expired/upstream-ca");
const LEAF = fixture("tls-file/upstream-ca-is-a-leaf");
const VALID = fixture("upstream-tls-unused/http");
const DURING_2026 = Date.parse("2026-06-01");

const read = (pem: string) => readCa(new TextEncoder().encode(pem));
const isValid = ({ validFrom, validTo }: { validFrom: number; validTo: number }): boolean =>
  validFrom <= DURING_2026 && DURING_2026 < validTo;

describe("a file of CAs", () => {
  test("is expired when its only certificate is", () => {
    const one = read(EXPIRED);
    expect(one.ok && isValid(one)).toBe(false);
  });

  test("is valid while one of its certificates is", () => {
    const bundle = read(`${EXPIRED}\n# and a comment\n${VALID}`);
    expect(bundle.ok && isValid(bundle)).toBe(true);
  });

  test("is no CA file with certificates of servers alone", () => {
    expect(read(LEAF)).toMatchObject({ ok: true, notCa: true });
    expect(read(`${LEAF}\n${VALID}`)).toMatchObject({ ok: true, notCa: false });
  });

  test.each([
    ["", "holds no PEM certificate"],
    ["-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n", "holds a private key, not a certificate"],
    ["-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "holds a certificate that can't be read"],
  ])("can't be %j", (pem, why) => {
    expect(read(pem)).toEqual({ ok: false, why });
  });
});
