// What does the config reference say? Every key with its type, default and example, from the schema, in two languages.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { readFileSync } from "node:fs";
import { type ObjectPage, objectPages, SCHEMA, type SchemaNode, settled } from "./schema-walk.ts";

/** The words around the schema's own. */
interface Language {
  readonly title: string;
  readonly generated: string;
  readonly intro: readonly string[];
  readonly sample: string;
  readonly interpolation: string;
  readonly interpolationText: readonly string[];
  readonly whole: string;
  readonly columns: readonly [string, string, string, string];
  readonly required: string;
  readonly none: string;
  readonly secret: string;
  readonly listOf: (inner: string) => string;
  readonly oneOf: string;
  readonly types: Readonly<Record<string, string>>;
  readonly example: (shown: string) => string;
  /** A description in this language. @param name `Upstream.base_url` @param english as the schema has it */
  readonly describe: (name: string, english: string) => string;
}

const TRANSLATION: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("../../schema/config.zh-CN.json", import.meta.url), "utf8"),
);

const ENGLISH: Language = {
  title: "Config reference",
  generated: "<!-- Generated from schema/config.schema.json. Edit the schema, then run `npm run gen`. -->",
  intro: [
    "The config is one YAML 1.2 document. Unknown keys, duplicate keys and wrong types are errors:",
    "`ai-gw-lite check --config FILE` shows each with its place, and [diagnostics.md](diagnostics.md) tells what they mean.",
    "A feature that this version does not have yet is refused with `rule/not-built`, never silently ignored.",
    "Editors that know the YAML language server check and complete as you type: start the file with the comment below.",
    "A Chinese version of this page is in [config.zh-CN.md](config.zh-CN.md).",
  ],
  sample: "The smallest config",
  interpolation: "Values from the environment and from files",
  interpolationText: [
    "In any string value, `${NAME}` becomes the environment variable, `${NAME:-fallback}` takes the fallback when it is unset or empty,",
    "and `${file:PATH}` becomes what the file holds, less one line break at its end. `$${` is a literal `${`.",
    "It acts on values that are parsed already, so a value can hold quotes, `#` and line breaks without changing the document.",
    "An unquoted value that is one `${…}` and nothing else is read as a number or a boolean where the key wants one.",
    "Inside `[ ]` and `{ }` put such values in double quotes.",
    "",
    "Relative paths are taken from the working directory.",
  ],
  whole: "The whole file",
  columns: ["key", "type", "default", "meaning"],
  required: "**required**",
  none: "–",
  secret: " A secret: shown nowhere.",
  listOf: (inner) => `list of ${inner}`,
  oneOf: "one of",
  types: {
    string: "string",
    integer: "integer",
    number: "number",
    boolean: "boolean",
    object: "mapping",
    headers: "mapping of name to value",
  },
  example: (shown) => ` Example: ${shown}.`,
  describe: (_, english) => english,
};

const CHINESE: Language = {
  title: "配置参考",
  generated:
    "<!-- 由 schema/config.schema.json 和 schema/config.zh-CN.json 生成。请修改它们，再运行 `npm run gen`。 -->",
  intro: [
    "配置是一个 YAML 1.2 文档。未知的键、重复的键和错误的类型都是错误：",
    "`ai-gw-lite check --config FILE` 逐个指出位置，[diagnostics.md](diagnostics.md) 说明它们的含义。",
    "这个版本还没有的功能会以 `rule/not-built` 拒绝，不会悄悄忽略。",
    "支持 YAML language server 的编辑器可以边写边检查和补全：文件以下面的注释开头即可。",
    "英文版见 [config.md](config.md)。",
  ],
  sample: "最小的配置",
  interpolation: "来自环境变量和文件的值",
  interpolationText: [
    "在任何字符串值里，`${NAME}` 替换为环境变量；`${NAME:-fallback}` 在变量未设置或为空时取后面的值；",
    "`${file:PATH}` 替换为文件内容，去掉末尾一个换行。`$${` 表示字面的 `${`。",
    "替换作用于解析之后的值，所以值里可以有引号、`#` 和换行，不会改变文档结构。",
    "一个不带引号、整个就是一个 `${…}` 的值，在键需要数字或布尔时按数字或布尔读取。",
    "在 `[ ]` 和 `{ }` 里，这样的值要加双引号。",
    "",
    "相对路径从工作目录算起。",
  ],
  whole: "整个文件",
  columns: ["键", "类型", "默认值", "含义"],
  required: "**必填**",
  none: "–",
  secret: "属于秘密：不会在任何地方显示。",
  listOf: (inner) => `${inner}列表`,
  oneOf: "取值",
  types: {
    string: "字符串",
    integer: "整数",
    number: "数字",
    boolean: "布尔",
    object: "映射",
    headers: "名字到值的映射",
  },
  example: (shown) => `示例：${shown}。`,
  describe: (name, english) => TRANSLATION[name] ?? english,
};

