// How does a config file become a blueprint? The stages in order, and nothing else.

import type { Blueprint } from "../plan/blueprint.ts";
import type { CompilerHost } from "./compiler-host.ts";
import { type Findings, makeFindings } from "./diagnostics/findings.ts";
import type { Result } from "./diagnostics/types.ts";
import { makeExcerpts } from "./excerpts/excerpt.ts";
import { freeze } from "./lower/freeze.ts";
import { lower } from "./lower/index.ts";
import { type Interpolations, interpolate } from "./read/interpolate.ts";
import { parse, type Syntax } from "./read/parse.ts";
import type { Source } from "./read/source.ts";
import { checkConfigTests, type RunConfigTests } from "./rules/config-tests.ts";
import { checkRules } from "./rules/index.ts";
import { ruleContext } from "./rules/rule.ts";
import { complete } from "./schema/defaults.ts";
import { repair } from "./schema/placeholders.ts";
import { settle } from "./schema/to-value.ts";
import { validate } from "./schema/validate.ts";

export type { CompilerHost, FileRead } from "./compiler-host.ts";
export { CODES, type DiagnosticCode } from "./diagnostics/codes.ts";
export { harmless, isWide } from "./diagnostics/printable.ts";
export type { Diagnostic, Result, Severity } from "./diagnostics/types.ts";
export { unreadable } from "./diagnostics/unreadable.ts";
export { readPair } from "./lower/tls-pair.ts";
export { type Source, sourceFromBytes, sourceFromText } from "./read/source.ts";
export type { FailedExpectation, RunConfigTests } from "./rules/config-tests.ts";
export type { ConfigTest } from "./schema/config.generated.ts";

export interface CompileOptions {
  /** A missing variable or file of `${…}` is a warning, and something stands in for it: to lint, never to serve. */
  readonly allowMissingEnv?: boolean;
  /** Runs the config's own tests; without it they are only read. */
  readonly prove?: RunConfigTests;
}

const NOTHING: Interpolations = new Map();

/**
 * Compiles a config file. Pure but for what the host is asked, synchronous, and never throws.
 * @returns the frozen blueprint, or no value when there is an error; all findings of the file either way
 */
export function compile(source: Source, host: CompilerHost, options: CompileOptions = {}): Result<Blueprint> {
  const findings = makeFindings();
  const syntax = parse(source, findings);
  const { blueprint, interpolations } = analyse(syntax, source, host, findings, options);
  const diagnostics = findings.shown(source, makeExcerpts(source, syntax.root, interpolations));
  return blueprint === undefined ? { ok: false, diagnostics } : { ok: true, value: blueprint, diagnostics };
}

interface Analysed {
  readonly blueprint: Blueprint | undefined;
  readonly interpolations: Interpolations;
}

function analyse(
  { root, sound }: Syntax,
  source: Source,
  host: CompilerHost,
  findings: Findings,
  options: CompileOptions,
): Analysed {
  if (!sound || root === undefined) return { blueprint: undefined, interpolations: NOTHING };
  const lenient = options.allowMissingEnv === true;
  const interpolations = interpolate(root, source, host, findings, { allowMissingEnv: lenient });
  const wording = { root, interpolations };
  const settled = settle(root, interpolations, findings);
  const bad = validate(settled.value, settled.unread, wording, findings);
  const { config, unknown } = repair(settled.value, new Set([...bad, ...settled.unread]));
  const completed = complete(config);
  const context = ruleContext({ unknown, wording, host, lenient }, findings);
  checkRules(completed, context);
  const blueprint = findings.failed ? undefined : freeze(lower(completed));
  // With stand-ins for missing values a test would tell nothing.
  if (blueprint !== undefined && options.prove !== undefined && unknown.size === 0) {
    checkConfigTests(completed, blueprint, options.prove, context);
  }
  return { blueprint: findings.failed ? undefined : blueprint, interpolations };
}
