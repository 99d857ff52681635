// Checks that a rename replaces the bytes of the model's name in a JSON body, and nothing else.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BodyScan } from "../../../src/runtime/model/body-scan.ts";
import { applyEdit, type BodyEdit, lengthChange, modelRenamer } from "../../../src/runtime/model/rename-model.ts";
import type { RequestModels } from "../../../src/runtime/model/request-model.ts";
import { cutBody, cuts, usualChunkings } from "./chunkings.ts";

const SPAN = { start: 9, end: 12 };

function places(...names: readonly (readonly [name: string, inJson: boolean])[]): RequestModels {
  return { kind: "models", places: names.map(([name, inJson]) => ({ name, span: inJson ? SPAN : undefined })) };
}

function told(renames: Readonly<Record<string, string>>, request: RequestModels): string {
  const list = Object.entries(renames).map(([from, to]) => ({ from, to }));
  const plan = modelRenamer(list)(request);
  if (plan.kind === "edit") return plan.edit.bytes.toString();
  return plan.kind === "unreadable" ? plan.reason : plan.kind;
}

describe("renames of models", () => {
  it.each([
    [{ a: "b" }, places(["a", true]), '"b"'],
    [{ a: "b" }, places(["c", true]), "unchanged"],
    [{ a: "b" }, places(["A", true]), "unchanged"],
    [{ "a*": "b" }, places(["ax", true]), "unchanged"],
    [{ "*": "any", a: "b" }, places(["a", true]), '"b"'],
    [{ "*": "any", a: "b" }, places(["c", true]), '"any"'],
    [{ "*": "a" }, places(["a", true]), "unchanged"],
    [{ "*": "any", a: "a" }, places(["a", true]), "unchanged"],
    [{ a: 'q"\\\n模\ud800' }, places(["a", true]), '"q\\"\\\\\\n模\\ud800"'],
    [{ a: "b" }, places(["a", false]), "not_renamable"],
    [{ a: "b" }, places(["c", false]), "unchanged"],
    [{ a: "b" }, places(["a", false], ["c", true]), "not_renamable"],
    [{ a: "b" }, places(["c", false], ["a", true]), '"b"'],
    [{ a: "b" }, places(["a", true], ["a", false]), "not_renamable"],
    [{ a: "b" }, { kind: "none" }, "unchanged"],
    [{ a: "b" }, { kind: "unreadable", reason: "missing" }, "unchanged"],
    [{ constructor: "b" }, places(["constructor", true]), '"b"'],
    [{ a: "b" }, places(["constructor", true]), "unchanged"],
    [{}, places(["a", false]), "unchanged"],
  ] satisfies [Record<string, string>, RequestModels, string][])("%j for %j: %s", (renames, request, expected) => {
    expect(told(renames, request)).toBe(expected);
  });
});

function editOf(chunks: readonly Buffer[], to: string): BodyEdit | undefined {
  const scan = new BodyScan({ kind: "json", coding: undefined }, 1_000_000);
  for (const chunk of chunks) scan.push(chunk);
  scan.end();
  if (scan.result?.kind !== "model") return undefined;
  const plan = modelRenamer([{ from: "*", to }])({ kind: "models", places: [scan.result] });
  return plan.kind === "edit" ? plan.edit : undefined;
}

describe("an edit of a body", () => {
  it("replaces the name, wherever the body is cut, and changes no chunk in place", () => {
    const body = Buffer.from('{ "a" : 1.0, "model":"gp\\u0074", "b":"é"}');
    const before = body.toString("hex");
    for (const chunks of usualChunkings(body)) {
      const edit = editOf(chunks, "claude");
      if (edit === undefined) throw new Error("no edit");
      expect(Buffer.concat(applyEdit(chunks, edit)).toString()).toBe('{ "a" : 1.0, "model":"claude", "b":"é"}');
      expect(lengthChange(edit)).toBe("claude".length - "gp\\u0074".length);
    }
    expect(body.toString("hex")).toBe(before);
  });

  it("passes on chunks that it does not touch as they are", () => {
    const chunks = ['{"a":1,', '"model":"x"', ',"b":2}'].map((text) => Buffer.from(text));
    const edit = editOf(chunks, "y");
    if (edit === undefined) throw new Error("no edit");
    const edited = applyEdit(chunks, edit);
    expect(edited[0]).toBe(chunks[0]);
    expect(edited.at(-1)).toBe(chunks[2]);
  });

  it("leaves all other bytes of any body, and renames the model for JSON.parse", () => {
    const blank = fc.constantFrom("", " ", "\n");
    const others = fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.json({ maxDepth: 2 })), { maxLength: 3 });
    fc.assert(
      fc.property(others, others, fc.string(), fc.string(), blank, cuts, (left, right, from, to, gap, shares) => {
        const members = (list: typeof left): string[] =>
          list.map(([name, value]) => `${JSON.stringify(`_${name}`)}:${value}`);
        const head = `{${gap}${[...members(left), ""].join(",")}"model"${gap}:${gap}`;
        const tail = `${gap}${["", ...members(right)].join(",")}}`;
        const body = Buffer.from(`${head}${JSON.stringify(from)}${tail}`);
        const chunks = cutBody(body, shares);
        const edit = editOf(chunks, to);
        expect(edit === undefined).toBe(to === from);
        if (edit === undefined) return;
        const edited = Buffer.concat(applyEdit(chunks, edit));
        expect(edited.length).toBe(body.length + lengthChange(edit));
        expect(edited.toString()).toBe(`${head}${JSON.stringify(to)}${tail}`);
        expect(JSON.parse(edited.toString())).toEqual({ ...JSON.parse(body.toString()), model: to });
      }),
    );
  });
});
