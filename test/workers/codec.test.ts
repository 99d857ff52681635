// Checks that a blueprint comes to a worker as it was: the blueprints of all configs of this repository, secrets included, and with
// what was shared still shared.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { describe, expect, test } from "vitest";
import { withRevealedSecrets } from "../../src/cli/serve/blueprint-diff.ts";
import { decodeBlueprint, type EncodedBlueprint, encodeBlueprint } from "../../src/cli/serve/workers/codec.ts";
import { compile, sourceFromBytes } from "../../src/compiler/index.ts";
import type { Blueprint } from "../../src/plan/blueprint.ts";
import { Digest, Secret } from "../../src/plan/secret.ts";
import { TokenSpec } from "../../src/plan/steps.ts";
import { fingerprint } from "../../src/runtime/fingerprint.ts";

const ROOT = join(import.meta.dirname, "../..");
const PEM = /\.(pem|crt|key)$/;

/** The paths of all files below `config/` and `test/` that may be configs. */
function configFiles(): string[] {
  return ["config", "test"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.ya?ml$/.test(path))
      .map((path) => join(folder, path)),
  );
}

/** The blueprint of a config; `undefined` when it has errors. Variables and files that it names have made-up contents. */
function blueprintOf(path: string): Blueprint | undefined {
  const host = {
    env: (name: string) => `value-of-${name}`,
    readFile: (file: string) => (PEM.test(file) ? ({ ok: false, reason: "none" } as const) : readMadeUp(file)),
    now: () => Date.parse("2026-11-28T00:00:00Z"),
  };
  const result = compile(sourceFromBytes(path, readFileSync(join(ROOT, path))), host);
  return result.ok ? result.value : undefined;
}

function readMadeUp(file: string) {
  return { ok: true as const, bytes: Buffer.from(`contents of ${file}`) };
}

/** What the channel between two processes does to a message. */
function sent(message: EncodedBlueprint): EncodedBlueprint {
  return deserialize(serialize(message)) as EncodedBlueprint;
}

/** For each object of a value: where it stands first. Two values with the same result share the same objects. */
function sharing(value: unknown): string[] {
  const first = new Map<object, string>();
  const shared: string[] = [];
  const walk = (part: unknown, path: string): void => {
    if (typeof part !== "object" || part === null) return;
    const known = first.get(part);
    if (known !== undefined) return void shared.push(`${path} = ${known}`);
    first.set(part, path);
    for (const [key, inner] of Object.entries(part)) walk(inner, `${path}/${key}`);
  };
  walk(value, "");
  return shared;
}

/** The class of each object. */
function classes(value: unknown): Set<string> {
  const names = new Set<string>();
  const walk = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    names.add(Object.getPrototypeOf(part)?.constructor.name);
    for (const inner of Object.values(part)) walk(inner);
  };
  walk(value);
  return names;
}

const found = configFiles().flatMap((path) => {
  const blueprint = blueprintOf(path);
  return blueprint === undefined ? [] : [[path, blueprint] as const];
});

describe("a blueprint", () => {
  test("is found in many configs", () => {
    expect(found.length).toBeGreaterThan(100);
    const all = new Set(found.flatMap(([, blueprint]) => [...classes(blueprint)]));
    expect([...all].sort()).toEqual(["Array", "Digest", "Object", "Secret", "TokenSpec"]);
  });

  test.each(found)("of %s comes as it was", (_path, blueprint) => {
    const came = decodeBlueprint(sent(encodeBlueprint(blueprint)));
    expect(came).toStrictEqual(blueprint);
    expect(withRevealedSecrets(came)).toStrictEqual(withRevealedSecrets(blueprint));
    expect(sharing(came)).toEqual(sharing(blueprint));
    expect(classes(came)).toEqual(classes(blueprint));
    expect(fingerprint(came)).toBe(fingerprint(blueprint));
  });

  test("has clients, shared lists and secrets in some of them, so that the tests above see some", () => {
    const shares = found.filter(([, blueprint]) => sharing(blueprint).some((line) => line.includes("/spec = ")));
    expect(shares.length).toBeGreaterThan(5);
  });
});

const fake = (part: unknown) => ({ part }) as unknown as Blueprint;

test("secrets keep their values and their classes", () => {
  const digest = Digest.of("a");
  const client = { id: "c" };
  const tokens = [new TokenSpec(digest, "a***", client as never), new TokenSpec(digest, "b***", client as never)];
  const came = decodeBlueprint(sent(encodeBlueprint(fake({ secret: new Secret("s"), tokens })))) as unknown as {
    part: { secret: Secret; tokens: TokenSpec[] };
  };
  const {
    secret,
    tokens: [one, two],
  } = came.part;
  expect(secret).not.toBeInstanceOf(Digest);
  expect(secret.reveal()).toBe("s");
  expect(one).toBeInstanceOf(TokenSpec);
  expect(one?.digest).toBeInstanceOf(Digest);
  expect(one?.digest.reveal()).toBe(digest.reveal());
  expect(one?.digest).toBe(two?.digest);
  expect(one?.client).toBe(two?.client);
});

class Unknown {}

test.each([
  ["a class of ours", new Unknown()],
  ["a URL", new URL("http://a")],
  ["a map", new Map()],
  ["a date", new Date()],
  ["a class below one that is known", new (class extends Secret {})("s")],
  ["an object without a prototype", Object.create(null)],
  ["a function", () => {}],
])("what can't be sent is refused: %s", (_what, part) => {
  expect(() => encodeBlueprint(fake([{ part }]))).toThrow(/^a blueprint holds a /);
});
