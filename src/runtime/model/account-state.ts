// Tells whether a JSON body names state that lives with one account of the provider (contract, section 7).

import type { ForwardSpec } from "../../plan/forward.ts";
import { JsonScan } from "./json-scan.ts";

/**
 * The ends of the two names. The closing quote makes most words in texts no match: there it is escaped, or not there. A search is
 * fastest for a needle that begins with a rare byte.
 */
const NEEDLES = [Buffer.from('_response_id"'), Buffer.from('kground"')] as const;
const LONGEST_NEEDLE = Math.max(...NEEDLES.map((needle) => needle.length));

/**
 * The body has a top-level `previous_response_id` that is not null, or `background: true`. A body without these words costs one
 * search of its bytes. A name that is spelled with escapes (`"b\u0061ckground"`) is not found: only a client that
 * hides it on purpose writes it so, and it can then only be refused by its own provider.
 * @param chunks the body from its first byte, without a content coding; it may end early
 */
export function namesAccountState(chunks: readonly Buffer[]): boolean {
  if (!mayNameAccountState(chunks)) return false;
  const scan = new JsonScan();
  for (const chunk of chunks) scan.push(chunk);
  return scan.namesAccountState;
}

/** The bytes hold one of the words somewhere, perhaps over the border of two chunks. */
export function mayNameAccountState(chunks: readonly Buffer[]): boolean {
  let tail: Buffer | undefined;
  for (const chunk of chunks) {
    if (holdsNeedle(chunk)) return true;
    if (chunks.length === 1) return false;
    if (tail !== undefined) {
      const border = Buffer.concat([tail, chunk.subarray(0, LONGEST_NEEDLE - 1)]);
      if (holdsNeedle(border)) return true;
    }
    tail = lastBytes(tail, chunk);
  }
  return false;
}

function holdsNeedle(bytes: Buffer): boolean {
  return bytes.includes(NEEDLES[0]) || bytes.includes(NEEDLES[1]);
}

/** The last bytes so far, as many as a needle over the next border may begin in. */
function lastBytes(tail: Buffer | undefined, chunk: Buffer): Buffer {
  const wanted = LONGEST_NEEDLE - 1;
  if (tail === undefined || chunk.length >= wanted) return chunk.subarray(-wanted);
  return Buffer.concat([tail, chunk]).subarray(-wanted);
}

/**
 * The objects that these paths lead to belong to one account (contract, section 7). So does a stored response, which is read,
 * cancelled or deleted at `/responses/{id}`.
 */
const ACCOUNT_PATH =
  /\/(?:files|batches|fine_tuning|assistants|threads|vector_stores)(?:\/|$)|\/responses\/(?!input_tokens(?:\/|$)|compact(?:\/|$))[^/]/;

/**
 * Makes the test whether the path of a request leads to state that lives with one account. A prefix that is not sent upstream
 * is a name of ours, and says nothing. The test takes the raw path, without the query.
 */
export function accountPathTest({
  prefix,
  stripPrefix,
}: Pick<ForwardSpec, "prefix" | "stripPrefix">): (path: string) => boolean {
  if (!stripPrefix || prefix === "/") return (path) => ACCOUNT_PATH.test(path);
  return (path) => ACCOUNT_PATH.test(path.slice(prefix.length));
}
