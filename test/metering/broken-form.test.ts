// A form that throws changes nothing of what a client gets, and makes the usage unknown (contract, section 13).

import { gzipSync } from "node:zlib";
import { beforeEach, expect, it, vi } from "vitest";
import type { UsageAccumulator } from "../../src/runtime/usage/forms/index.ts";
import { AUTH } from "../support/config.ts";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { requestText } from "../support/raw-client.ts";
import { sha256 } from "../support/recording-meter.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { scriptedUpstream } from "../support/scripted-upstream.ts";
import { corpusBytes } from "../usage/read-corpus.ts";
import { eventsOf } from "../usage/tap-corpus.ts";

type Place = "made" | "take" | "done" | "result";

/** Where the form throws, and how often it did. */
const broken = vi.hoisted(() => ({ place: "made" as Place, thrown: 0 }));

vi.mock(import("../../src/runtime/usage/forms/index.ts"), async (original) => {
  const real = await original();
  const failAt = (place: Place): void => {
    if (broken.place !== place) return;
    broken.thrown++;
    throw new Error("a bug of the form");
  };
  return {
    ...real,
    createAccumulator: (form, isStream): UsageAccumulator => {
      failAt("made");
      const accumulator = real.createAccumulator(form, isStream);
      return {
        take: (event) => {
          failAt("take");
          accumulator.take(event);
        },
        done: () => {
          failAt("done");
          accumulator.done();
        },
        result: (complete) => {
          failAt("result");
          return accumulator.result(complete);
        },
      };
    },
  };
});

const scene = setScene();
beforeEach(() => {
  broken.thrown = 0;
});

const SENT = '{"model":"asked"}';
const POST = requestText("POST", "/up/x", [AUTH, `Content-Length: ${SENT.length}`], SENT);
const BODY = corpusBytes("openai-chat.sse");
const CODED = gzipSync(BODY);

it.each(["made", "take", "done", "result"] as const)("a form that throws in `%s`", async (place) => {
  broken.place = place;
  const head = (lines: readonly string[]) =>
    ["HTTP/1.1 200 OK", "Content-Type: text/event-stream", ...lines, "", ""].join("\r\n");
  const plays = [
    { pieces: [head([`Content-Length: ${BODY.length}`]), ...eventsOf(BODY)] },
    { pieces: [head([`Content-Length: ${CODED.length}`, "Content-Encoding: gzip"]), CODED] },
  ];
  const upstream = await scriptedUpstream(scene, plays);
  const dir = ledgerFolder();
  const gateway = await scene.gateway({ base: upstream.url, top: [`usage: {enabled: true, ledger: {dir: ${dir}}}`] });
  const client = await scene.client(gateway);
  for (const body of [BODY, CODED]) {
    await client.send(POST);
    const { status, whole, body: got } = await client.response("POST");
    expect({ status, whole, sum: sha256(got) }).toEqual({ status: 200, whole: true, sum: sha256(body) });
  }
  await untilFree(gateway);
  await gateway.close();
  expect(broken.thrown).toBe(2);
  const unknown = {
    usage: "unknown",
    requested_model: "asked",
    model: "asked",
    input_tokens: null,
    output_tokens: null,
  };
  expect(ledgerLines(dir)).toMatchObject(
    [unknown, unknown].map((line) => ({ ...line, outcome: "success", status: 200 })),
  );
  expect(gateway.logs.filter(({ level }) => level === "error")).toEqual([]);
});
