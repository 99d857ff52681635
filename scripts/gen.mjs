// Writes the generated files: the types, the validator and the shape of the schema, and the two reference pages.
// The config reference is made from the schema, the diagnostics reference from the table of codes and the fixtures.
//
//   node scripts/gen.mjs           writes the generated files
//   node scripts/gen.mjs --check   exits 1 and names each one that is out of date
//
// The validator is made here and not at start-up: to load and run the schema compiler takes longer than everything
// else that `check` does.

import { readFileSync, writeFileSync } from "node:fs";
import { register } from "node:module";
import { Ajv } from "ajv";
import standaloneModule from "ajv/dist/standalone/index.js";
import { compile as compileTypes } from "json-schema-to-typescript";

const standaloneCode = standaloneModule.default ?? standaloneModule;
const INTERPOLATED = "#/definitions/interpolated";
/** A reference to a property of a definition, as JSON. */
const PROPERTY_REF = /"#\/definitions\/(\w+)\/properties\/(\w+)"/g;
const ANNOTATIONS = new Set(["title", "description", "default", "examples", "writeOnly"]);
const BANNER = [
  "// biome-ignore-all lint: generated",
  "// biome-ignore-all format: generated",
  "// biome-ignore-all assist: generated",
  "// Generated from schema/config.schema.json by `npm run gen`. Never edited.",
].join("\n");

const root = new URL("../", import.meta.url);
const published = JSON.parse(readFileSync(new URL("schema/config.schema.json", root), "utf8"));

/**
 * The schema for values whose references are replaced. The published schema accepts `${…}` where a number or a fixed
 * format is wanted, so that editors don't complain. After interpolation it must not be accepted any more.
 */
function withoutInterpolated(schema) {
  if (Array.isArray(schema)) return schema.map(withoutInterpolated);
  if (typeof schema !== "object" || schema === null) return schema;
  const { anyOf, ...rest } = schema;
  const out = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withoutInterpolated(value)]));
  if (anyOf === undefined) return out;
  const strict = withoutInterpolated(anyOf.filter((branch) => branch.$ref !== INTERPOLATED));
  if (strict.length === 1) return { ...out, ...strict[0] };
  if (!isMappingOrText(strict) && !isNumberOrWord(strict))
    throw new Error("an anyOf must be one strict form, a mapping and a text, or a number and a word");
  return { ...out, anyOf: strict };
}

/** Whether a value may be a mapping, or a text in its place. The mapping comes first. */
function isMappingOrText(branches) {
  return branches.length === 2 && branches[0].$ref !== undefined && branches[1].type === "string";
}

/** Whether a value may be a number, or one of some words in its place. The number comes first. */
function isNumberOrWord(branches) {
  return branches.length === 2 && branches[0].type === "integer" && branches[1].enum !== undefined;
}

/**
 * The schema with each choice between two forms made by the value, so that a wrong value gets the errors of one form only. A mapping
 * is told from a text by its type. What is none of the words is read as a number.
 */
function withChoices(schema) {
  if (Array.isArray(schema)) return schema.map(withChoices);
  if (typeof schema !== "object" || schema === null) return schema;
  const { anyOf, ...rest } = schema;
  const out = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withChoices(value)]));
  if (anyOf === undefined) return out;
  if (isNumberOrWord(anyOf)) return { ...out, if: { enum: anyOf[1].enum }, else: anyOf[0] };
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  return { ...out, if: { type: "object" }, then: anyOf[0], else: anyOf[1] };
}

/**
 * The schema with each property that is used in several places as a definition of its own. The validator then has one function for
 * all of them: `upstream_defaults` and the items of `upstreams` have the keys of `upstream`.
 */
function withSharedProperties(schema) {
  const text = JSON.stringify(schema).replace(PROPERTY_REF, '"#/definitions/$1.$2"');
  const { definitions, ...rest } = JSON.parse(text);
  const shared = {};
  for (const [, name, key] of JSON.stringify(schema).matchAll(PROPERTY_REF)) {
    if (shared[`${name}.${key}`] !== undefined) continue;
    const { properties } = definitions[name];
    shared[`${name}.${key}`] = properties[key];
    properties[key] = { $ref: `#/definitions/${name}.${key}` };
  }
  return { ...rest, definitions: { ...definitions, ...shared } };
}

/** The schema with every `$ref` replaced by its definition. The schema has no cycles. */
function inlined(schema, definitions) {
  if (Array.isArray(schema)) return schema.map((item) => inlined(item, definitions));
  if (typeof schema !== "object" || schema === null) return schema;
  if (schema.$ref !== undefined) return inlined(referenced(schema.$ref, definitions), definitions);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inlined(value, definitions)]));
}

/** The node that a `$ref` leads to: a definition, or a part of one. */
function referenced($ref, definitions) {
  return $ref
    .slice("#/definitions/".length)
    .split("/")
    .reduce((node, step) => node[step], definitions);
}

