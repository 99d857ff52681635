// With metering on, each response of the corpus reaches the client byte for byte and event by event, and the ledger has the line that
// its numbers give (contract, sections 4 and 13).

import { afterEach, expect, it } from "vitest";
import type { LedgerLine } from "../../src/runtime/usage/ledger-line.ts";
import type { UsageReport } from "../../src/runtime/usage/usage-report.ts";
import { AUTH, configText } from "../support/config.ts";
import { startGateway } from "../support/gateway.ts";
import { framingOf, parseBody } from "../support/http-message.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { randomFrom } from "../support/random.ts";
import { type RawHead, requestText } from "../support/raw-client.ts";
import { sha256 } from "../support/recording-meter.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { type Play, type ScriptedUpstream, scriptedUpstream } from "../support/scripted-upstream.ts";
import { type CorpusCase, corpusBytes, corpusCases } from "../usage/read-corpus.ts";
import { contentTypeOf, cutAt, ENCODERS, eventsOf, somePlaces } from "../usage/tap-corpus.ts";

const scene = setScene();
const cases = corpusCases();
const random = randomFrom(13);
const ASKED = '{"model":"asked"}';

/** Headers that are easily lost, joined or spelled anew. */
const ODD_HEADERS = ["X-ODD: 1", "x-odd: 2", "Set-Cookie: a=b, c", "Set-Cookie: d", "X-Empty:", 'etag: W/"1"'];

interface Sent {
  readonly shown: CorpusCase;
  /** The body as it goes over the wire, in the pieces in which it is sent. */
  readonly pieces: readonly Buffer[];
  readonly coding: string | undefined;
  readonly framing: "chunked" | "length" | "close";
}

const WAYS: readonly { readonly name: string; send(shown: CorpusCase): Promise<Sent> | Sent }[] = [
  {
    name: "event by event",
    send: (shown) => ({
      shown,
      pieces: filled(eventsOf(corpusBytes(shown.file))),
      coding: undefined,
      framing: "chunked",
    }),
  },
  {
    name: "in pieces, with a length",
    send: (shown) => ({ shown, pieces: inPieces(corpusBytes(shown.file)), coding: undefined, framing: "length" }),
  },
  {
    name: "in pieces, up to the end of the connection",
    send: (shown) => ({ shown, pieces: inPieces(corpusBytes(shown.file)), coding: undefined, framing: "close" }),
  },
  {
    name: "in pieces, with a content coding",
    send: async (shown) => {
      const { coding, encode } = ENCODERS[Math.floor(random() * ENCODERS.length)] as (typeof ENCODERS)[number];
      const coded = await encode(eventsOf(corpusBytes(shown.file)));
      return { shown, pieces: inPieces(coded), coding, framing: "chunked" };
    },
  },
];

function inPieces(body: Buffer): Buffer[] {
  return filled(cutAt(body, somePlaces(body, random)));
}

function filled(pieces: readonly Buffer[]): Buffer[] {
  return pieces.filter(({ length }) => length > 0);
}

/** The upstream sends each piece only when the test has opened the gate of the one before: the client has it. */
function playOf({ shown, pieces, coding, framing }: Sent, index: number): Play {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  // A body that is cut off lacks its last chunk, or a part of its length.
  const missing = shown.complete ? 0 : 1;
  const lines = [
    "HTTP/1.1 200 Fine",
    `Content-Type: ${contentTypeOf(shown.file)}`,
    ...ODD_HEADERS,
    ...(coding === undefined ? [] : [`Content-Encoding: ${coding}`]),
    ...(framing === "chunked" ? ["Transfer-Encoding: chunked"] : []),
    ...(framing === "length" ? [`Content-Length: ${length + missing}`] : []),
  ];
  const framed = (piece: Buffer): Buffer =>
    framing === "chunked"
      ? Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")])
      : piece;
  return {
    pieces: [
      `${lines.join("\r\n")}\r\n\r\n`,
      ...pieces.flatMap((piece, i) => [framed(piece), { gate: `${index}:${i}` }]),
      ...(framing === "chunked" && shown.complete ? ["0\r\n\r\n"] : []),
    ],
    end: shown.complete ? (framing === "close" ? "close" : "keep") : "reset",
  };
}

/** What the client got of one response. */
interface Got {
  readonly head: RawHead;
  readonly body: Buffer;
  readonly whole: boolean;
}

