// Checks that JSON sent under the type of a form is refused where it has a field `model` for servers that go by the type.

import { expect, it } from "vitest";
import { UrlencodedScan } from "../../../src/runtime/model/urlencoded-scan.ts";
import { usualChunkings } from "./chunkings.ts";

function told(body: string): string {
  const results = usualChunkings(Buffer.from(body)).map((chunks) => {
    const scan = new UrlencodedScan();
    for (const chunk of chunks) scan.push(chunk);
    scan.end();
    return `${scan.models} ${scan.model.kind === "model" ? scan.model.name : scan.model.reason}`;
  });
  expect(new Set(results).size).toBe(1);
  return results[0] ?? "";
}

it.each([
  ["", "1 gpt"],
  ["a&b=model&c=1", "1 gpt"],
  ["model=evil", "1 gpt"],
  ["&models=evil", "1 gpt"],
  ["&model", "1 gpt"],
  ["&a=&model=evil", "2 given_twice"],
  [";model=evil", "2 given_twice"],
  ["&Model=evil", "2 given_twice"],
  ["&m%6Fdel=evil", "2 given_twice"],
  ["&%6d%6f%64%65%6c=evil", "2 given_twice"],
  ["&+%20model+=evil", "2 given_twice"],
  [`&${"+".repeat(50)}model=evil`, "2 given_twice"],
])("a text %j", (text, expected) => {
  expect(told(JSON.stringify({ model: "gpt", text }))).toBe(expected);
});

it("plain fields are no JSON", () => {
  expect(told("model=gpt")).toBe("1 given_twice");
  expect(told("a=gpt")).toBe("0 malformed");
});
