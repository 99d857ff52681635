// On a metered route no response comes in a coding that the gateway can't read (contract, section 13, "Codings").

import * as zlib from "node:zlib";
import { describe, expect, it } from "vitest";
import { explainer } from "../../src/cli/explain/explanation.ts";
import { compile, sourceFromText } from "../../src/compiler/index.ts";
import type { ForwardSpec, UpstreamTarget } from "../../src/plan/forward.ts";
import { refuseZstd, upstreamHeadWriter } from "../../src/runtime/headers/accept-encoding.ts";
import { AUTH, configText } from "../support/config.ts";
import { metered } from "../support/ledger-folder.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

/** What a client accepts, one string a header line, and what the upstream is told. */
const CASES: readonly (readonly [accepts: readonly string[], sent: readonly string[]])[] = [
  [[], []],
  [["gzip, deflate, br, zstd"], ["gzip, deflate, br"]],
  [["zstd, gzip"], ["gzip"]],
  [["gzip,ZSTD,br"], ["gzip,br"]],
  [["gzip;q=0.5, zstd;q=1.0, br;q=0.9"], ["gzip;q=0.5, br;q=0.9"]],
  [["gzip, zstd ; q=0.2"], ["gzip"]],
  [["gzip, deflate"], ["gzip, deflate"]],
  [["xzstd, zstd2"], ["xzstd, zstd2"]],
  [[""], [""]],
  // Only zstd: what is left is an answer without a coding.
  [["zstd"], ["identity"]],
  [["zstd;q=1.0"], ["identity"]],
  [["zstd", "ZSTD"], ["identity"]],
  // Several lines make one list.
  [["zstd", "gzip"], ["gzip"]],
  [
    ["br", "zstd, gzip", "zstd"],
    ["br", "gzip"],
  ],
  // `*` stands for what is not named.
  [["*"], ["*, zstd;q=0"]],
  [["zstd, *"], ["*, zstd;q=0"]],
  [["gzip, *;q=0.1"], ["gzip, *;q=0.1, zstd;q=0"]],
  [["gzip, *;q=0"], ["gzip, *;q=0"]],
  [["zstd;q=0, *"], ["zstd;q=0, *"]],
  [["gzip, zstd;q=0.000"], ["gzip, zstd;q=0.000"]],
];

it.each(CASES)("%j becomes %j", (accepts, sent) => {
  const lines = (values: readonly string[]) => ["a", "zstd", ...values.flatMap((value) => ["Accept-Encoding", value])];
  const head = lines(accepts);
  refuseZstd(head);
  expect(head).toEqual(lines(sent));
});

describe("the head that is sent", () => {
  const rules = { tokenHeaders: [], remove: [], forwardXff: false, inject: [], userAgent: undefined };
  const upstream = { headers: rules, target: { host: "up.example" } as UpstreamTarget };
  const usage: ForwardSpec["usage"] = { form: "auto", ask: false };

  it.each([
    { usage, decodes: false, names: false },
    { usage, decodes: true, names: true },
    { usage: undefined, decodes: false, names: true },
  ])("of a route with the usage $usage, in a process that decodes zstd: $decodes", ({ usage, decodes, names }) => {
    const write = upstreamHeadWriter({ usage }, upstream, { decodesZstd: decodes });
    const rawHeaders = ["accept-encoding", "zstd, br"];
    const head = write({ method: "GET", rawHeaders, framing: { kind: "none" }, requestId: "1", peer: "127.0.0.1" });
    expect(head).toContain(names ? "zstd, br" : "br");
  });
});

const CAN = "createZstdDecompress" in zlib;

describe.each([
  { name: "that is metered", top: metered, upstream: [], isKept: CAN },
  { name: "that is not", top: () => [], upstream: [], isKept: true },
  { name: "whose usage is switched off", top: metered, upstream: ["usage: {form: none}"], isKept: true },
])("a route $name", ({ top, upstream, isKept }) => {
  it("sends what `explain` shows", async () => {
    const { url, requests } = await scene.upstream();
    const parts = { base: url, top: top(), upstream };
    const gateway = await scene.gateway(parts);
    const lines = ["accept-encoding: gzip, zstd", "Accept-Encoding: zstd;q=0.5, br"];
    await exchange(gateway.port, requestText("GET", "/up/x", [AUTH, ...lines]));
    const sent = (requests[0]?.rawHeaders ?? []).filter((_, i, all) => /^accept-encoding$/i.test(all[i - 1] ?? ""));
    expect(sent).toEqual(isKept ? ["gzip, zstd", "zstd;q=0.5, br"] : ["gzip", "br"]);

    const compiled = compile(sourceFromText("c.yaml", configText(parts)), {
      env: () => undefined,
      readFile: () => ({ ok: false, reason: "none" }),
    });
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
    const rawHeaders = ["host", "h", ...[AUTH, ...lines].flatMap((line) => line.split(": "))];
    const shown = explainer(compiled.value)({ method: "GET", target: "/up/x", rawHeaders, model: undefined });
    expect(shown.upstream?.headers["accept-encoding"]).toEqual(sent);
  });
});
