// Checks that no request can hide in another (request smuggling): each of these messages is either refused, or reaches the
// upstream as exactly one request that a strict reader reads to its last byte (hazards R1 to R5).

import { describe, expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { parseBody, parseHead } from "../support/http-message.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

/** The hidden request. It must never be read as a request of its own. */
const HIDDEN = "GET /up/hidden HTTP/1.1\r\nHost: h\r\nX-Foo: ";
const HIDDEN_CHUNK = `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`;
const CL = `Content-Length: ${HIDDEN.length}`;
const TE = "Transfer-Encoding: chunked";

const head = (lines: readonly string[], method = "POST") => requestText(method, "/up/a", [AUTH, ...lines]);
const raw = (start: string, lines: readonly string[] = ["Host: h", AUTH]) =>
  `${start}\r\n${lines.join("\r\n")}\r\n\r\n`;

/** `refused`: nothing reaches the upstream. `passed`: one request reaches it. `may`: either is allowed. */
type Fate = "refused" | "passed" | "may";

const CORPUS: readonly (readonly [name: string, bytes: string, fate: Fate])[] = [
  // Two statements about where the body ends.
  ["CL.TE", `${head([CL, TE])}0\r\n\r\n${HIDDEN}`, "refused"],
  ["TE.CL", head([TE, "Content-Length: 4"]) + HIDDEN_CHUNK, "refused"],
  ["CL.TE with a chunked body", head([CL, TE]) + HIDDEN_CHUNK, "refused"],
  ["two equal lengths", head([CL, CL]) + HIDDEN, "refused"],
  ["two lengths", head(["Content-Length: 0", CL]) + HIDDEN, "refused"],
  ["a list of lengths", head([`Content-Length: ${HIDDEN.length}, ${HIDDEN.length}`]) + HIDDEN, "refused"],
  ["a list of two lengths", head([`Content-Length: 0, ${HIDDEN.length}`]) + HIDDEN, "refused"],
  // Values of content-length that are not a length.
  ...["+5", "-1", "5 5", "0x5", "5.0", "5e0", "", " ", "5;", "\t5x", "99999999999999999999", "٥"].map(
    (value) =>
      [`content-length ${JSON.stringify(value)}`, head([`Content-Length: ${value}`]) + HIDDEN, "refused"] as const,
  ),
  ["a length with a tab before it", head([`Content-Length:\t${HIDDEN.length}`]) + HIDDEN, "passed"],
  ["a length with zeros before it", head([`Content-Length: 00${HIDDEN.length}`]) + HIDDEN, "may"],
  // Values of transfer-encoding that are almost `chunked`.
  ...[
    "xchunked",
    "chunked, chunked",
    "gzip, chunked",
    "chunked, gzip",
    "identity",
    "chunked;a=b",
    '"chunked"',
    "chunke",
    "chunkedd",
    "chunked\x0b",
    "\x0bchunked",
    "chunked\0",
    ", chunked",
    "chunked,",
  ].map(
    (value) =>
      [
        `transfer-encoding ${JSON.stringify(value)}`,
        head([`Transfer-Encoding: ${value}`]) + HIDDEN_CHUNK,
        "refused",
      ] as const,
  ),
  ...["xchunked", "identity", "cow"].map(
    (value) =>
      [
        `transfer-encoding ${value} with a length`,
        head([CL, `Transfer-Encoding: ${value}`]) + HIDDEN,
        "refused",
      ] as const,
  ),
  ["an empty coding", head(["Transfer-Encoding:"]) + HIDDEN_CHUNK, "refused"],
  ["an empty coding with a length", head(["Transfer-Encoding:", CL]) + HIDDEN, "refused"],
  ["two coding lines", head([TE, TE]) + HIDDEN_CHUNK, "refused"],
  ["two coding lines, one false", head([TE, "Transfer-Encoding: identity"]) + HIDDEN_CHUNK, "refused"],
  ["chunked in capitals", head(["TRANSFER-ENCODING: CHUNKED"]) + HIDDEN_CHUNK, "passed"],
  ["chunked with white space around", head(["Transfer-Encoding: \t chunked \t "]) + HIDDEN_CHUNK, "may"],
  // Header lines that are almost valid.
  ["a space before the colon of a coding", head(["Transfer-Encoding : chunked", CL]) + HIDDEN, "refused"],
  ["a tab before the colon of a length", head(["Content-Length\t: 5"]) + HIDDEN, "refused"],
  ["a space in a name", head(["Content Length: 5"]) + HIDDEN, "refused"],
  ["a NUL in a name", head(["Content-Len\0gth: 5"]) + HIDDEN, "refused"],
  ["a byte above ASCII in a name", head(["Transfer-Encodin\xe9: chunked"]), "refused"],
  ["no name", head([": x"]), "refused"],
  ["no colon", head(["garbage"]), "refused"],
  ["a line that begins with a space", requestText("POST", "/up/a", [AUTH, "X-A: b", ` ${TE}`, CL]) + HIDDEN, "refused"],
  ["a first line that begins with a space", `POST /up/a HTTP/1.1\r\n Host: h\r\n${AUTH}\r\n\r\n`, "refused"],
  ["a folded coding", head(["Transfer-Encoding:\r\n chunked"]) + HIDDEN_CHUNK, "refused"],
  ["an underscore coding", head(["Transfer_Encoding: chunked", CL]) + HIDDEN, "passed"],
  ["an underscore length", head(["Content_Length: 0", CL]) + HIDDEN, "passed"],
  // Line ends that are not CRLF.
  ["bare LF after a header", `POST /up/a HTTP/1.1\r\nHost: h\r\n${AUTH}\n${TE}\r\n\r\n${HIDDEN_CHUNK}`, "refused"],
  ["bare LF everywhere", `GET /up/a HTTP/1.1\nHost: h\n${AUTH}\n\n`, "refused"],
  ["bare CR in a value", head([`X-A: b\r${TE}`, CL]) + HIDDEN, "refused"],
  ["bare CR before a name", head([`X-A: b\r\n\r${TE}`]) + HIDDEN_CHUNK, "refused"],
  [
    "CR and X after the blank line (CVE-2025-23167)",
    `POST /up/a HTTP/1.1\r\nHost: h\r\n${AUTH}\r\n\rX${HIDDEN}`,
    "refused",
  ],
  [
    "CR-separated headers (CVE-2023-30589)",
    `POST /up/a HTTP/1.1\r\nHost: h\r\n${AUTH}\r\nX-A: x\rTransfer-Encoding: chunked\r\n\r\n`,
    "refused",
  ],
  [
    "a space before content-length (CVE-2024-27982)",
    `POST /up/a HTTP/1.1\r\nHost: h\r\n${AUTH}\r\n Content-Length: 5\r\n\r\n${HIDDEN}`,
    "refused",
  ],
  ["a NUL in a value", head(["X-A: a\0b", CL]) + HIDDEN, "refused"],
  ["a vertical tab in a value", head(["X-A: a\x0bb", CL]) + HIDDEN, "refused"],
  // Chunks that are almost valid.
  ...["0x5", "+5", "-5", " 5", "5 ", "\t5", "5\t", "g", "", "5h", "FFFFFFFFFFFFFFFFF", "5\x0b", "5,5", "5.0"].map(
    (size) => [`chunk size ${JSON.stringify(size)}`, `${head([TE])}${size}\r\nhello\r\n0\r\n\r\n`, "refused"] as const,
  ),
  ["a chunk size with zeros before it", `${head([TE])}000005\r\nhello\r\n0\r\n\r\n`, "may"],
  ["a chunk extension", `${head([TE])}5;a=b\r\nhello\r\n0;c\r\n\r\n`, "may"],
  ["a chunk extension with a bare LF", `${head([TE])}5;a\nhello\r\n0\r\n\r\n`, "refused"],
  ["a chunk extension with a bare CR", `${head([TE])}5;a\rb\r\nhello\r\n0\r\n\r\n`, "refused"],
  ["a chunk size ended by LF", `${head([TE])}5\nhello\r\n0\r\n\r\n`, "refused"],
  ["chunk data ended by LF", `${head([TE])}5\r\nhello\n0\r\n\r\n`, "refused"],
  ["chunk data longer than its size", `${head([TE])}2\r\nhello\r\n0\r\n\r\n`, "refused"],
  ["chunk data ended by nothing", `${head([TE])}5\r\nhello0\r\n\r\n`, "refused"],
  [
    "an endless chunk extension (CVE-2024-22019)",
    `${head([TE])}5;${"a".repeat(40_000)}\r\nhello\r\n0\r\n\r\n`,
    "refused",
  ],
  [
    "framing in trailers",
    `${head([TE])}5\r\nhello\r\n0\r\nContent-Length: 99\r\nTransfer-Encoding: gzip\r\n\r\n`,
    "may",
  ],
  ["a bad trailer", `${head([TE])}5\r\nhello\r\n0\r\nno colon here\r\n\r\n`, "refused"],
  // Bodies of methods that usually have none, and bodies that another header makes unexpected.
  ...["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "PROPFIND"].flatMap((method) => [
    [`${method} with a length`, head([CL], method) + HIDDEN, "may"] as const,
    [`${method} with chunks`, head([TE], method) + HIDDEN_CHUNK, "may"] as const,
  ]),
  ["Connection: transfer-encoding", head(["Connection: transfer-encoding", TE]) + HIDDEN_CHUNK, "passed"],
  ["Connection: content-length", head(["Connection: content-length", CL]) + HIDDEN, "passed"],
  ["Expect and a body", head(["Expect: 100-continue", CL]) + HIDDEN, "passed"],
  ["an upgrade and a body", head(["Connection: upgrade", "Upgrade: h2c", CL]) + HIDDEN, "passed"],
  // Versions and request lines.
  ["HTTP/1.0 with a coding", `POST /up/a HTTP/1.0\r\nHost: h\r\n${AUTH}\r\n${TE}\r\n\r\n${HIDDEN_CHUNK}`, "refused"],
  ["HTTP/1.0 with a length", `POST /up/a HTTP/1.0\r\nHost: h\r\n${AUTH}\r\n${CL}\r\n\r\n${HIDDEN}`, "passed"],
  ["HTTP/0.9", "GET /up/a\r\n\r\n", "refused"],
  ["HTTP/2.0's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "refused"],
  ...["HTTP/1.2", "HTTP/2.0", "HTTP/1.1x", "http/1.1", "HTTP/11", "HTTP/ 1.1", "HTTP/1.10", "ICE/1.0"].map(
    (version) => [`version ${version}`, raw(`GET /up/a ${version}`), "refused"] as const,
  ),
  ["two spaces before the target", raw("GET  /up/a HTTP/1.1"), "may"],
  ["two spaces before the version", raw("GET /up/a  HTTP/1.1"), "may"],
  ["a tab before the target", raw("GET\t/up/a HTTP/1.1"), "refused"],
  ["a space in the target", raw("GET /up/a b HTTP/1.1"), "refused"],
  ["a control byte in the target", raw("GET /up/a\x01b HTTP/1.1"), "refused"],
  ["a byte above ASCII in the target", raw("GET /up/\xe9 HTTP/1.1"), "may"],
  ["a CR in the target", raw("GET /up/a\rb HTTP/1.1"), "refused"],
  ["a version in the target", raw("GET /up/a HTTP/1.1\tx HTTP/1.1"), "refused"],
  ["an unknown method", raw("SMUGGLE /up/a HTTP/1.1"), "refused"],
  ["a method in lower case", raw("get /up/a HTTP/1.1"), "refused"],
  ["a blank line before the request", `\r\n${raw("GET /up/a HTTP/1.1")}`, "passed"],
  ["a space before the request", ` ${raw("GET /up/a HTTP/1.1")}`, "refused"],
  ["another host in an absolute target", raw("GET http://evil.test/up/a HTTP/1.1"), "passed"],
  ["an empty host", raw("GET /up/a HTTP/1.1", ["Host:", AUTH]), "may"],
  ["a host with a comma", raw("GET /up/a HTTP/1.1", ["Host: a, b", AUTH]), "may"],
];

/** Sends a payload, then a probe on a second connection, and gives every request line that the upstream read. */
async function attack(bytes: string) {
  const lines: string[] = [];
  const upstream = await scene.rawUpstream(async (connection) => {
    for (;;) {
      const { startLine } = await connection.request();
      lines.push(startLine);
      await connection.send(`HTTP/1.1 200 OK\r\nX-Line: ${encodeURIComponent(startLine)}\r\nContent-Length: 0\r\n\r\n`);
    }
  });
  const gateway = await scene.gateway({ base: upstream.url, upstream: ["request_timeout_ms: 3000"] });
  const attacker = await scene.client(gateway);
  await attacker.send(bytes);
  const response = await attacker.response(bytes.startsWith("HEAD ") ? "HEAD" : "GET");
  // A request of another client. It may use an upstream connection that the attack left behind.
  const victim = await scene.client(gateway);
  await victim.send(requestText("GET", "/up/probe", [AUTH]));
  const probe = await victim.response();
  return { upstream, lines, response, probe, attacker };
}

describe("the upstream gets one request or none from", () => {
  test.each(CORPUS)("%s", async (_name, bytes, fate) => {
    const { upstream, lines, response, probe, attacker } = await attack(bytes);
    expect(probe.header("x-line")).toBe(encodeURIComponent("GET /probe HTTP/1.1"));
    const fromAttack = lines.filter((line) => line !== "GET /probe HTTP/1.1");
    expect(fromAttack.length).toBeLessThanOrEqual(1);
    expect(fromAttack.join()).not.toContain("hidden");
    if (response.status === 200) {
      expect(fate).not.toBe("refused");
      expect(fromAttack).toHaveLength(1);
    } else {
      expect(fate).not.toBe("passed");
      expect([400, 431, 501]).toContain(response.status);
      expect(fromAttack).toEqual([]);
      // When the gateway can't parse the bytes of a connection, it closes the connection and reads no more of it.
      if (response.text !== '{"error":"invalid_path"}') expect(response.header("connection")).toBe("close");
    }
    // No upstream connection holds bytes that a strict reader could read as another request.
    for (const connection of upstream.accepted) {
      const rest = connection.bytes;
      if (rest.length === 0) continue;
      expect(response.status).not.toBe(200);
      const begun = parseHead(rest);
      if (begun !== undefined) expect(() => expectCut(rest, begun.length)).not.toThrow();
    }
    // The attacker gets no second response.
    expect(attacker.text).not.toContain("HTTP/1.1 200");
  });
});

/** Throws when a request that the gateway began and then cancelled is whole. */
function expectCut(bytes: Buffer, headLength: number) {
  const progress = parseBody(bytes.subarray(headLength), { kind: "chunked" });
  if (progress.whole) throw new Error("a refused request reached the upstream whole");
}

test("valid requests that are pipelined reach the upstream as one request each", async () => {
  const upstream = await scene.rawUpstream(async (connection) => {
    for (;;) {
      const request = await connection.request();
      await connection.send(`HTTP/1.1 200 OK\r\nContent-Length: ${request.body.length}\r\n\r\n${request.body}`);
    }
  });
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(
    requestText("POST", "/up/1", [AUTH, "Content-Length: 3"], "one") +
      requestText("DELETE", "/up/2", [AUTH, TE], "3\r\ntwo\r\n0\r\n\r\n") +
      requestText("GET", "/up/3", [AUTH]),
  );
  expect((await client.response("POST")).text).toBe("one");
  expect((await client.response("DELETE")).text).toBe("two");
  expect((await client.response("GET")).text).toBe("");
  for (const connection of upstream.accepted) expect(connection.text).toBe("");
});
