// Recognizes text that is a reference in the syntax of another tool, or a placeholder where a key belongs.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { looksLikeKeyMaterial } from "./printable.ts";

/** A reference of another tool: here it would be used as it is written. */
export interface OtherSyntax {
  /** The form of the reference, safe to show: it holds no part of the value. */
  readonly form: string;
  /** What to write here instead; `undefined` where the name of the variable or file is not clear. */
  readonly write: string | undefined;
}

/** A form, and a pattern. The group `name` is a variable, the group `path` a file. */
type Form = readonly [form: string, pattern: RegExp];

const NAME = "(?<name>[A-Za-z_]\\w*)";
const QUOTE = "[\"'`]?";

const form = (shown: string, pattern: string, flags = ""): Form => [shown, new RegExp(`^${pattern}$`, flags)];

const FORMS: readonly Form[] = [
  // Shells, nginx, Docker. A word in lower case could be a password.
  form("$NAME", "\\$(?<name>[A-Z_][A-Z0-9_]*)"),
  form("$NAME", "\\$(?<name>(?=[a-z])\\w*(?:key|token|secret|password)\\w*)", "i"),
  // Not written in a config, where it is replaced, but as the value of a variable.
  form("${NAME}", `\\$\\{${NAME}\\}`),
  form("$env:NAME", `\\$env:${NAME}`, "i"),
  form("%NAME%", `%${NAME}%`),
  form("$(…)", "\\$\\(\\s*(?:cat|<)\\s+(?<path>[^\\s()]+)\\s*\\)"),
  form("$(…)", "\\$\\(.*\\)"),
  form("`…`", "`\\s*cat\\s+(?<path>[^\\s`]+)\\s*`"),
  form("`…`", "`.*`"),
  // Helm, Consul, Ansible, GitHub.
  form("{{ … }}", "\\$?\\{\\{-?\\s*\\.?(?:env|Env|ENV|secrets|vars|Values)\\.(?<name>[A-Za-z_]\\w*)\\s*-?\\}\\}"),
  form("{{ … }}", `\\$?\\{\\{-?\\s*(?:env|getenv|lookup)\\s+["'\`](?<name>[A-Za-z_]\\w*)["'\`]\\s*-?\\}\\}`),
  form("{{ … }}", "\\$?\\{\\{-?\\s*(?<name>[A-Z_][A-Z0-9_]*)\\s*-?\\}\\}"),
  form("{{ … }}", "\\$?\\{\\{.*\\}\\}"),
  form("<%= … %>", "<%.*%>"),
  form("#{…}", "#\\{.*\\}"),
  // Caddy, Kong, Traefik.
  form("{env.NAME}", `\\{\\s*env[.:]${NAME}\\s*\\}`, "i"),
  form("{$NAME}", `\\{\\s*\\$${NAME}\\s*\\}`),
  form("{file.PATH}", "\\{\\s*file\\.(?<path>[^\\s{}]+)\\s*\\}"),
  form("{vault://…}", "\\{\\s*vault://.*\\}"),
  form("{NAME}", "\\{\\s*(?<name>[A-Z_][A-Z0-9_]*)\\s*\\}"),
  // LiteLLM, programming languages.
  form("os.environ/NAME", `os\\.environ/${NAME}`),
  form("os.environ[…]", `os\\.environ\\[\\s*${QUOTE}${NAME}${QUOTE}\\s*\\]`),
  form("getenv(…)", `(?:os\\.)?getenv\\(\\s*${QUOTE}${NAME}${QUOTE}\\s*\\)`),
  form("os.environ.get(…)", `os\\.environ\\.get\\(\\s*${QUOTE}${NAME}${QUOTE}\\s*\\)`),
  form(["process", "env", "NAME"].join("."), `process\\.env\\.${NAME}`),
  form("env:NAME", `env[:/.]${NAME}`, "i"),
  form("env(NAME)", `env[([]\\s*${QUOTE}${NAME}${QUOTE}\\s*[)\\]]`, "i"),
  // Files, and stores of secrets.
  form("file:PATH", "file:(?://)?(?<path>[^\\s{}]+)"),
  form("@PATH", "@(?<path>\\.{0,2}/[^\\s{}]+)"),
  form("op://…", "op://.*"),
  form("vault:…", "vault:.*"),
  form("arn:aws:…", "arn:aws:.*"),
  form("projects/…/secrets/…", "(?:sm://)?projects/[^/]+/secrets/.*"),
];

