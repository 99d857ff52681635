// Turns a blueprint into plain data for a message to a worker, and back.
//
// A message between processes keeps plain objects, and that two places share one. It loses classes and private fields, so instances
// of ours are written as tagged objects. The result holds secrets in clear text: it is sent to a worker, and never logged.

import type { Blueprint } from "../../../plan/blueprint.ts";
import { Digest, Secret } from "../../../plan/secret.ts";
import { type ClientSpec, TokenSpec } from "../../../plan/steps.ts";

/** Marks a tagged object. No config key begins with this character. */
const CLASS = "\u0000class";

/** A blueprint as plain data. Only `decodeBlueprint` looks into it. */
export interface EncodedBlueprint {
  readonly encoded: unknown;
}

/**
 * Writes a blueprint as plain data, for a channel that keeps shared objects shared.
 * @throws Error when it holds an instance of a class that is not known here, which is a bug of ours
 */
export function encodeBlueprint(blueprint: Blueprint): EncodedBlueprint {
  return { encoded: rewrite(blueprint, plainOf) };
}

/** Reads back what `encodeBlueprint` wrote. Objects that were shared before are shared again. */
export function decodeBlueprint({ encoded }: EncodedBlueprint): Blueprint {
  return rewrite(encoded, instanceOf) as Blueprint;
}

/** What an object becomes; `undefined`: its members are rewritten one by one. */
type Conversion = (object: object, inner: (value: unknown) => unknown) => object | undefined;

/** Rewrites all objects of a value, each once. */
function rewrite(value: unknown, convert: Conversion): unknown {
  const known = new Map<object, unknown>();
  const inner = (part: unknown): unknown => {
    if (typeof part === "function") throw new Error("a blueprint holds a function");
    if (typeof part !== "object" || part === null) return part;
    if (known.has(part)) return known.get(part);
    const made = convert(part, inner) ?? members(part, inner);
    known.set(part, made);
    return made;
  };
  return inner(value);
}

function members(part: object, inner: (value: unknown) => unknown): unknown {
  if (Array.isArray(part)) return part.map(inner);
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, inner(value)]));
}

const plainOf: Conversion = (object, inner) => {
  const kind: unknown = Object.getPrototypeOf(object);
  if (kind === Object.prototype || kind === Array.prototype) return undefined;
  if (kind === Digest.prototype) return { [CLASS]: "Digest", value: (object as Digest).reveal() };
  if (kind === Secret.prototype) return { [CLASS]: "Secret", value: (object as Secret).reveal() };
  if (kind === TokenSpec.prototype) {
    const { digest, label, client } = object as TokenSpec;
    return { [CLASS]: "TokenSpec", digest: inner(digest), label, client: inner(client) };
  }
  throw new Error(`a blueprint holds a ${object.constructor?.name ?? "null object"}, which can't be sent to a worker`);
};

type Tagged =
  | { readonly [CLASS]: "Digest" | "Secret"; readonly value: string }
  | { readonly [CLASS]: "TokenSpec"; readonly digest: unknown; readonly label: string; readonly client: unknown };

const instanceOf: Conversion = (object, inner) => {
  if (!(CLASS in object)) return undefined;
  const tagged = object as Tagged;
  switch (tagged[CLASS]) {
    case "Digest":
      return new Digest(tagged.value);
    case "Secret":
      return new Secret(tagged.value);
    case "TokenSpec":
      return new TokenSpec(
        inner(tagged.digest) as Digest,
        tagged.label,
        inner(tagged.client) as ClientSpec | undefined,
      );
  }
};
