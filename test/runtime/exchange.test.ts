// Checks that an exchange replies once, releases all it holds and ends once, in any interleaving of events.

import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replyFor } from "../../src/plan/replies.ts";
import type { Charge } from "../../src/plan/usage.ts";
import type { GatewayResponse } from "../../src/runtime/exchange/connection.ts";
import { LiveExchange } from "../../src/runtime/exchange/exchange.ts";
import type { ExchangeOwner } from "../../src/runtime/exchange/exchange-owner.ts";
import { noopObserver } from "../../src/runtime/exchange/observer.ts";
import { run } from "../../src/runtime/exchange/run.ts";
import { downstreamInflight } from "../../src/runtime/guards/downstream-inflight.ts";
import { Limits } from "../../src/runtime/limits/limits.ts";
import type { LinkedUpstream } from "../../src/runtime/upstream/linked-upstream.ts";
import { type Selection, selector } from "../../src/runtime/upstream/select.ts";

/** The part of a response that an exchange uses. It closes when the test says so. */
class ModelResponse extends EventEmitter {
  headersSent = false;
  writableFinished = false;
  chunkedEncoding = false;
  statusCode = 200;
  socket = {};
  closed = false;
  body: string | undefined = undefined;

  writeHead(status: number): void {
    if (this.headersSent) throw new Error("head written twice");
    this.headersSent = true;
    this.statusCode = status;
  }

  end(body?: string): void {
    this.body = body;
  }

  destroy(): void {
    this.close();
  }

  /** Closes it: `finished` when the last byte was sent, otherwise because the connection is gone. */
  close(finished = false): void {
    if (this.closed) return;
    this.closed = true;
    this.writableFinished = finished;
    this.emit("close");
  }
}

/** Records how exchanges ended, and which guard had a bug. */
class RecordingOwner implements ExchangeOwner<LiveExchange> {
  draining = false;
  readonly responseFormat = { formatError: undefined, addCors: undefined };
  readonly observer = noopObserver;
  ends: string[] = [];
  bugs: string[] = [];

  report(): void {}

  ended({ record: { id, outcome, status } }: LiveExchange): void {
    this.ends.push(`${id}:${outcome}:${status}`);
  }

  bug(_x: LiveExchange, _err: unknown, by: string): void {
    this.bugs.push(by);
  }
}

function begin(owner: ExchangeOwner<LiveExchange>, id = "x"): { x: LiveExchange; res: ModelResponse } {
  const model = new ModelResponse();
  const res = model as unknown as GatewayResponse;
  const req = { method: "POST", rawHeaders: [], complete: true, socket: {} } as unknown as IncomingMessage;
  const x = new LiveExchange(owner, {
    id,
    req,
    res,
    framing: { kind: "none" },
    awaitsContinue: false,
    handshake: "none",
  });
  return { x, res: model };
}

describe("an exchange", () => {
  it("replies once, releases the newest hold first, and ends once", () => {
    const owner = new RecordingOwner();
    const { x, res } = begin(owner);
    const released: number[] = [];
    for (const n of [1, 2, 3]) x.hold(() => released.push(n));
    x.reply(replyFor("invalid_path"));
    res.close(true);
    res.emit("close");
    expect(released).toEqual([3, 2, 1]);
    expect(owner.ends).toEqual(["x:invalid_path:400"]);
    x.hold(() => released.push(4));
    expect(released).toEqual([3, 2, 1, 4]);
    x.reply(replyFor("internal_error"));
    expect(res.statusCode).toBe(400);
  });

  it("reports its final record at the end, after all releases", () => {
    const { x, res } = begin(new RecordingOwner());
    const calls: string[] = [];
    x.atEnd(({ outcome, status, endedAt, startedAt }) => {
      calls.push(`${outcome} ${status}`);
      expect(endedAt).toBeGreaterThanOrEqual(startedAt);
    });
    x.hold(() => calls.push("released"));
    x.reply(replyFor("invalid_path"));
    expect(calls).toEqual([]);
    res.close(true);
    res.emit("close");
    expect(calls).toEqual(["released", "invalid_path 400"]);
  });

  it("ends as client_closed with status 499 when the client left before a response", () => {
    const owner = new RecordingOwner();
    const { res } = begin(owner);
    res.close();
    expect(owner.ends).toEqual(["x:client_closed:499"]);
  });

  it("ends as client_closed when the client left before the last byte of a response", () => {
    const owner = new RecordingOwner();
    const { x, res } = begin(owner);
    x.begin(200, "OK", [], true);
    x.complete();
    res.close(false);
    expect(owner.ends).toEqual(["x:client_closed:200"]);
  });

  it("breaks the connection instead of replying when the response headers are sent already", () => {
    const owner = new RecordingOwner();
    const { x, res } = begin(owner);
    x.begin(200, "OK", [], true);
    x.reply(replyFor("upstream_timeout"));
    expect(res.closed).toBe(true);
    expect(owner.ends).toEqual(["x:upstream_timeout:200"]);
  });

  it("replies with 500 when a guard throws, and names the guard", () => {
    const owner = new RecordingOwner();
    const { x, res } = begin(owner);
    const broken = () => {
      throw new Error("boom");
    };
    run(x, { id: "r", prefix: "/", guards: [{ kind: "auth", run: broken }], forward: () => {} });
    expect(owner.bugs).toEqual(["auth"]);
    expect([res.statusCode, res.body]).toEqual([500, '{"error":"internal_error"}']);
  });
});