const SAMPLE = `# yaml-language-server: $schema=../schema/config.schema.json
listen: 127.0.0.1:8080
gateway_auth:
  tokens:
    - \${GATEWAY_TOKEN}
routes:
  - id: openai
    prefix: /openai
    upstream:
      base_url: https://api.openai.com
      inject_headers:
        - name: authorization
          value: Bearer \${OPENAI_API_KEY}
`;

/** The page, in English or in Chinese. */
export function configReference(language: "en" | "zh-CN"): string {
  const words = language === "en" ? ENGLISH : CHINESE;
  const sections = objectPages().map((page) => section(page, words));
  const head = [`# ${words.title}`, words.generated, words.intro.join("\n")];
  const sample = [`## ${words.sample}`, `\`\`\`yaml\n${SAMPLE}\`\`\``];
  const interpolation = [`## ${words.interpolation}`, words.interpolationText.join("\n")];
  return `${[...head, ...sample, ...interpolation, ...sections].join("\n\n")}\n`;
}

function section({ path, node }: ObjectPage, words: Language): string {
  const title = node.title ?? "";
  const head = path === "" ? words.whole : `\`${path}\``;
  const [key, type, standard, meaning] = words.columns;
  const rows = Object.entries(node.properties ?? {}).map(([name, child]) => row(title, name, child, node, words));
  return [
    `## ${head}`,
    words.describe(title, node.description ?? ""),
    [`| ${key} | ${type} | ${standard} | ${meaning} |`, "| --- | --- | --- | --- |", ...rows].join("\n"),
  ].join("\n\n");
}

function row(title: string, name: string, child: SchemaNode, owner: SchemaNode, words: Language): string {
  const value = settled(child);
  const required = owner.required?.includes(name) === true;
  const standard = value.default !== undefined ? code(value.default) : required ? words.required : words.none;
  return `| \`${name}\` | ${typeOf(value, words)} | ${standard} | ${meaningOf(title, name, child, words)} |`;
}

function meaningOf(title: string, name: string, child: SchemaNode, words: Language): string {
  const value = settled(child);
  const inner = child.$ref === undefined ? `${title}.${name}` : (value.title ?? "");
  const described = words.describe(inner, value.description ?? "");
  const example = value.examples?.[0];
  const secret = value.writeOnly === true && !/secret|秘密/.test(described) ? words.secret : "";
  const shown = example === undefined ? "" : words.example(code(example));
  return `${described}${secret}${shown}`.replaceAll("|", "\\|");
}

function typeOf(node: SchemaNode, words: Language): string {
  const value = settled(node);
  if (value.items !== undefined) return words.listOf(typeOf(value.items, words));
  if (value.enum !== undefined) return `${words.oneOf} ${value.enum.map((one) => `\`${one}\``).join(", ")}`;
  if (value.type === "object" && value.properties === undefined) return words.types["headers"] ?? "";
  const name = words.types[value.type ?? ""] ?? "";
  return value.type === "integer" || value.type === "number" ? `${name}${bounds(value)}` : name;
}

/** The largest timer is no bound that anyone chooses by. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function bounds({ minimum, maximum }: SchemaNode): string {
  if (maximum === undefined || maximum === LONGEST_TIMER_MS) return minimum === undefined ? "" : ` ≥ ${minimum}`;
  return ` ${minimum}–${maximum}`;
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** For the test that every key is described and translated. */
export { SCHEMA, TRANSLATION };
