// Reads the schema for the reference pages: its objects in reading order, each with its keys.

import { readFileSync } from "node:fs";

export interface SchemaNode {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly writeOnly?: boolean;
  readonly minItems?: number;
  readonly anyOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly properties?: { readonly [key: string]: SchemaNode };
  readonly additionalProperties?: boolean | SchemaNode;
  readonly required?: readonly string[];
  readonly definitions?: { readonly [name: string]: SchemaNode };
}

export interface ObjectPage {
  /** The path of the object, such as `routes[].upstream`. Empty for the whole config. */
  readonly path: string;
  readonly node: SchemaNode;
}

export const SCHEMA: SchemaNode = JSON.parse(
  readFileSync(new URL("../../schema/config.schema.json", import.meta.url), "utf8"),
);

/** Resolves a `$ref`, and replaces an `anyOf` by its first strict branch (one that is not `interpolated`). */
export function resolved(node: SchemaNode): SchemaNode {
  if (node.$ref !== undefined) return resolved(referenced(node.$ref));
  const [strict] = strictBranches(node);
  return strict === undefined ? node : { ...node, ...(strict.$ref === undefined ? strict : resolved(strict)) };
}

/**
 * The branches of an `anyOf` that are not `interpolated`. A second one is a text in place of a mapping. The `anyOf` of a node with
 * properties has none: it only says which of them are required.
 */
export function strictBranches({ anyOf, properties }: SchemaNode): readonly SchemaNode[] {
  if (properties !== undefined) return [];
  return anyOf?.filter((branch) => branch.$ref !== "#/definitions/interpolated") ?? [];
}

function referenced($ref: string): SchemaNode {
  const steps = $ref.slice("#/".length).split("/");
  return steps.reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], SCHEMA) as SchemaNode;
}

/** Whether the keys of a mapping are described elsewhere: they are those of another mapping. */
export function isBorrowed({ properties }: SchemaNode): boolean {
  return Object.values(properties ?? {}).every(isBorrowedKey);
}

/** Whether a key is described at another place. */
export function isBorrowedKey({ $ref }: SchemaNode): boolean {
  return $ref?.includes("/properties/") === true;
}

/** Lists every object of the config, outer objects before inner ones. */
export function objectPages(node: SchemaNode = SCHEMA, path = ""): ObjectPage[] {
  if (isBorrowed(resolved(node))) return [{ path, node: resolved(node) }];
  const inner = Object.entries(resolved(node).properties ?? {}).flatMap(([key, child]) => {
    if (isBorrowedKey(child)) return [];
    const at = path === "" ? key : `${path}.${key}`;
    const value = resolved(child);
    if (value.properties !== undefined) return objectPages(value, at);
    const items = value.items === undefined ? undefined : resolved(value.items);
    return items?.properties === undefined ? [] : objectPages(items, `${at}[]`);
  });
  return [{ path, node: resolved(node) }, ...inner];
}

/** Collects the descriptions of the schema. The names are those of config.zh-CN.json, such as `Upstream.base_url`. */
export function descriptions(): Map<string, string> {
  const found = new Map<string, string>();
  const note = (name: string, node: SchemaNode): void => {
    if (node.description !== undefined) found.set(name, node.description);
  };
  for (const node of [SCHEMA, ...Object.values(SCHEMA.definitions ?? {})]) {
    const title = node.title ?? "";
    note(title, node);
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      note(`${title}.${key}`, child);
      if (child.items !== undefined) note(`${title}.${key}[]`, child.items);
      if (typeof child.additionalProperties === "object") note(`${title}.${key}{}`, child.additionalProperties);
    }
  }
  return found;
}
