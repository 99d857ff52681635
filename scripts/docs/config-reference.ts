// Writes the config reference from the schema, in English and in Chinese: every key with its type, default and example.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { readFileSync } from "node:fs";
import {
  isBorrowed,
  isBorrowedKey,
  type ObjectPage,
  objectPages,
  resolved,
  SCHEMA,
  type SchemaNode,
  strictBranches,
} from "./schema-walk.ts";

/** The fixed texts of a page in one language. The schema has the descriptions of the keys. */
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
  readonly or: string;
  readonly types: Readonly<Record<string, string>>;
  readonly example: (shown: string) => string;
  /** Gives a description in this language. @param name such as `Upstream.base_url` @param english the schema's text */
  readonly describe: (name: string, english: string) => string;
}

const TRANSLATION: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("../../schema/config.zh-CN.json", import.meta.url), "utf8"),
);

const ENGLISH: Language = {
  title: "Config reference",
  generated: "<!-- Generated from schema/config.schema.json. Edit the schema, then run `npm run gen`. -->",
  intro: [
    "The config is one YAML 1.2 document. Unknown keys, duplicate keys and wrong types are errors.",
    "`ai-gw-lite check --config FILE` shows each of them with its line and column, and [diagnostics.md](diagnostics.md) explains them.",
    "A Chinese version of this page is in [config.zh-CN.md](config.zh-CN.md).",
    "",
    "Editors with a YAML language server check and complete the file while you type.",
    "For that, start the file with the comment in the first line of the sample below. Its path must lead to `schema/config.schema.json` of the package.",
    "This published schema also accepts `${…}` where a key needs a number, a boolean or a certain format.",
    "`check` uses the same schema at run time, without these `interpolated` branches: by then `${…}` has been replaced.",
  ],
  sample: "The smallest config",
  interpolation: "Values from the environment and from files",
  interpolationText: [
    "In a value you can write:",
    "",
    "- `${NAME}`: it is replaced by the environment variable `NAME`. If the variable is not set, this is an error.",
    "- `${NAME:-fallback}`: the same, but the fallback is used if the variable is not set or empty.",
    "- `${file:PATH}`: it is replaced by the file's contents. One trailing newline is removed.",
    "- `$${`: a literal `${`.",
    "",
    "The YAML is parsed first, then the values are replaced. So a variable can contain quotes, `#` and line breaks without changing the structure of the config.",
    "If a value is one `${…}` without quotes and the key needs a number or a boolean, the result is read as a number or a boolean.",
    "Inside `[ ]` and `{ }`, put values with `${…}` in double quotes.",
    "",
    "Relative paths are taken from the working directory of the gateway, not from the folder of the config. This holds for all paths: certificates, log files and `${file:PATH}`.",
  ],
  whole: "The whole file",
  columns: ["key", "type", "default", "meaning"],
  required: "**required**",
  none: "–",
  secret: " A secret: it is never logged or shown.",
  listOf: (inner) => `list of ${inner}`,
  oneOf: "one of",
  or: "or",
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
    "配置是一个 YAML 1.2 文档。未知的键、重复的键和类型错误都算错误。",
    "`ai-gw-lite check --config FILE` 会列出每个错误所在的行和列，[diagnostics.md](diagnostics.md) 解释它们的含义。",
    "英文版见 [config.md](config.md)。",
    "",
    "支持 YAML language server 的编辑器可以边写边检查和补全。",
    "为此，请让文件以下面示例的第一行注释开头，其中的路径要指向软件包里的 `schema/config.schema.json`。",
    "在需要数字、布尔或特定格式的地方，这份公开的 schema 也接受 `${…}`。",
    "`check` 运行时使用同一份 schema，但去掉了这些 `interpolated` 分支，因为那时 `${…}` 已经被替换。",
  ],
  sample: "最小的配置",
  interpolation: "来自环境变量和文件的值",
  interpolationText: [
    "在值里可以写：",
    "",
    "- `${NAME}`：替换为环境变量 `NAME`。变量未设置则是错误。",
    "- `${NAME:-fallback}`：同上，但变量未设置或为空时使用后面的备用值。",
    "- `${file:PATH}`：替换为文件内容，去掉末尾的一个换行。",
    "- `$${`：表示字面的 `${`。",
    "",
    "先解析 YAML，再替换其中的值。所以变量里可以有引号、`#` 和换行，不会改变配置的结构。",
    "如果一个值不带引号、整个就是一个 `${…}`，而键需要数字或布尔，替换的结果就按数字或布尔读取。",
    "在 `[ ]` 和 `{ }` 里，含有 `${…}` 的值要加双引号。",
    "",
    "相对路径从网关的工作目录算起，而不是从配置文件所在的文件夹算起。证书、日志文件和 `${file:PATH}` 等所有路径都是如此。",
  ],
  whole: "整个文件",
  columns: ["键", "类型", "默认值", "含义"],
  required: "**必填**",
  none: "–",
  secret: "属于秘密：不会写入日志，也不会显示。",
  listOf: (inner) => `${inner}列表`,
  oneOf: "取值",
  or: "或",
  types: {
    string: "字符串",
    integer: "整数",
    number: "数字",
    boolean: "布尔",
    object: "映射",
    headers: "名字到值的映射",
  },
  example: (shown) => `示例：${shown}。`,
  describe: (name) => translationOf(name),
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

