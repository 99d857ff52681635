// Lists requests by the place at which they name a model, and what becomes of them for a client with a scope of models.

import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

/** What the client `scoped` may use. */
export const SCOPE = 'models: ["gpt-*", shared, "模*"]';

/** `models.scan_bytes` of these tests. */
export const SCAN_BYTES = 4000;

export type Refusal = "model_unreadable" | "model_not_allowed";

export interface ModelCase {
  readonly name: string;
  /** Default: POST. */
  readonly method?: string;
  /** Behind the route's prefix. */
  readonly path?: string;
  readonly lines?: readonly string[];
  /** `undefined`: the request has none, and no framing. */
  readonly body?: string | Buffer;
  readonly expected: "passes" | Refusal;
  /** The gateway may answer before it has read the whole body. */
  readonly early?: boolean;
  /** Not where an upstream renames models: there this form of body is refused. */
  readonly notRenamed?: boolean;
}

const JSON_TYPE = "Content-Type: application/json";
const URLENCODED = "Content-Type: application/x-www-form-urlencoded";
const FORM_TYPE = "Content-Type: multipart/form-data; boundary=limit";

const model = (name: unknown, before: object = {}, after: object = {}): string =>
  JSON.stringify({ ...before, model: name, ...after });
const pad = (bytes: number): object => ({ input: "x".repeat(bytes) });

