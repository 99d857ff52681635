// Compiles texts for tests, with a host made of tables, a config without findings, and edits to that config.

import { type CompileOptions, type CompilerHost, compile, sourceFromText } from "../../src/compiler/index.ts";

export interface World {
  readonly env?: { readonly [name: string]: string };
  readonly files?: { readonly [path: string]: string };
}

export const ENV = { TOKEN: "tok-01234567896789", KEY: "sk-abcdefghij" };

/** The time in every test of the compiler. */
const NOW = Date.parse("2026-01-01");

export const CLEAN = `listen: 127.0.0.1:8080
gateway_auth:
  tokens:
    - \${TOKEN}
routes:
  - id: openai
    prefix: /openai
    upstream:
      base_url: https://api.openai.com
      inject_headers:
        - name: authorization
          value: Bearer \${KEY}
`;

export function hostOf({ env = ENV, files = {} }: World = {}): CompilerHost {
  return {
    env: (name) => (Object.hasOwn(env, name) ? env[name as keyof typeof env] : undefined),
    readFile(path) {
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      return text === undefined
        ? { ok: false, reason: "no such file" }
        : { ok: true, bytes: new TextEncoder().encode(text) };
    },
    now: () => NOW,
  };
}

export function compileText(text: string, world: World = {}, options: CompileOptions = {}) {
  return compile(sourceFromText("config.yaml", text), hostOf(world), options);
}

/** The clean config with one text replaced. Throws when the text is missing, so that no test loses its edit. */
export function edited(from: string, to: string, text: string = CLEAN): string {
  if (!text.includes(from)) throw new Error(`the config does not contain ${JSON.stringify(from)}`);
  return text.replace(from, () => to);
}

/** Findings as `code line:column-line:column`. */
export function locations(text: string, world: World = {}): string[] {
  return compileText(text, world).diagnostics.map(
    ({ code, range: { start, end } }) => `${code} ${start.line}:${start.column}-${end.line}:${end.column}`,
  );
}
