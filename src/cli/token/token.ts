// Runs `token`: makes a gateway token, or hashes one, and prints the forms that a config and a log show of it.

import { createHash } from "node:crypto";
import { claimsHash, tokenSpec } from "../../compiler/index.ts";
import type { Io } from "../io.ts";
import { newToken } from "./new-token.ts";

export interface TokenOptions {
  /** The token to hash; `-` reads it from standard input. Without it a new token is made. */
  readonly hash: string | undefined;
}

const STDIN = "-";
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** Runs `token`. @returns the exit code: 0, or 2 for a text that can't be a token */
export async function token({ hash }: TokenOptions, io: Pick<Io, "stdout" | "stderr" | "readStdin">): Promise<0 | 2> {
  if (hash === undefined) {
    const made = newToken();
    io.stdout(`token   ${made}\n${formsOf(made)}`);
    io.stdout("Give the token to one client: it is not stored. Write the sha256 form into gateway_auth.tokens.\n");
    return 0;
  }
  const given = hash === STDIN ? await fromStdin(io) : { text: hash };
  const wrong = "wrong" in given ? given.wrong : whyNoToken(given.text);
  if (wrong !== undefined || !("text" in given)) {
    io.stderr(`error: ${wrong}\n`);
    return 2;
  }
  io.stdout(formsOf(given.text));
  return 0;
}

/** One line break at the end belongs to the shell or the editor, not to the token. */
async function fromStdin({ readStdin }: Pick<Io, "readStdin">): Promise<{ text: string } | { wrong: string }> {
  const read = await readStdin();
  if (!read.ok) return { wrong: `standard input can't be read: ${read.reason}` };
  return {
    text: Buffer.from(read.bytes)
      .toString("utf8")
      .replace(/\r?\n$/, ""),
  };
}

/** Why a text is no token; `undefined` when it can be one. The text is not shown. */
function whyNoToken(text: string): string | undefined {
  if (text.trim() === "") return "the token is empty";
  if (claimsHash(text)) return "this is a hash already: write it into the config as it is";
  if (text !== text.trim()) return "a token can't begin or end with white space: no header can carry it";
  return CONTROL.test(text)
    ? "the token holds a line break or another control character: no header can carry it"
    : undefined;
}

function formsOf(text: string): string {
  const sha256 = createHash("sha256").update(text).digest("hex");
  const [clear, hashed] = [tokenSpec(text).label, tokenSpec(`sha256:${sha256}`).label];
  const label = clear === hashed ? clear : `${clear}, or ${hashed} when the config has the sha256 form`;
  return `sha256  sha256:${sha256}\nlabel   ${label}\n`;
}