describe("a reservation", () => {
  function reserved() {
    const made = begin(new RecordingOwner());
    const settled: string[] = [];
    const reservation = {
      estimate: { tokens: 1, ticks: 1 },
      at: 0,
      settle: ({ tokens, ticks }: Charge) => void settled.push(`${tokens} ${ticks}`),
    };
    return { ...made, reservation, settled };
  }

  const ends: Readonly<Record<string, (x: LiveExchange, res: ModelResponse) => void>> = {
    "is refused later": (x, res) => {
      x.reply(replyFor("client_concurrency_exceeded"));
      res.close(true);
    },
    "is left by its client": (_, res) => res.close(),
    breaks: (x) => {
      x.begin(200, "OK", [], true);
      x.break("upstream_aborted");
    },
    "fails by a bug": (x, res) => {
      x.fail(new Error("boom"), "forward");
      res.close(true);
    },
    "is complete": (x, res) => {
      x.begin(200, "OK", [], true);
      x.complete();
      res.close(true);
    },
  };

  it.each(Object.entries(ends))("of an exchange that %s is settled at nothing, once", (_, end) => {
    const { x, res, reservation, settled } = reserved();
    x.reserve(reservation);
    expect(settled).toEqual([]);
    end(x, res);
    res.emit("close");
    expect(settled).toEqual(["0 0"]);
  });

  it("can be settled before the end, and when the final record is there", () => {
    const { x, res, reservation, settled } = reserved();
    x.reserve(reservation);
    x.hold(() => settled.push("released"));
    x.atEnd(() => x.reservation?.settle({ tokens: 5, ticks: 6 }));
    res.close();
    expect(settled).toEqual(["released", "5 6", "0 0"]);
  });

  it("that comes when the exchange has ended is settled at once", () => {
    const { x, res, reservation, settled } = reserved();
    res.close();
    x.reserve(reservation);
    expect(settled).toEqual(["0 0"]);
  });
});

describe("any interleaving of exchanges", () => {
  type Act = "begin" | "complete" | "break" | "leave" | "refuse" | "late";
  const acts = fc.array(
    fc.record({
      act: fc.constantFrom<Act>("begin", "begin", "complete", "break", "leave", "refuse", "late"),
      which: fc.nat(20),
    }),
    { maxLength: 60 },
  );

  it("never exceeds a limit and leaves every counter at zero", async () => {
    await fc.assert(
      fc.asyncProperty(acts, fc.integer({ min: 1, max: 3 }), fc.nat(3), async (script, max, maxWaiting) => {
        const limits = new Limits();
        const lease = limits.lease();
        const owner = new RecordingOwner();
        const guards = [{ kind: "downstreamInflight", run: downstreamInflight({ max: max + 2 }, lease) }] as const;
        const select = selector({
          id: "r",
          host: "up.example",
          gateKey: "r k",
          gate: lease.gate("r k", max, maxWaiting),
          spec: { limit: { max, maxWaiting, timeoutMs: 60_000 } },
        } as LinkedUpstream);
        const begun: { x: LiveExchange; res: ModelResponse }[] = [];
        let atUpstream = 0;
        const proceed = (x: LiveExchange, { refusal }: Selection): void => {
          if (refusal !== undefined) return x.reply(refusal);
          if (x.done) return;
          atUpstream++;
          expect(atUpstream).toBeLessThanOrEqual(max);
          x.hold(() => atUpstream--);
        };
        const forward = (x: LiveExchange): void => {
          const selection = select(x);
          if (selection instanceof Promise) selection.then((late) => proceed(x, late));
          else proceed(x, selection);
        };
        for (const { act, which } of script) {
          if (act === "begin") {
            const one = begin(owner, String(begun.length));
            begun.push(one);
            run(one.x, { id: "r", prefix: "/", guards, forward });
          } else if (act === "late") {
            await new Promise((resolve) => setImmediate(resolve));
          } else {
            const one = begun[which % Math.max(1, begun.length)];
            if (one === undefined) continue;
            if (act === "complete") {
              one.x.complete();
              one.res.close(true);
            } else if (act === "break") one.x.break("upstream_aborted");
            else if (act === "refuse") one.x.reply(replyFor("upstream_request_failed"));
            else one.res.close();
          }
        }
        for (const { res } of begun) res.close(res.headersSent);
        await new Promise((resolve) => setImmediate(resolve));
        expect(limits.totals()).toEqual({ downstream: 0, clients: 0, upstream: 0, waiting: 0 });
        expect(atUpstream).toBe(0);
        expect(owner.ends).toHaveLength(begun.length);
        expect(owner.bugs).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