/** The reference in a text that is nothing but one, maybe after a scheme such as `Bearer`. */
export function otherSyntax(text: string): OtherSyntax | undefined {
  // A long text is no reference, and not worth a search.
  if (text.length > MAX_LENGTH) return undefined;
  const value = withoutScheme(text);
  if (!/[$%{`<#.:/(@]/.test(value)) return undefined;
  for (const [shown, pattern] of FORMS) {
    const match = pattern.exec(value);
    if (match === null) continue;
    const { name, path } = match.groups ?? {};
    return { form: shown, write: shownReference(name, path) };
  }
  return undefined;
}

/** What to write. Only a name in capitals and a path without key material are shown: other text may be part of a secret. */
function shownReference(name: string | undefined, path: string | undefined): string | undefined {
  if (name !== undefined) return /^[A-Z_][A-Z0-9_]*$/.test(name) ? `\${${name}}` : undefined;
  return path === undefined || path.split("/").some(looksLikeKeyMaterial) ? undefined : filed(path);
}

/** The message and the help of a finding about a reference of another tool. */
export function otherSyntaxTexts({ form, write }: OtherSyntax): { readonly message: string; readonly help: string } {
  const help = write === undefined ? "write ${NAME} or ${file:PATH}" : `write ${write}`;
  return { message: `${shownForm(form)} is not replaced here: the text itself would be the value`, help };
}

const MAX_LENGTH = 300;

function withoutScheme(text: string): string {
  return text.trim().replace(/^Bearer\s+/i, "");
}

function filed(path: string): string {
  return `\${file:${path}}`;
}

/** The form of a reference in a sentence. */
export function shownForm(form: string): string {
  return form.includes("`") ? "a command in backticks" : `\`${form}\``;
}

/** Folders that secrets are mounted in. A token may start with a slash, but not with one of these. */
const MOUNTED = /^(?:\/(?:run|etc|var|home|root|opt|secrets|mnt|vault|usr)\/|\.\.?\/|~\/)[\w./-]+$/;

/** What to write in place of a path where its contents are wanted. */
export function pathAsSecret(text: string): string | undefined {
  const value = withoutScheme(text);
  if (!MOUNTED.test(value) || value.length > MAX_LENGTH || value.split("/").some(looksLikeKeyMaterial))
    return undefined;
  // `~` is not replaced in a reference either.
  return value.startsWith("~") ? "${file:PATH} with the whole path" : filed(value);
}

/** The name of a variable where its value is wanted: `OPENAI_API_KEY`. */
export function nameAsSecret(text: string): string | undefined {
  const value = withoutScheme(text);
  return /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN|SECRET|PASSWORD)$/.test(value) ? `\${${value}}` : undefined;
}

const PLACEHOLDERS: readonly RegExp[] = [
  // `<your-key>`, `[your key]`
  /^<[^<>]*>$/,
  /^\[[^[\]]*\]$/,
  // `YOUR_API_KEY`, `your-key-here`, `insert token here`
  /^(?:your|insert|enter|replace|paste)[-_ ](?:.*[-_ ])?(?:key|token|secret|password|here|me)(?:[-_ ]?here)?$/i,
  // `sk-...`, `sk-your-key`, `sk-ant-xxxx`, `gsk_…`, `****`
  /^(?:[a-z]{2,6}[-_](?:[a-z]{2,6}[-_])?)?(?:\.{2,}|…|\*{3,}|x{3,})$/i,
  /^(?:[a-z]{2,6}[-_](?:[a-z]{2,6}[-_])?)your[-_].*$/i,
  /^(?:change[-_ ]?me|replace[-_ ]?me|fill[-_ ]?me|placeholder|todo|fixme|redacted|undefined|null)$/i,
];

/** Whether a text stands for a key that is still to be put here. */
export function isPlaceholder(text: string): boolean {
  const value = withoutScheme(text);
  return value.length <= MAX_LENGTH && PLACEHOLDERS.some((pattern) => pattern.test(value));
}