/** @throws Error that names the key, so that `npm run gen` leads to a missing description */
function translationOf(name: string): string {
  const text = TRANSLATION[name];
  if (text === undefined) throw new Error(`schema/config.zh-CN.json does not describe "${name}"`);
  return text;
}

/** Makes the page in one language, as Markdown. */
export function configReference(language: "en" | "zh-CN"): string {
  const texts = language === "en" ? ENGLISH : CHINESE;
  const sections = objectPages().map((page) => section(page, texts));
  const head = [`# ${texts.title}`, texts.generated, texts.intro.join("\n")];
  const sample = [`## ${texts.sample}`, `\`\`\`yaml\n${SAMPLE}\`\`\``];
  const interpolation = [`## ${texts.interpolation}`, texts.interpolationText.join("\n")];
  return `${[...head, ...sample, ...interpolation, ...sections].join("\n\n")}\n`;
}

function section({ path, node }: ObjectPage, texts: Language): string {
  const title = node.title ?? "";
  const head = path === "" ? texts.whole : `\`${path}\``;
  if (isBorrowed(node)) return [`## ${head}`, texts.describe(title, node.description ?? "")].join("\n\n");
  const [key, type, standard, meaning] = texts.columns;
  const own = Object.entries(node.properties ?? {}).filter(([, child]) => !isBorrowedKey(child));
  const rows = own.map(([name, child]) => row(title, name, child, node, texts));
  return [
    `## ${head}`,
    texts.describe(title, node.description ?? ""),
    [`| ${key} | ${type} | ${standard} | ${meaning} |`, "| --- | --- | --- | --- |", ...rows].join("\n"),
  ].join("\n\n");
}

function row(title: string, name: string, child: SchemaNode, owner: SchemaNode, texts: Language): string {
  const value = resolved(child);
  const required = owner.required?.includes(name) === true;
  const standard = value.default !== undefined ? code(value.default) : required ? texts.required : texts.none;
  return `| \`${name}\` | ${typeOf(value, texts)} | ${standard} | ${meaningOf(title, name, child, texts)} |`;
}

function meaningOf(title: string, name: string, child: SchemaNode, texts: Language): string {
  const value = resolved(child);
  const inner = child.$ref === undefined ? `${title}.${name}` : (value.title ?? "");
  const described = texts.describe(inner, child.description ?? value.description ?? "");
  const example = value.examples?.[0];
  const secret = value.writeOnly === true && !/secret|秘密/.test(described) ? texts.secret : "";
  const shown = example === undefined ? "" : texts.example(code(example));
  return `${described}${secret}${shown}`.replaceAll("|", "\\|");
}

function typeOf(node: SchemaNode, texts: Language): string {
  const value = resolved(node);
  const [first, second] = strictBranches(node);
  if (first !== undefined && second !== undefined)
    return `${typeOf(first, texts)} ${texts.or} ${choiceOf(second, texts)}`;
  if (value.items !== undefined) return texts.listOf(typeOf(value.items, texts));
  if (value.enum !== undefined) return `${texts.oneOf} ${value.enum.map((one) => `\`${one}\``).join(", ")}`;
  if (value.type === "object" && value.properties === undefined) return texts.types["headers"] ?? "";
  const name = texts.types[value.type ?? ""] ?? "";
  return value.type === "integer" || value.type === "number" ? `${name}${bounds(value)}` : name;
}

/** The type of what may stand in the place of a mapping or a number. */
function choiceOf(node: SchemaNode, texts: Language): string {
  return node.enum?.length === 1 ? `\`${node.enum[0]}\`` : typeOf(node, texts);
}

/** The longest time that a timer of Node can take. Every time in ms has this maximum, so the page leaves it out. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function bounds({ minimum, maximum }: SchemaNode): string {
  if (maximum === undefined || maximum === LONGEST_TIMER_MS) return minimum === undefined ? "" : ` ≥ ${minimum}`;
  return ` ${minimum}–${maximum}`;
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** The test checks with these that every key is described and translated. */
export { SCHEMA, TRANSLATION };
