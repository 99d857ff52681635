// Replaces the model's name in a request's body for one upstream (`rename_models`; contract, section 14).

import type { ModelRename } from "../../plan/forward.ts";
import { type ByteSpan, unreadable } from "./body-model.ts";
import type { RequestModels } from "./request-model.ts";

/** Other bytes for a part of a body. */
export interface BodyEdit extends ByteSpan {
  readonly bytes: Buffer;
}

/** What a rename means for a request: nothing, an edit of its body, or a name that stands where it can't be replaced. */
export type RenamePlan =
  | { readonly kind: "unchanged" }
  | { readonly kind: "edit"; readonly edit: BodyEdit }
  | ReturnType<typeof unreadable>;

const UNCHANGED: RenamePlan = Object.freeze({ kind: "unchanged" });
const NOT_RENAMABLE: RenamePlan = Object.freeze(unreadable("not_renamable"));

/** The JSON string that takes the place of a name. */
interface NewName {
  readonly to: string;
  readonly bytes: Buffer;
}

/**
 * Makes the function that plans the renames of one upstream. An exact name wins over `*`. Only the name in a JSON body without
 * a content coding can be replaced: a rename that applies to any other place of the request makes its model unreadable.
 */
export function modelRenamer(renames: readonly ModelRename[]): (request: RequestModels) => RenamePlan {
  if (renames.length === 0) return () => UNCHANGED;
  const exact = new Map(renames.map(({ from, to }) => [from, newName(to)]));
  const any = exact.get("*");
  const newNameOf = (name: string): NewName | undefined => {
    const found = exact.get(name) ?? any;
    return found === undefined || found.to === name ? undefined : found;
  };
  return function planRename(request) {
    if (request.kind !== "models") return UNCHANGED;
    let plan = UNCHANGED;
    for (const { name, span } of request.places) {
      const found = newNameOf(name);
      if (found === undefined) continue;
      if (span === undefined) return NOT_RENAMABLE;
      plan = { kind: "edit", edit: { start: span.start, end: span.end, bytes: found.bytes } };
    }
    return plan;
  };
}

function newName(to: string): NewName {
  return { to, bytes: Buffer.from(JSON.stringify(to)) };
}

/** How many bytes longer the body becomes; negative when it becomes shorter. */
export function lengthChange(edit: BodyEdit): number {
  return edit.bytes.length - (edit.end - edit.start);
}

/** The chunks with all edits applied, each of which names places of the unchanged body. The edits must not overlap. */
export function applyEdits(chunks: readonly Buffer[], edits: readonly BodyEdit[]): readonly Buffer[] {
  const [only] = edits;
  if (edits.length === 1 && only !== undefined) return applyEdit(chunks, only);
  // From the last one on: an edit moves only what stands behind it.
  const lastFirst = [...edits].sort((a, b) => b.start - a.start);
  return lastFirst.reduce<readonly Buffer[]>((edited, edit) => applyEdit(edited, edit), chunks);
}

/**
 * The chunks with an edit applied. All other bytes are the same ones, not copies, and no chunk is changed in place: another
 * upstream may need other bytes.
 * @param chunks a body from its first byte, at least up to the end of the edit
 * @param edit of at least one byte
 */
export function applyEdit(chunks: readonly Buffer[], edit: BodyEdit): Buffer[] {
  const edited: Buffer[] = [];
  let start = 0;
  let isDone = false;
  for (const chunk of chunks) {
    const end = start + chunk.length;
    if (end <= edit.start || start >= edit.end) edited.push(chunk);
    else {
      if (start < edit.start) edited.push(chunk.subarray(0, edit.start - start));
      if (!isDone) edited.push(edit.bytes);
      isDone = true;
      if (end > edit.end) edited.push(chunk.subarray(edit.end - start));
    }
    start = end;
  }
  return edited;
}