const field = (name: string, value: string): string =>
  `--limit\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (bytes: number): string =>
  `--limit\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n${"y".repeat(bytes)}\r\n`;
const form = (...parts: string[]): string => `${parts.join("")}--limit--\r\n`;

const json = (
  name: string,
  body: string | Buffer,
  expected: ModelCase["expected"],
  more: Partial<ModelCase> = {},
): ModelCase => ({
  name,
  lines: [JSON_TYPE],
  body,
  expected,
  ...more,
});
const multipart = (
  name: string,
  body: string,
  expected: ModelCase["expected"],
  more: Partial<ModelCase> = {},
): ModelCase => ({
  name,
  lines: [FORM_TYPE],
  body,
  expected,
  notRenamed: expected === "passes",
  ...more,
});
const coded = (coding: string, body: Buffer, expected: ModelCase["expected"]): ModelCase => ({
  name: `${coding}, ${expected}`,
  lines: [JSON_TYPE, `Content-Encoding: ${coding}`],
  body,
  expected,
  notRenamed: expected === "passes",
});
const at = (path: string, body: string, expected: ModelCase["expected"], more: Partial<ModelCase> = {}): ModelCase =>
  json(`path ${path}, body ${body}`, body, expected, { path, ...more });

const NESTED = { tools: [{ model: "claude-5", a: { model: "claude-5" } }], metadata: { model: "claude-5" } };
const DECOY = { input: '","model":"claude-5"}' };

/** Holds another form, which parsers see that take another parameter for the boundary. */
const EXTENDED_FORM = form(
  field("model", "gpt-5"),
  field("x", `\r\n${form(field("model", "claude-5")).replaceAll("--limit", "--inner")}`),
);

export const MODEL_CASES: readonly ModelCase[] = [
  json("first", model("gpt-5", {}, pad(100)), "passes"),
  json("last", model("gpt-5", pad(3000)), "passes"),
  json("another one, first", model("claude-5", {}, pad(100)), "model_not_allowed"),
  json("another one, last", model("claude-5", pad(3000)), "model_not_allowed"),
  json("case counts", model("GPT-5"), "model_not_allowed"),
  json("beyond ASCII", model("模型-1"), "passes"),
  json("an empty name", model(""), "model_not_allowed"),
  json("nested ones beside it", model("gpt-5", NESTED), "passes"),
  json("nested ones behind it", model("gpt-5", {}, NESTED), "passes"),
  json("only nested", JSON.stringify({ x: { model: "gpt-5" } }), "model_unreadable"),
  json("text that looks like a model", model("gpt-5", DECOY), "passes"),
  json("text that looks like an allowed one", model("claude-5", { input: '","model":"gpt-5"}' }), "model_not_allowed"),
  json("escapes in the key", '{"m\\u006fdel":"gpt-5"}', "passes"),
  json("escapes in the key of another", '{"\\u006dodel":"claude-5"}', "model_not_allowed"),
  json("escapes in the value", '{"model":"\\u0067pt-5"}', "passes"),
  json("escapes in another value", '{"model":"gpt\\u002d5","m\\u006fdel":"claude-5"}', "model_unreadable"),
  json("twice, the same", '{"model":"gpt-5","model":"gpt-5"}', "model_unreadable"),
  json("twice, another last", '{"model":"gpt-5","model":"claude-5"}', "model_unreadable"),
  json("other capitals", '{"Model":"gpt-5"}', "model_unreadable"),
  json("other capitals beside it", '{"model":"gpt-5","MODEL":"claude-5"}', "model_unreadable"),
  json("a NUL behind the name", '{"model\\u0000x":"claude-5"}', "model_unreadable"),
  json("a NUL behind another name beside it", '{"model":"gpt-5","mod\\u0065l\\u0000":"claude-5"}', "model_unreadable"),
  json("names with a NUL elsewhere", '{"models\\u0000":1,"\\u0000model":2,"mode\\u0000l":3,"model":"gpt-5"}', "passes"),
  json("a number", '{"model":5}', "model_unreadable"),
  json("null", '{"model":null}', "model_unreadable"),
  json("a list", '{"model":["gpt-5"]}', "model_unreadable"),
  json("none", "{}", "model_unreadable"),
  json("no JSON", "model=gpt-5", "model_unreadable"),
  json("JSON that is cut", '{"model":"gpt-5"', "model_unreadable"),
  json("two documents", '{"model":"gpt-5"}{"model":"claude-5"}', "model_unreadable"),
  json("a blank body", "  ", "model_unreadable"),
  json("no type", model("gpt-5"), "passes", { lines: [] }),
  json("the type of a form", model("claude-5"), "model_not_allowed", {
    lines: [URLENCODED],
  }),
  json("the type of a form, a field within a text", model("gpt-5", { input: "&model=claude-5&" }), "model_unreadable", {
    lines: [URLENCODED],
  }),
  json("the type of a form, text like a field", model("gpt-5", { input: "a&b=model&c; d=1&models=x" }), "passes", {
    lines: [URLENCODED],
  }),
  json("two types", model("gpt-5"), "model_unreadable", { lines: [JSON_TYPE, FORM_TYPE] }),
  json("exactly the bound", model("gpt-5", pad(SCAN_BYTES - model("gpt-5", pad(0)).length)), "passes"),
  json("within the bound, the body longer", model("gpt-5", {}, pad(3 * SCAN_BYTES)), "passes"),
  json("another within the bound, the body longer", model("claude-5", {}, pad(3 * SCAN_BYTES)), "model_not_allowed", {
    early: true,
  }),
  json("behind the bound", model("gpt-5", pad(2 * SCAN_BYTES)), "model_unreadable", { early: true }),
  json("across the bound", model("gpt-5", pad(SCAN_BYTES - 25)), "model_unreadable", { early: true }),
  multipart("form, before the file", form(field("model", "gpt-5"), file(500)), "passes"),
  multipart("form, after the file", form(file(500), field("model", "gpt-5")), "passes"),
  multipart("form, before a long file", form(field("model", "gpt-5"), file(2 * SCAN_BYTES)), "passes"),
  multipart("form, after a long file", form(file(2 * SCAN_BYTES), field("model", "gpt-5")), "model_unreadable", {
    early: true,
  }),
  multipart("form, another one", form(file(50), field("model", "claude-5")), "model_not_allowed"),
  multipart("form, twice", form(field("model", "gpt-5"), field("model", "claude-5")), "model_unreadable"),
  multipart(
    "form, JSON in front of it",
    `${model("claude-5")}\r\n${form(field("model", "gpt-5"))}`,
    "model_unreadable",
    {
      early: true,
    },
  ),
  multipart("form, a boundary in another parameter", EXTENDED_FORM, "model_unreadable", {
    lines: ["Content-Type: multipart/form-data; xboundary=inner; boundary=limit"],
  }),
  multipart("form, an extended boundary", EXTENDED_FORM, "model_unreadable", {
    lines: ["Content-Type: multipart/form-data; boundary=limit; boundary*=utf-8''inner"],
  }),
  multipart("form, none", form(file(50)), "model_unreadable"),
  coded("gzip", gzipSync(model("gpt-5", pad(300))), "passes"),
  coded("gzip", gzipSync(model("claude-5", pad(300))), "model_not_allowed"),
  coded("deflate", deflateSync(model("gpt-5")), "passes"),
  coded("br", brotliCompressSync(model("claude-5")), "model_not_allowed"),
  coded("gzip", gzipSync(model("gpt-5")).subarray(0, 20), "model_unreadable"),
  coded("gzip, gzip", gzipSync(gzipSync(model("gpt-5"))), "model_unreadable"),
  coded("gzip", gzipSync(model("gpt-5", pad(40 * SCAN_BYTES))), "model_unreadable"),
  coded("zstd", Buffer.from(model("gpt-5")), "model_unreadable"),
  {
    name: "GET with a body in a coding that can't be read",
    method: "GET",
    lines: [JSON_TYPE, "Content-Encoding: zstd"],
    body: model("claude-5"),
    expected: "model_unreadable",
  },
  coded("identity", Buffer.from(model("claude-5")), "model_not_allowed"),
  at("/v1beta/models/gpt-5:generateContent", "{}", "passes", { notRenamed: true }),
  at("/v1beta/models/gemini-3:generateContent", "{}", "model_not_allowed"),
  at("/v1beta/models/gemini-3:generateContent", model("gpt-5"), "model_not_allowed"),
  at("/v1beta/models/gpt-5:embedContent", model("models/gpt-5"), "passes", { notRenamed: true }),
  at("/v1beta/models/gpt-5:embedContent", model("models/gemini-3"), "model_not_allowed"),
  at("/v1beta/models//gemini-3:generateContent", model("gpt-5"), "model_not_allowed"),
  at("/v1beta/tunedModels/mine:generateContent", model("gpt-5"), "model_not_allowed"),
  at("/v1/projects/p/locations/l/endpoints/1:predict", model("gpt-5"), "model_not_allowed"),
  at("/openai/deployments/gpt-5/chat/completions", "{}", "passes", { notRenamed: true }),
  at("/openai/deployments/gpt-5/chat/completions", model("gpt-4"), "passes", { notRenamed: true }),
  at("/openai/deployments/gpt-5/chat/completions", model("claude-5"), "model_not_allowed"),
  at("/openai/deployments/claude-5/chat/completions", model("gpt-5"), "model_not_allowed"),
  at("/openai/Deployments/claude-5/chat/completions", model("gpt-5"), "model_not_allowed"),
  at("/openai/deployments/claude%2D5/x", model("gpt-5"), "model_not_allowed"),
  at("/v1/x?model=gpt-5", "{}", "passes", { notRenamed: true }),
  at("/v1/x?model=claude-5", model("gpt-5"), "model_not_allowed"),
  at("/v1/x?mod%65l=claude-5", model("gpt-5"), "model_not_allowed"),
  at("/v1/x?model=gpt-5&model=gpt-5", model("gpt-5"), "model_unreadable"),
  { name: "GET", method: "GET", path: "/v1/models", expected: "passes" },
  { name: "GET of one model", method: "GET", path: "/v1/models/claude-5", expected: "passes" },
  { name: "HEAD", method: "HEAD", path: "/v1/models", expected: "passes" },
  { name: "DELETE", method: "DELETE", path: "/v1/files/x", expected: "passes" },
  { name: "GET, the query names another", method: "GET", path: "/v1/x?model=claude-5", expected: "model_not_allowed" },
  json("GET with a body", model("gpt-5"), "passes", { method: "GET" }),
  json("GET with a body that names another", model("claude-5"), "model_not_allowed", { method: "GET" }),
  json("DELETE with a body that names none", "{}", "model_unreadable", { method: "DELETE" }),
  { name: "POST without a body", expected: "model_unreadable" },
  { name: "POST with an empty body", lines: [JSON_TYPE], body: "", expected: "model_unreadable" },
  { name: "GET with an empty body", method: "GET", body: "", expected: "passes" },
  { name: "DELETE with an empty body", method: "DELETE", lines: [JSON_TYPE], body: "", expected: "passes" },
  {
    name: "POST with an empty body, the path names one",
    path: "/models/gpt-5:x",
    body: "",
    expected: "passes",
    notRenamed: true,
  },
  {
    name: "POST with an empty body, the path names another",
    path: "/models/o3:x",
    body: "",
    expected: "model_not_allowed",
    early: true,
  },
  { name: "POST without a body, the path names one", path: "/models/gpt-5:x", expected: "passes", notRenamed: true },
  { name: "OPTIONS without a body", method: "OPTIONS", expected: "model_unreadable" },
];
