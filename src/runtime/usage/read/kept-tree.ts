// Makes the table by which the scan finds the members of a JSON value that are kept.

import type { KeptMembers } from "../forms/usage-form.ts";

/**
 * An event of a stream that holds none of these tells no usage. They are parts of the names of all members that do. A search for
 * them is much faster than a scan.
 */
export const TELLING_NAMES: readonly string[] = ["usage", "_count"];

/** A JSON value of which something is kept. */
export interface KeptNode {
  /** The name of the member that it is the value of. */
  readonly name: string;
  readonly bytes: Buffer;
  /** The whole value is kept, else these members of it. */
  readonly isWhole: boolean;
  /** The value tells usage, unless it is null. */
  readonly tells: boolean;
  /** The kept members by the length of their names. */
  readonly members: readonly (readonly KeptNode[] | undefined)[];
}

/** Made once for all exchanges. */
export function keptTree(kept: KeptMembers): KeptNode {
  return nodeOf("", kept);
}

function nodeOf(name: string, kept: true | KeptMembers): KeptNode {
  const members: KeptNode[][] = [];
  for (const [member, below] of kept === true ? [] : Object.entries(kept)) {
    const node = nodeOf(member, below);
    members[node.bytes.length] = [...(members[node.bytes.length] ?? []), node];
  }
  const tells = TELLING_NAMES.some((part) => name.includes(part));
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
