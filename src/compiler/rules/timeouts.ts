// Checks timeouts: those that are most likely meant in seconds, and those that never fire.

import type { Path } from "../diagnostics/location.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { quote } from "../schema/labels.ts";
import type { Rule } from "./rule.ts";
import { eachUpstream, forAllSharing, type UpstreamVisit } from "./walks.ts";

/** A timeout, with the least value that makes sense in ms. */
interface Timeout {
  readonly path: Path;
  readonly ms: number | undefined;
  readonly least: number;
}

/** Reports a timeout that is so short that its number was meant in seconds. Where 0 is allowed, it means no limit and is not reported. */
const shortTimeout: Rule = (config, { report, written, literal }) => {
  for (const { path, ms, least } of eachTimeout(config)) {
    if (ms === undefined || ms === 0 || ms >= least || !written(path)) continue;
    const name = quote(String(path.at(-1)));
    const message = `${name} is in milliseconds: this is less than ${AMOUNTS[least] ?? "a second"}`;
    const help = literal(path) ? `did you mean ${ms * 1000}?` : `write at least ${least}`;
    report({ code: "rule/short-timeout", path, message, help });
  }
};

/** What the smaller ones of the least values are called. */
const AMOUNTS: Readonly<Record<number, string>> = { 10: "a hundredth of a second", 100: "a tenth of a second" };

function* eachTimeout(config: CompleteConfig): Generator<Timeout> {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    yield { path: pathOf("connect_timeout_ms"), ms: upstream.connect_timeout_ms, least: 100 };
    yield { path: pathOf("request_timeout_ms"), ms: upstream.request_timeout_ms, least: 1000 };
    yield { path: pathOf("first_byte_timeout_ms"), ms: upstream.first_byte_timeout_ms, least: 1000 };
    yield { path: pathOf("stream_idle_timeout_ms"), ms: upstream.stream_idle_timeout_ms, least: 1000 };
    yield { path: pathOf("sse_keepalive_ms"), ms: upstream.sse_keepalive_ms, least: 1000 };
    yield { path: pathOf("retry", "attempt_timeout_ms"), ms: upstream.retry?.attempt_timeout_ms, least: 1000 };
  }
  for (const [index, { cooldown }] of config.routes.entries()) {
    if (cooldown.ms < 1000) yield { path: ["routes", index, "cooldown", "ms"], ms: cooldown.ms, least: 1000 };
    if (cooldown.max_ms < 1000)
      yield { path: ["routes", index, "cooldown", "max_ms"], ms: cooldown.max_ms, least: 1000 };
  }
  yield { path: ["downstream", "send_timeout_ms"], ms: config.downstream.send_timeout_ms, least: 1000 };
  yield { path: ["shutdown", "drain_timeout_ms"], ms: config.shutdown.drain_timeout_ms, least: 1000 };
  yield { path: ["state", "redis", "timeout_ms"], ms: config.state.redis?.timeout_ms, least: 10 };
}

/** Reports a timeout that never fires, because another one covers the same time and ends first. */
const timeoutOrder: Rule = (config, { report, known, written }) => {
  for (const visit of eachUpstream(config)) {
    const { connect_timeout_ms: connect, retry } = visit.upstream;
    const check = (ms: number | undefined, other: Other, key: "connect_timeout_ms" | "retry", ...inside: string[]) => {
      if (ms === undefined || !endsFirst(visit, other, ms)) return;
      const path = visit.pathOf(key, ...inside);
      // A config that only shortens the other timeout did not choose the default of this one.
      if (!written(path) || !known(path)) return;
      if (!forAllSharing(visit, key, (one) => endsFirst(one, other, ms) && known(one.pathOf(other)))) return;
      report({
        code: "rule/timeout-order",
        path,
        message: `${quote(String(path.at(-1)))} never fires: "${other}" covers the same time and ends first`,
        help: `make ${other} the longer one`,
      });
    };
    check(connect, "request_timeout_ms", "connect_timeout_ms");
    check(retry?.attempt_timeout_ms, "request_timeout_ms", "retry", "attempt_timeout_ms");
    // Both begin with the attempt, and the first byte of a body never comes before the head.
    check(retry?.attempt_timeout_ms, "first_byte_timeout_ms", "retry", "attempt_timeout_ms");
  }
};

type Other = "request_timeout_ms" | "first_byte_timeout_ms";

function endsFirst({ upstream }: UpstreamVisit, other: Other, ms: number): boolean {
  return ms >= (upstream[other] ?? Number.POSITIVE_INFINITY);
}

/** Reports a keepalive that is never sent, because the stream is broken off before. */
const keepaliveOrder: Rule = (config, { report, known }) => {
  for (const visit of eachUpstream(config)) {
    if (visit.upstream.sse_keepalive_ms === undefined) continue;
    const path = visit.pathOf("sse_keepalive_ms");
    const useless = forAllSharing(visit, "sse_keepalive_ms", ({ upstream, pathOf }) => {
      const { sse_keepalive_ms: keepalive = 0, stream_idle_timeout_ms: idle } = upstream;
      return idle !== 0 && keepalive >= idle && known(pathOf("stream_idle_timeout_ms"));
    });
    if (!useless || !known(path)) continue;
    const message = 'no keepalive is ever sent: "stream_idle_timeout_ms" ends the stream first';
    report({ code: "rule/timeout-order", path, message, help: "make sse_keepalive_ms the shorter one" });
  }
};

export const TIMEOUT_RULES: readonly Rule[] = [shortTimeout, timeoutOrder, keepaliveOrder];