/** The parts of a schema node that the compiler asks about at run time. */
function shapeOf(schema) {
  if (schema.anyOf !== undefined && isNumberOrWord(schema.anyOf)) {
    const { anyOf, ...rest } = schema;
    return { ...scalarShape({ ...rest, ...anyOf[0] }), words: anyOf[1].enum };
  }
  if (schema.anyOf !== undefined) return { ...shapeOf(schema.anyOf[0]), text: shapeOf(schema.anyOf[1]) };
  if (schema.type === "array")
    return compact({ kind: "list", items: shapeOf(schema.items), placeholder: placeholderOf(schema) });
  if (schema.type !== "object") return scalarShape(schema);
  if (schema.properties === undefined) return { kind: "map", values: shapeOf(schema.additionalProperties) };
  const keys = Object.entries(schema.properties).map(([key, value]) => [key, shapeOf(value)]);
  return { kind: "object", keys: Object.fromEntries(keys), required: schema.required ?? [] };
}

function scalarShape(schema) {
  const { type, enum: values, writeOnly, minimum, maximum } = schema;
  return compact({ kind: type, values, secret: writeOnly, minimum, maximum, placeholder: placeholderOf(schema) });
}

function placeholderOf(schema) {
  // An empty list shows nobody what to write.
  const shown = schema.default?.length === 0 ? undefined : schema.default;
  return shown ?? schema.examples?.[0];
}

function compact(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

async function typesFile(schema) {
  // Their keys are those of `Upstream`: written out, they would get types of their own.
  const { title, description } = schema.definitions.upstreamDefaults;
  schema.definitions.upstreamDefaults = { title, description, tsType: 'Omit<Upstream, "base_url">' };
  const { poolUpstream } = schema.definitions;
  const own = Object.entries(poolUpstream.properties).filter(([, { $ref }]) => $ref === undefined);
  const shared = Object.keys(schema.definitions.upstream.properties).filter((key) => !(key in poolUpstream.properties));
  schema.definitions.poolMember = { ...poolUpstream, title: "PoolMember", properties: Object.fromEntries(own) };
  schema.definitions.poolUpstream = {
    title: poolUpstream.title,
    description: poolUpstream.description,
    tsType: `PoolMember & Omit<Upstream, ${shared.map((key) => JSON.stringify(key)).join(" | ")}>`,
  };
  const body = await compileTypes(schema, "Config", {
    bannerComment: "",
    unreachableDefinitions: true,
    ignoreMinAndMaxItems: true,
  });
  return `${BANNER}\n\n${body.trimStart()}`;
}

function validatorFile(schema) {
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    messages: false,
    inlineRefs: false,
    code: { source: true, esm: true, lines: true },
  });
  const code = standaloneCode(ajv, ajv.compile(withSharedProperties(bare(withChoices(schema)))));
  if (code.includes("require(")) throw new Error("a keyword of the schema needs ajv at run time");
  // Type checking is left out: the code is ajv's own.
  return `${BANNER}\n// @ts-nocheck\n${code.replace('"use strict";', "").replace(/export default \w+;/, "")}\n`;
}

/** The schema without its annotations, which would only make the validator longer. */
function bare(schema, isProperties = false) {
  if (Array.isArray(schema)) return schema.map((item) => bare(item));
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(([key]) => isProperties || !ANNOTATIONS.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, bare(value, key === "properties" || key === "definitions")]),
  );
}

function shapeFile(schema) {
  const shape = JSON.stringify(shapeOf(inlined(schema, schema.definitions)), null, 1);
  return `${BANNER}\n\nimport type { ObjectShape } from "./shape-types.ts";\n\nexport const CONFIG_SHAPE: ObjectShape = ${shape};\n`;
}

async function docsFiles() {
  register("./load-typescript.mjs", import.meta.url);
  const { configReference } = await import("./docs/config-reference.ts");
  const { diagnosticsReference } = await import("./docs/diagnostics-reference.ts");
  const { readSamples } = await import("./docs/samples.ts");
  return {
    "docs/config.md": configReference("en"),
    "docs/config.zh-CN.md": configReference("zh-CN"),
    "docs/diagnostics.md": diagnosticsReference(readSamples()),
  };
}

async function main() {
  const { anyOf: _, ...route } = published.definitions.route;
  const { anyOf: __, ...gatewayAuth } = published.definitions.gatewayAuth;
  // Rules check that a route has an upstream, and that there is a token: their messages say more than those of an `anyOf`.
  const schema = withoutInterpolated({ ...published, definitions: { ...published.definitions, route, gatewayAuth } });
  delete schema.definitions.interpolated;
  const files = {
    "src/compiler/schema/config.generated.ts": await typesFile(structuredClone(schema)),
    "src/compiler/schema/validator.generated.ts": validatorFile(schema),
    "src/compiler/schema/shape.generated.ts": shapeFile(schema),
    ...(await docsFiles()),
  };
  const check = process.argv.includes("--check");
  for (const [path, text] of Object.entries(files)) {
    const url = new URL(path, root);
    if (!check) writeFileSync(url, text);
    else if (read(url) !== text) {
      console.error(`${path} is out of date: run \`npm run gen\``);
      process.exitCode = 1;
    }
  }
}

function read(url) {
  try {
    return readFileSync(url, "utf8");
  } catch {
    return undefined;
  }
}

await main();
