// Checks where logs, metrics and traces go, and who can read the metrics.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { type Address, isLoopback, isPrivate, readAddress } from "../lower/address.ts";
import { tokenSpec } from "../lower/gateway-token.ts";
import { eachToken } from "./each-token.ts";
import { wrongAddress } from "./listen.ts";
import { BUILT_IN_PATHS } from "./routes.ts";
import type { Rule } from "./rule.ts";

const LOGGING = ["observability", "logging"];
const METRICS = ["observability", "metrics"];
const TRACING = ["observability", "tracing"];

/** Reports a log that is written nowhere. */
const noLogSink: Rule = ({ observability: { logging } }, { report, known }) => {
  if (logging.to_stdout || logging.file?.enabled === true) return;
  if (!known([...LOGGING, "file"]) || !known([...LOGGING, "file", "enabled"])) return;
  report({
    code: "rule/no-log-sink",
    path: [...LOGGING, "to_stdout"],
    message: "the log has no output: to_stdout is false and there is no file",
    help: "set to_stdout: true, or add `file`",
  });
};

/** Reports metrics without a token: they are served only to clients that have one. */
const metricsTokenMissing: Rule = ({ observability: { metrics } }, { report, known }) => {
  const path = [...METRICS, "token"];
  if (!metrics.enabled || metrics.token !== undefined || !known(path)) return;
  const message = 'metrics are enabled, but "token" is missing';
  const help = "for example `token: ${METRICS_TOKEN}`";
  report({ code: "rule/metrics-token-missing", path, at: "missing", message, help });
};

/** Reports a metrics token that is also a gateway token. */
const metricsTokenReused: Rule = (config, { report, known }) => {
  const { metrics } = config.observability;
  const path = [...METRICS, "token"];
  if (metrics.token === undefined || !known(path)) return;
  const digest = tokenSpec(metrics.token).digest.reveal();
  const same = eachToken(config).find((token) => token.digest === digest && known(token.path));
  if (same === undefined) return;
  report({
    code: "rule/metrics-token-reused",
    path,
    message: "the metrics token is a gateway token too: every client could read the metrics",
    help: "use a separate token for the metrics",
    related: [{ path: same.path, message: "the gateway token" }],
  });
};

/** Reports a metrics path, or the path of its page, that is a built-in endpoint. */
const metricsPath: Rule = ({ observability: { metrics } }, { report }) => {
  const taken = BUILT_IN_PATHS.find((path) => metrics.path === path || `${metrics.path}/ui` === path);
  if (taken === undefined) return;
  report({
    code: "rule/metrics-path",
    path: [...METRICS, "path"],
    message: `${taken} is a built-in endpoint`,
    help: "choose another path, such as /metrics",
  });
};

/** Reports a metrics address that can't be listened on, that is taken, or that other machines can reach: it has no TLS. */
const metricsListen: Rule = (config, { report, known }) => {
  const { metrics } = config.observability;
  const path = [...METRICS, "listen"];
  if (metrics.listen === undefined || !known(path)) return;
  const wrong = wrongAddress(metrics.listen);
  const address = readAddress(metrics.listen);
  if (wrong !== undefined || address === undefined) {
    report({ code: "rule/listen-address", path, ...wrong, message: wrong?.message ?? "this is not host:port" });
    return;
  }
  const main = known(["listen"]) ? readAddress(config.listen) : undefined;
  if (main !== undefined && collide(address, main)) {
    report({
      code: "rule/metrics-listen",
      path,
      message: "the gateway listens on this address already",
      help: "choose another port, or remove it to serve the metrics beside the routes",
      related: [{ path: ["listen"], message: "the address of the routes" }],
    });
  } else if (metrics.enabled && !isLoopback(address.host) && !isPrivate(address.host)) {
    report({
      code: "rule/open-listen",
      path,
      message: "other machines can connect, and this address has no TLS: the metrics token travels in clear text",
      help: "listen on 127.0.0.1 or on a private address",
    });
  }
};

const EVERY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** Whether two listeners can't have these addresses at once. Port 0 takes a free one. */
function collide(a: Address, b: Address): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  return a.host === b.host || EVERY_ADDRESS.has(a.host) || EVERY_ADDRESS.has(b.host);
}

/** Reports a collector URL that can't be parsed. */
const otlpEndpoint: Rule = ({ observability: { tracing } }, { report }) => {
  if (tracing.otlp === undefined || URL.canParse(tracing.otlp.endpoint)) return;
  const help = "write scheme, host and port, such as http://127.0.0.1:4317";
  const message = "this is not a valid URL";
  report({ code: "rule/otlp-endpoint", path: [...TRACING, "otlp", "endpoint"], message, help });
};

/** Reports tracing without a collector. */
const tracingWithoutCollector: Rule = ({ observability: { tracing } }, { report }) => {
  if (!tracing.enabled || tracing.otlp !== undefined) return;
  report({
    code: "rule/tracing-unused",
    path: [...TRACING, "enabled"],
    message: "tracing is enabled, but no collector is set",
    help: "add `otlp` with the collector's `endpoint`",
  });
};

/** Reports tracing that samples nothing. */
const tracingWithoutSamples: Rule = ({ observability: { tracing } }, { report }) => {
  if (!tracing.enabled || tracing.sample_ratio !== 0) return;
  report({
    code: "rule/tracing-unused",
    path: [...TRACING, "sample_ratio"],
    message: "tracing is enabled, but no request is sampled",
    help: "raise sample_ratio, or disable tracing",
  });
};

export const OBSERVABILITY_RULES: readonly Rule[] = [
  noLogSink,
  metricsTokenMissing,
  metricsTokenReused,
  metricsPath,
  metricsListen,
  otlpEndpoint,
  tracingWithoutCollector,
  tracingWithoutSamples,
];
