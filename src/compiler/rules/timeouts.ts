// Checks timeouts: those that are most likely meant in seconds, and those that never fire.

import type { Path } from "../diagnostics/location.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { quote } from "../schema/labels.ts";
import type { Rule } from "./rule.ts";
import { eachUpstream } from "./walks.ts";

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
    const message = `${name} is in milliseconds: this is less than ${least === 100 ? "a tenth of a second" : "a second"}`;
    const help = literal(path) ? `did you mean ${ms * 1000}?` : `write at least ${least}`;
    report({ code: "rule/short-timeout", path, message, help });
  }
};

function* eachTimeout(config: CompleteConfig): Generator<Timeout> {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    yield { path: pathOf("connect_timeout_ms"), ms: upstream.connect_timeout_ms, least: 100 };
    yield { path: pathOf("request_timeout_ms"), ms: upstream.request_timeout_ms, least: 1000 };
    yield { path: pathOf("stream_idle_timeout_ms"), ms: upstream.stream_idle_timeout_ms, least: 1000 };
    yield { path: pathOf("sse_keepalive_ms"), ms: upstream.sse_keepalive_ms, least: 1000 };
    yield { path: pathOf("retry", "attempt_timeout_ms"), ms: upstream.retry?.attempt_timeout_ms, least: 1000 };
  }
  yield { path: ["downstream", "send_timeout_ms"], ms: config.downstream.send_timeout_ms, least: 1000 };
  yield { path: ["shutdown", "drain_timeout_ms"], ms: config.shutdown.drain_timeout_ms, least: 1000 };
}

/** Reports a timeout that never fires, because the timeout of the whole request ends first. */
const timeoutOrder: Rule = (config, { report, known, written }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const request = pathOf("request_timeout_ms");
    const check = (at: Path, ms: number | undefined): void => {
      if (ms === undefined || ms < upstream.request_timeout_ms) return;
      // A config that only shortens request_timeout_ms did not choose the default of the other timeout.
      if (!written(at) || !known(at) || !known(request)) return;
      report({
        code: "rule/timeout-order",
        path: at,
        message: `${quote(String(at.at(-1)))} never fires: "request_timeout_ms" covers the same time and ends first`,
        help: "make request_timeout_ms the longer one",
      });
    };
    check(pathOf("connect_timeout_ms"), upstream.connect_timeout_ms);
    check(pathOf("retry", "attempt_timeout_ms"), upstream.retry?.attempt_timeout_ms);
  }
};

/** Reports a keepalive that is never sent, because the stream is broken off before. */
const keepaliveOrder: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const { sse_keepalive_ms: keepalive, stream_idle_timeout_ms: idle } = upstream;
    if (keepalive === undefined || idle === 0 || keepalive < idle) continue;
    const path = pathOf("sse_keepalive_ms");
    if (!known(path) || !known(pathOf("stream_idle_timeout_ms"))) continue;
    const message = 'no keepalive is ever sent: "stream_idle_timeout_ms" ends the stream first';
    report({ code: "rule/timeout-order", path, message, help: "make sse_keepalive_ms the shorter one" });
  }
};

export const TIMEOUT_RULES: readonly Rule[] = [shortTimeout, timeoutOrder, keepaliveOrder];