/** Sends one request, and opens the gate of each piece when it has come. */
async function got(
  port: number,
  route: string,
  { pieces }: Sent,
  index: number,
  upstream: ScriptedUpstream,
): Promise<Got> {
  const client = await scene.client({ port });
  const lines = [AUTH, `Content-Length: ${ASKED.length}`, "Accept-Encoding: gzip, deflate, br"];
  await client.send(requestText("POST", `/${route}/x`, lines, ASKED));
  const head = await client.head();
  const framing = framingOf(head, "POST");
  let expected = 0;
  for (const [i, piece] of pieces.entries()) {
    expected += piece.length;
    await client.until(`piece ${i}`, () => parseBody(client.bytes, framing).body.length >= expected || undefined);
    expect(parseBody(client.bytes, framing).body.length).toBe(expected);
    upstream.open(`${index}:${i}`);
  }
  const { body, whole } = await client.body(head, "POST");
  await client.close();
  return { head, body, whole };
}

/** The upstream's own headers, as the contract lets them through. */
function headerLines({ rawHeaders }: RawHead): string[] {
  const added = /^(?:date|connection|keep-alive|x-request-id|transfer-encoding)$/i;
  return rawHeaders.flatMap((name, i) => (i % 2 === 0 && !added.test(name) ? [`${name}: ${rawHeaders[i + 1]}`] : []));
}

function lineOf({ known, counts, model }: UsageReport): Partial<LedgerLine> {
  return {
    usage: known,
    model: model ?? "asked",
    requested_model: "asked",
    input_tokens: counts.input,
    cache_read_tokens: counts.cacheRead,
    cache_write_tokens: counts.cacheWrite,
    output_tokens: counts.output,
    reasoning_tokens: counts.reasoning,
    status: 200,
  };
}

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

it.each(WAYS)("each response that comes $name", { timeout: 120_000 }, async ({ send }) => {
  const all: Sent[] = [];
  for (const shown of cases) {
    const sent = await send(shown);
    // The end of the connection tells nothing of whether the body is whole.
    if (shown.complete || sent.framing !== "close") all.push(sent);
  }
  const upstream = await scriptedUpstream(
    scene,
    all.flatMap((sent, i) => [playOf(sent, 2 * i), playOf(sent, 2 * i + 1)]),
  );
  const dir = ledgerFolder();
  const routes = ["openai", "anthropic", "gemini", "ollama", "none"].flatMap((form) => [
    `  - {id: ${form}, prefix: /${form}, upstream: {base_url: "${upstream.url}", usage: {form: ${form}}}}`,
  ]);
  const top = [`usage: {enabled: true, ledger: {dir: ${dir}}}`];
  const gateway = await startGateway(configText({ base: upstream.url, top, more: routes }));
  close = () => gateway.close();

  const expected: Partial<LedgerLine>[] = [];
  for (const [i, sent] of all.entries()) {
    const { shown, pieces } = sent;
    const { file, form, complete, report } = shown;
    const read = await got(gateway.port, form === "auto" ? "up" : form, sent, 2 * i, upstream);
    const sum = sha256(Buffer.concat(pieces));
    expect({ file, whole: read.whole, sum: sha256(read.body) }).toEqual({ file, whole: complete, sum });
    // The same, where nothing is metered.
    const unread = await got(gateway.port, "none", sent, 2 * i + 1, upstream);
    expect({ file, sum: sha256(unread.body) }).toEqual({ file, sum });
    expect(read.head.startLine).toBe(unread.head.startLine);
    expect(headerLines(read.head)).toEqual(headerLines(unread.head));
    expect(headerLines(read.head)).toEqual(expect.arrayContaining(ODD_HEADERS.map((line) => line.replace(/:$/, ": "))));
    expected.push({ ...lineOf(report), request_id: read.head.header("x-request-id") ?? "" });
  }
  await untilFree(gateway);
  await gateway.drain();
  const byId = new Map(ledgerLines(dir).map((line) => [line.request_id, line]));
  expect(byId.size).toBe(all.length);
  for (const [i, line] of expected.entries()) {
    expect({ file: all[i]?.shown.file, ...byId.get(line.request_id ?? "") }).toMatchObject({
      file: all[i]?.shown.file,
      ...line,
    });
  }
});
