// Sends bodies of any form, cut anywhere, as a client with a scope of models: what reaches the upstream whole names an allowed
// model once, for every parser (contract, section 12).

import fc from "fast-check";
import { expect, test } from "vitest";
import { inChunks } from "../failover/bodies.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { as, clientLines } from "./clients.ts";

const scene = setScene();
const SCAN_BYTES = 200;

/** Members that some parser takes for the model of the request. */
const GOOD = ['"model":"good"', '"model" : "go\\u006fd"'] as const;
const EVIL = ['"model":"evil"', '"mod\\u0065l":"evil"', '"Model":"evil"', '"model":null', '"model":["evil"]'] as const;
/** Members beside it, some of them broken. */
const OTHERS = [
  '"x":{"model":"evil"}',
  '"x":[{"model":"good"},"]"]',
  '"x":"\\",\\"model\\":\\"evil"',
  '"x":"\\\\"',
  `"pad":"${"p".repeat(150)}"`,
  '"n":-1.5e3',
  "'model':'evil'",
  "/* */",
  '"x":"\n"',
] as const;

type Part = (typeof GOOD | typeof EVIL | typeof OTHERS)[number];

interface Body {
  readonly text: string;
  readonly parts: readonly Part[];
}

const part = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...GOOD) },
  { weight: 1, arbitrary: fc.constantFrom(...EVIL) },
  { weight: 6, arbitrary: fc.constantFrom(...OTHERS) },
);
const object = fc.array(part, { maxLength: 6 }).map((parts): Body => ({ text: `{${parts.join(",")}}`, parts }));
const anyBody = fc.oneof(
  { weight: 8, arbitrary: object },
  {
    weight: 1,
    arbitrary: fc.tuple(object, object).map(([one, two]): Body => {
      return { text: one.text + two.text, parts: [...one.parts, ...two.parts] };
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(object, fc.nat(60)).map(([one, cut]): Body => ({ ...one, text: one.text.slice(0, -1 - cut) })),
  },
  { weight: 1, arbitrary: object.map((one): Body => ({ ...one, text: `[${one.text}]` })) },
  { weight: 1, arbitrary: object.map((one): Body => ({ ...one, text: `\ufeff${one.text}` })) },
);
const cuts = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 6 });

test("no body that names another model to any parser reaches the upstream whole", async () => {
  const whole: string[] = [];
  const upstream = await scene.upstream((req, res, { body }) => {
    req.once("end", () => void body.then((bytes) => void whole.push(bytes.toString())).then(() => res.end("ok")));
  });
  const top = [...clientLines({ scoped: "models: [good]" }), `models: {scan_bytes: ${SCAN_BYTES}}`];
  const gateway = await scene.gateway({ base: upstream.url, top });
  let passed = 0;
  await fc.assert(
    fc.asyncProperty(anyBody, cuts, async ({ text, parts }, lengths) => {
      whole.length = 0;
      const client = await scene.client(gateway);
      const bytes = Buffer.from(text);
      await client.send(
        requestText("POST", "/up/x", [as("scoped"), "Content-Type: application/json", "Transfer-Encoding: chunked"]),
        ...inChunks(piecesOf(bytes, lengths)),
      );
      const { status } = await client.response("POST");
      client.socket.destroy();
      expect([200, 400, 403]).toContain(status);
      expect(whole).toEqual(status === 200 ? [text] : []);
      if (status !== 200) return;
      passed++;
      const naming = parts.filter((one) => !includes(OTHERS, one));
      expect([naming.length, naming.every((one) => includes(GOOD, one))]).toEqual([1, true]);
      // Some parsers take a line break in a string, and agree on where the string ends.
      expect(JSON.parse(text.replace("\ufeff", "").replaceAll("\n", " "))).toMatchObject({ model: "good" });
    }),
    { numRuns: 300 },
  );
  expect(passed).toBeGreaterThan(10);
  await untilFree(gateway);
}, 60_000);

function piecesOf(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const length = lengths[n % lengths.length] ?? 1;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function includes(list: readonly string[], one: string): boolean {
  return list.includes(one);
}
