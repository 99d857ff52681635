// Makes a tree of the keys of a config, with a hash in place of each value, so that two configs can be compared without their secrets.

import { hash } from "node:crypto";
import { Digest } from "../../plan/secret.ts";

/** The value of a key as a hash, or the keys below it. A key below is written as it is appended: `.prefix`, `[openai]`. */
export type ConfigKeys = Digest | ReadonlyMap<string, ConfigKeys>;

/** A name in brackets is cut to this many characters. */
const MAX_NAME = 64;

/** The keys of a config as its file has them, without defaults. @param config made of plain mappings, lists and scalars */
export function configKeys(config: unknown): ConfigKeys {
  const children = childrenOf(config);
  if (children.length === 0) return new Digest(hash("sha256", JSON.stringify(config)));
  return new Map(children.map(([name, value]) => [name, configKeys(value)]));
}

/** The named parts of a value. A list has such parts when each item is a mapping with an `id` or `name` of its own. */
function childrenOf(value: unknown): (readonly [name: string, value: unknown])[] {
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value)) return Object.entries(value).map(([key, child]) => [`.${key}`, child]);
  const names = value.map(nameOf);
  const named = names.every((name) => name !== undefined) && new Set(names).size === names.length;
  return named ? value.map((item, index) => [`[${names[index]}]`, item]) : [];
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const { id, name } = item as { readonly id?: unknown; readonly name?: unknown };
  const found = id ?? name;
  return typeof found === "string" ? found.slice(0, MAX_NAME) : undefined;
}
