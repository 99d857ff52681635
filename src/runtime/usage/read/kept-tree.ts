// Makes the table by which the scan finds the members of a JSON value that are kept.

import type { KeptMembers } from "../forms/usage-form.ts";
import { type QuietEvents, quietEvents, quietLines } from "./quiet-events.ts";

/** What is kept of the events of an API. Made once for all exchanges. */
export interface KeptTree {
  readonly root: KeptNode;
  /** Pass over events that report nothing: a search for a few texts is much faster than a scan. */
  readonly quietEvents: QuietEvents;
  readonly quietLines: QuietEvents;
}

/** A JSON value of which something is kept. */
export interface KeptNode {
  /** The name of the member that it is the value of. */
  readonly name: string;
  readonly bytes: Buffer;
  /** The whole value is kept, else these members of it. */
  readonly isWhole: boolean;
  /** The value reports usage, unless it is null. */
  readonly tells: boolean;
  /** The kept members by the length of their names. */
  readonly members: readonly (readonly KeptNode[] | undefined)[];
}

/**
 * Makes the table.
 * @param needles texts of which an event must hold one to report usage: a name of a member in its quotes, or a part of that
 */
export function keptTree(kept: KeptMembers, needles: readonly string[]): KeptTree {
  const signs = [...new Set(needles.map(signOf))];
  return { root: nodeOf("", kept, needles), quietEvents: quietEvents(signs), quietLines: quietLines(signs) };
}

/**
 * The part of a needle that is found fastest. The search goes from one place of the first byte to the next, so that byte should be
 * rare: quotes are not, and `_` is.
 */
function signOf(needle: string): string {
  const name = needle.replaceAll('"', "");
  return name.slice(Math.max(0, name.indexOf("_")));
}

function nodeOf(name: string, kept: true | KeptMembers, needles: readonly string[]): KeptNode {
  const members: KeptNode[][] = [];
  for (const [member, below] of kept === true ? [] : Object.entries(kept)) {
    const node = nodeOf(member, below, needles);
    members[node.bytes.length] = [...(members[node.bytes.length] ?? []), node];
  }
  const tells = needles.some((needle) => `"${name}"`.includes(needle));
  return { name, bytes: Buffer.from(name), isWhole: kept === true, tells, members };
}

/**
 * The kept member whose name stands between two indexes. Names are compared as they are written: no API spells them with escapes.
 * @returns `undefined` for a member that is not kept
 */
export function findMember(node: KeptNode, chunk: Uint8Array, start: number, end: number): KeptNode | undefined {
  const sameLength = node.members[end - start];
  if (sameLength === undefined) return undefined;
  for (const member of sameLength) if (isSame(member.bytes, chunk, start)) return member;
  return undefined;
}

function isSame(name: Buffer, chunk: Uint8Array, start: number): boolean {
  for (let i = 0; i < name.length; i++) if (name[i] !== chunk[start + i]) return false;
  return true;
}
