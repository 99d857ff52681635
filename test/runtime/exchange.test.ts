import { EventEmitter } from "node:events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replyFor } from "../../src/plan/replies.ts";
import { Digest } from "../../src/plan/secret.ts";
import type { GatewayRequest, GatewayResponse } from "../../src/runtime/exchange/connection.ts";
import { type ExchangeHost, LiveExchange } from "../../src/runtime/exchange/exchange.ts";
import { noopObserver } from "../../src/runtime/exchange/observer.ts";
import { run } from "../../src/runtime/exchange/run.ts";
import { downstreamInflight } from "../../src/runtime/guards/downstream-inflight.ts";
import { upstreamInflight } from "../../src/runtime/guards/upstream-inflight.ts";
import { Limits } from "../../src/runtime/limits/limits.ts";

/** A response as far as an exchange touches it, closing when the test says. */
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

  /** The last byte is out, or the connection is gone. */
  close(finished = false): void {
    if (this.closed) return;
    this.closed = true;
    this.writableFinished = finished;
    this.emit("close");
  }
}

class Ledger implements ExchangeHost {
  draining = false;
  readonly observer = noopObserver;
  ends: string[] = [];
  bugs: string[] = [];

  finished(x: LiveExchange): void {
    this.ends.push(`${x.id}:${x.outcome}:${x.status}`);
  }

  bug(_x: LiveExchange, _err: unknown, by: string): void {
    this.bugs.push(by);
  }
}

function begin(host: ExchangeHost, id = "x"): { x: LiveExchange; res: ModelResponse } {
  const res = new ModelResponse();
  const req = { method: "POST", rawHeaders: [], complete: true, socket: {} } as unknown as GatewayRequest;
  return {
    x: new LiveExchange(
      host,
      { formatError: undefined, addCors: undefined },
      id,
      req,
      res as unknown as GatewayResponse,
    ),
    res,
  };
}

describe("an exchange", () => {
  it("answers once, releases newest first, ends once", () => {
    const ledger = new Ledger();
    const { x, res } = begin(ledger);
    const released: number[] = [];
    for (const n of [1, 2, 3]) x.hold(() => released.push(n));
    x.reply(replyFor("unauthorized"));
    res.close(true);
    res.emit("close");
    expect(released).toEqual([3, 2, 1]);
    expect(ledger.ends).toEqual(["x:unauthorized:401"]);
    x.hold(() => released.push(4));
    expect(released).toEqual([3, 2, 1, 4]);
    x.reply(replyFor("internal_error"));
    expect(res.statusCode).toBe(401);
  });

  it("is the client's end when nobody answered, with status 499", () => {
    const ledger = new Ledger();
    const { res } = begin(ledger);
    res.close();
    expect(ledger.ends).toEqual(["x:client_closed:499"]);
  });

  it("is the client's end when it left before the last byte of a whole response", () => {
    const ledger = new Ledger();
    const { x, res } = begin(ledger);
    x.begin(200, "OK", [], true);
    x.complete();
    res.close(false);
    expect(ledger.ends).toEqual(["x:client_closed:200"]);
  });

  it("breaks instead of answering after the head", () => {
    const ledger = new Ledger();
    const { x, res } = begin(ledger);
    x.begin(200, "OK", [], true);
    x.reply(replyFor("upstream_timeout"));
    expect(res.closed).toBe(true);
    expect(ledger.ends).toEqual(["x:upstream_timeout:200"]);
  });

  it("answers a bug of a step with 500 and names the step", () => {
    const ledger = new Ledger();
    const { x, res } = begin(ledger);
    const broken = () => {
      throw new Error("boom");
    };
    run(x, { id: "r", prefix: "/", guards: [{ kind: "auth", run: broken }], forward: () => {} });
    expect(ledger.bugs).toEqual(["auth"]);
    expect([res.statusCode, res.body]).toEqual([500, '{"error":"internal_error"}']);
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
        const state = new Limits();
        const claim = state.lease();
        const ledger = new Ledger();
        const guards = [
          { kind: "downstreamInflight", run: downstreamInflight({ max: max + 2 }, claim) },
          {
            kind: "upstreamInflight",
            run: upstreamInflight(
              { routeId: "r", keyDigest: Digest.of("k"), max, maxWaiting, timeoutMs: 60_000 },
              claim,
            ),
          },
        ] as const;
        const begun: { x: LiveExchange; res: ModelResponse }[] = [];
        let atUpstream = 0;
        const forward = (x: LiveExchange): void => {
          atUpstream++;
          expect(atUpstream).toBeLessThanOrEqual(max);
          x.hold(() => atUpstream--);
        };
        for (const { act, which } of script) {
          if (act === "begin") {
            const one = begin(ledger, String(begun.length));
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
        expect(state.totals()).toEqual({ downstream: 0, upstream: 0, waiting: 0 });
        expect(atUpstream).toBe(0);
        expect(ledger.ends).toHaveLength(begun.length);
        expect(ledger.bugs).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
