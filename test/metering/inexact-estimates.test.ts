// With estimates that are too high or too low, all that is admitted never exceeds the limit by more than the estimates fell short
// (contract, section 12), whatever is asked in whatever order, across reloads and restarts. And no request that fits is refused.

import { request } from "node:http";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ledgerFolder, ledgerLines } from "../support/ledger-folder.ts";
import { setScene } from "../support/scene.ts";
import { type BooksGateway, booksConfig, startBooks, tokenOf, totalTokens } from "./books-scene.ts";

const scene = setScene();

/** What a request asks for, and what its answer tells. */
interface Call {
  readonly maxTokens: number;
  readonly answer: "told" | "untold" | "error" | "cut";
  readonly input: number;
  readonly output: number;
}

const call: fc.Arbitrary<Call> = fc.record({
  maxTokens: fc.integer({ min: 1, max: 300 }),
  answer: fc.constantFrom("told", "told", "told", "untold", "error", "cut"),
  input: fc.integer({ min: 0, max: 200 }),
  output: fc.integer({ min: 0, max: 400 }),
});

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("together" as const),
      calls: fc.array(call, { minLength: 2, maxLength: 12 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("alone" as const), call }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("reload" as const), limit: fc.integer({ min: 300, max: 3000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
);

const bodyOf = ({ maxTokens, ...answer }: Call) => JSON.stringify({ model: "m", max_tokens: maxTokens, answer });
const estimateOf = (one: Call) => Math.ceil(bodyOf(one).length / 4) + one.maxTokens;

/** The status; 0: the answer broke. */
function ask({ gateway: { port } }: BooksGateway, id: string, one: Call): Promise<number> {
  const body = bodyOf(one);
  const headers = {
    authorization: `Bearer ${tokenOf("alice")}`,
    "content-length": String(body.length),
    "x-request-id": id,
  };
  return new Promise((resolve) => {
    const req = request({ port, host: "127.0.0.1", method: "POST", path: "/up/v1/responses", headers });
    req.once("error", () => resolve(0));
    req.once("response", (res) => {
      res.on("error", () => {}).once("close", () => resolve(res.complete ? (res.statusCode ?? 0) : 0));
      res.resume();
    });
    req.end(body);
  });
}

function provider() {
  return scene.upstream((_req, res, arrival) => {
    void arrival.body.then((bytes) => {
      const { answer, input, output } = (JSON.parse(String(bytes)) as { answer: Call }).answer;
      const json = { "content-type": "application/json" };
      if (answer === "error") return res.writeHead(500, json).end("{}");
      if (answer === "untold") return res.writeHead(200, json).end('{"object":"response"}');
      if (answer === "cut") return res.writeHead(200, json).write('{"object":', () => res.destroy());
      const usage = { input_tokens: input, output_tokens: output };
      return res.writeHead(200, json).end(JSON.stringify({ object: "response", usage }));
    });
  });
}

it("never more than the limit and what estimates fell short", { timeout: 120_000 }, async () => {
  const up = await provider();
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 14 }),
      fc.integer({ min: 300, max: 3000 }),
      async (steps, first) => {
        const dir = ledgerFolder();
        let limit = first;
        let highest = first;
        const configNow = () => ({
          base: up.url,
          dir,
          clients: [{ id: "alice", limits: `budgets: [{per: total, tokens: ${limit}}]` }],
        });
        let books = await startBooks(configNow());
        const calls = new Map<string, Call>();
        const send = async (one: Call): Promise<number> => {
          const id = `c-${calls.size}`;
          calls.set(id, one);
          return ask(books, id, one);
        };
        const used = () => books.shown("alice", totalTokens())[0]?.used ?? 0;
        try {
          for (const each of steps) {
            if (each.do === "together") await Promise.all(each.calls.map(send));
            if (each.do === "reload") {
              limit = each.limit;
              highest = Math.max(highest, limit);
              books.gateway.swap(booksConfig(dir, configNow()));
            }
            if (each.do === "restart") {
              await books.lines();
              const before = used();
              await books.gateway.close();
              books = await startBooks(configNow());
              expect(used()).toBe(before);
            }
            if (each.do === "alone") {
              await books.lines();
              const estimate = estimateOf(each.call);
              const wanted = estimate > limit ? 403 : used() + estimate > limit ? 429 : undefined;
              const status = await send(each.call);
              if (wanted === undefined) expect([0, 200, 500]).toContain(status);
              else expect(status).toBe(wanted);
            }
          }
          const lines = await books.lines();
          let charged = 0;
          let short = 0;
          for (const { request_id, charged_tokens } of lines) {
            charged += charged_tokens;
            short += Math.max(0, charged_tokens - estimateOf(calls.get(request_id) as Call));
          }
          expect(charged).toBeLessThanOrEqual(highest + short);
          expect(books.shown("alice", totalTokens())).toMatchObject([{ used: charged, reserved: 0 }]);
          expect(ledgerLines(dir)).toHaveLength(lines.length);
        } finally {
          await books.gateway.close();
        }
      },
    ),
    { numRuns: 25, seed: 371_127 },
  );
});
