// Checks how the headers of a request decide how its body is read.

import { describe, expect, it } from "vitest";
import { type BodyFormat, bodyFormat } from "../../../src/runtime/model/body-format.ts";

function inWords(format: BodyFormat): string {
  if (format.kind === "unreadable") return format.reason;
  return [format.kind, format.kind === "form" ? format.boundary : "", format.coding ?? ""].filter(Boolean).join(" ");
}

describe("the format of a body", () => {
  it.each([
    [[], "json"],
    [["Content-Type", "application/json"], "json"],
    [["content-type", "Application/JSON ; charset=UTF-8;"], "json"],
    [["content-type", "text/plain"], "json"],
    [["content-type", ""], "json"],
    [["content-type", "application/X-WWW-Form-URLencoded; charset=utf-8"], "urlencoded"],
    [["content-type", 'application/json; charset="utf-8"'], "json"],
    [["content-type", "application/json; charset=utf-7"], "malformed"],
    [["content-type", 'application/json; charset="utf-16le"'], "malformed"],
    [["content-type", 'application/json; charset="utf-8'], "malformed"],
    [["content-type", "application/json", "Content-Type", "application/json"], "malformed"],
    [["content-type", "multipart/form-data; boundary=abc"], "form abc"],
    [["content-type", 'Multipart/Form-Data; Boundary="a b:c"'], "form a b:c"],
    [["content-type", 'multipart/form-data; boundary="a\\"b"'], "malformed"],
    [["content-type", 'multipart/form-data; boundary="a\\\\b"'], "malformed"],
    [["content-type", 'multipart/form-data; boundary="a;b"'], "malformed"],
    [["content-type", 'multipart/form-data; boundary="a,b"'], "malformed"],
    [["content-type", "multipart/form-data; xboundary=b; boundary=a"], "malformed"],
    [["content-type", 'multipart/form-data; boundary=a; x="Boundary=b"'], "malformed"],
    [["content-type", `multipart/form-data; boundary=a; x=${"a".repeat(1000)}`], "malformed"],
    [["content-type", "multipart/form-data; boundaryx=b; boundary=a"], "malformed"],
    [
      ["content-type", "multipart/form-data; boundary=----WebKitFormBoundaryA; charset=utf-8"],
      "form ----WebKitFormBoundaryA",
    ],
    [["content-type", 'multipart/form-data; boundary="a boundary"'], "form a boundary"],
    [["content-type", 'multipart/form-data; boundary="----=_Part_7_1.2"'], "form ----=_Part_7_1.2"],
    [["content-type", "multipart/form-data; charset=utf-8; boundary=abc;"], "form abc"],
    [["content-type", "multipart/form-data; charset=utf-7; boundary=abc"], "malformed"],
    [["content-type", "multipart/form-data"], "malformed"],
    [["content-type", 'multipart/form-data; boundary=""'], "malformed"],
    [["content-type", 'multipart/form-data; boundary="a "'], "malformed"],
    [["content-type", "multipart/form-data; boundary=a:b"], "malformed"],
    [["content-type", `multipart/form-data; boundary=${"a".repeat(201)}`], "malformed"],
    [["content-type", "multipart/form-data; boundary=a; boundary=b"], "malformed"],
    [["content-type", "multipart/form-data; boundary=a; boundary*=utf-8''b"], "malformed"],
    [["content-type", "multipart/form-data; boundary=a; boundary*0=b"], "malformed"],
    [["content-type", "application/json; charset*=us-ascii''utf-7"], "malformed"],
    [["content-type", "multipart/mixed; boundary=a"], "malformed"],
    [["content-encoding", "identity"], "json"],
    [["content-encoding", ""], "json"],
    [["content-encoding", "gzip", "content-type", "application/json"], "json gzip"],
    [["Content-Encoding", " X-GZIP "], "json gzip"],
    [["content-encoding", "deflate"], "json deflate"],
    [["content-encoding", "br", "content-type", "multipart/form-data; boundary=a"], "form a br"],
    [["content-encoding", "gzip, identity"], "json gzip"],
    [["content-encoding", "gzip, br"], "coding"],
    [["content-encoding", "gzip", "content-encoding", "gzip"], "coding"],
    [["content-encoding", "zstd"], "coding"],
    [["content-encoding", "constructor"], "coding"],
  ])("%j: %s", (rawHeaders, expected) => {
    expect(inWords(bodyFormat(rawHeaders))).toBe(expected);
  });
});
