// Compiles a config file to a blueprint: runs the stages in order, and collects the findings of all of them.

import type { Blueprint } from "../plan/blueprint.ts";
import type { CompilerHost } from "./compiler-host.ts";
import { makeFindings } from "./diagnostics/findings.ts";
import type { Diagnostic, Findings } from "./diagnostics/types.ts";
import { makeExcerpts } from "./excerpts/excerpt.ts";
import { type ConfigKeys, configKeys } from "./lower/config-keys.ts";
import { freeze } from "./lower/freeze.ts";
import { lower } from "./lower/index.ts";
import { type Interpolations, interpolate } from "./read/interpolate.ts";
import { parse, type Syntax } from "./read/parse.ts";
import type { Source } from "./read/source.ts";
import { checkConfigTests, type RunConfigTests } from "./rules/config-tests.ts";
import { checkRules } from "./rules/index.ts";
import { ruleContext } from "./rules/rule.ts";
import { type CompleteConfig, complete } from "./schema/defaults.ts";
import { withPlaceholders } from "./schema/placeholders.ts";
import { toValue } from "./schema/to-value.ts";
import { validate } from "./schema/validate.ts";

export type { CompilerHost, FileRead } from "./compiler-host.ts";
export { CODES, type DiagnosticCode } from "./diagnostics/codes.ts";
export { harmless, isWide } from "./diagnostics/printable.ts";
export { suggest } from "./diagnostics/suggest.ts";
export type { Diagnostic, Severity } from "./diagnostics/types.ts";
export { unreadable } from "./diagnostics/unreadable.ts";
export { type Listener, readListener } from "./listener.ts";
export { isLoopback } from "./lower/address.ts";
export type { ConfigKeys } from "./lower/config-keys.ts";
export { claimsHash, tokenSpec } from "./lower/gateway-token.ts";
export { proxyVariables } from "./lower/proxy-env.ts";
export { readTime } from "./lower/time.ts";
export { hasCertificate, readPair } from "./lower/tls-pair.ts";
export { type Source, sourceFromBytes, sourceFromText } from "./read/source.ts";
export type { FailedExpectation, RunConfigTests } from "./rules/config-tests.ts";
export type { ConfigTest } from "./schema/config.generated.ts";

export interface CompileOptions {
  /**
   * Makes a missing variable or file of `${…}` a warning and puts a placeholder in its place. A missing TLS file is a
   * warning, too. Only for checking a config, never for serving it.
   */
  readonly allowMissingEnv?: boolean;
  /** Runs the config's own tests. Without it they are read but not run. */
  readonly runConfigTests?: RunConfigTests;
}

/** The result of a compilation. */
export type Compiled =
  | {
      readonly ok: true;
      readonly value: Blueprint;
      readonly diagnostics: readonly Diagnostic[];
      /** Makes the keys of the config, to compare them later. It holds the config, secrets included, so it must not be kept. */
      readonly keys: () => ConfigKeys;
      /** The upstreams that say nothing about an outbound proxy, not even `none`: their ids, by the id of their route. */
      readonly withoutProxy: UpstreamNames;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Ids of upstreams, by the id of their route. */
type UpstreamNames = ReadonlyMap<string, ReadonlySet<string>>;

const NO_NAMES: UpstreamNames = new Map();

const NO_INTERPOLATIONS: Interpolations = new Map();

/**
 * Compiles a config file. It is synchronous, asks nothing but the host, and never throws.
 * @returns the frozen blueprint, or no value when there is an error; all findings of the file in both cases
 */
export function compile(source: Source, host: CompilerHost, options: CompileOptions = {}): Compiled {
  const findings = makeFindings();
  const syntax = parse(source, findings);
  const {
    blueprint,
    interpolations,
    value,
    withoutProxy = NO_NAMES,
  } = analyse(syntax, source, host, findings, options);
  const diagnostics = findings.shown(source, makeExcerpts(source, syntax.root, interpolations));
  if (blueprint === undefined) return { ok: false, diagnostics };
  return { ok: true, value: blueprint, diagnostics, keys: () => configKeys(value), withoutProxy };
}

interface Analysed {
  readonly blueprint: Blueprint | undefined;
  readonly interpolations: Interpolations;
  /** The config as the file has it, with its references replaced. */
  readonly value?: unknown;
  readonly withoutProxy?: UpstreamNames;
}

function analyse(
  { root, sound }: Syntax,
  source: Source,
  host: CompilerHost,
  findings: Findings,
  options: CompileOptions,
): Analysed {
  if (!sound || root === undefined) return { blueprint: undefined, interpolations: NO_INTERPOLATIONS };
  const lenient = options.allowMissingEnv === true;
  const interpolations = interpolate(root, source, host, findings, { allowMissingEnv: lenient });
  const file = { root, interpolations };
  const { value, unreadable } = toValue(root, interpolations, findings);
  const bad = validate(value, unreadable, file, findings);
  const { config, unknown } = withPlaceholders(value, new Set([...bad, ...unreadable]));
  const completed = complete(config);
  const context = ruleContext({ unknown, file, host, lenient }, findings);
  checkRules(completed, context);
  const blueprint = findings.failed ? undefined : freeze(lower(completed, (name) => host.env(name)));
  // With placeholders for missing values, the result of a test would mean nothing.
  if (blueprint !== undefined && options.runConfigTests !== undefined && unknown.size === 0) {
    checkConfigTests(completed, blueprint, options.runConfigTests, context);
  }
  return {
    blueprint: findings.failed ? undefined : blueprint,
    interpolations,
    value,
    withoutProxy: withoutProxy(completed),
  };
}

function withoutProxy({ routes }: CompleteConfig): UpstreamNames {
  return new Map(
    routes.map(({ id, members }) => {
      const silent = members.filter(({ upstream }) => upstream.proxy === undefined);
      return [id, new Set(silent.map((member) => member.id ?? id))];
    }),
  );
}
