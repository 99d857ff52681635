// Defines a rule: a function that checks the typed config and reports findings at paths.

import type { CompilerHost } from "../compiler-host.ts";
import type { DiagnosticCode } from "../diagnostics/codes.ts";
import type { Path } from "../diagnostics/location.ts";
import type { Findings, Severity } from "../diagnostics/types.ts";
import type { ReferenceValue } from "../read/interpolate.ts";
import { keyLocation, type Location, missingLocation, valueLocation } from "../read/locations.ts";
import { locate, type Node } from "../read/tree.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import type { ParsedFile } from "../schema/labels.ts";
import { isUnknown } from "../schema/placeholders.ts";

export type Rule = (config: CompleteConfig, context: RuleContext) => void;

export interface Report {
  readonly code: DiagnosticCode;
  /** The severity, where it differs from the severity of the code. */
  readonly severity?: Severity;
  readonly path: Path;
  readonly message: string;
  readonly help?: string | undefined;
  /** The part that is wrong at the path: its value (the default), its key, or that it is missing. */
  readonly at?: "value" | "key" | "missing";
  readonly related?: readonly { readonly path: Path; readonly message: string }[];
}

export interface RuleContext {
  readonly file: ParsedFile;
  readonly host: CompilerHost;
  /** The config is only checked, not served: a file that is missing here may exist where it is served. */
  readonly lenient: boolean;
  /** Reports a finding, unless the value at the path is a placeholder. */
  report(report: Report): void;
  /** Whether the value at a path is not a placeholder. */
  known(path: Path): boolean;
  /** Whether the file has a value at a path. */
  written(path: Path): boolean;
  /** The keys that the file has in the mapping at a path. */
  keys(path: Path): readonly string[];
  /** Whether the scalar at a path is written in the file as it is, without `${…}`. */
  literal(path: Path): boolean;
  /** What the references of the scalar at a path became. The texts may be secrets and must not be shown. */
  references(path: Path): readonly ReferenceValue[];
}

/** What a rule context is made of. */
export interface RuleInput extends Pick<RuleContext, "file" | "host" | "lenient"> {
  /** Pointers of the placeholders: nothing is reported about them. */
  readonly unknown: ReadonlySet<string>;
}

export function ruleContext({ unknown, file, host, lenient }: RuleInput, findings: Findings): RuleContext {
  const { root, interpolations } = file;
  const known = (path: Path): boolean => !isUnknown(unknown, path);
  return {
    file,
    host,
    lenient,
    known,
    written: (path) => locate(root, path).node !== undefined,
    keys(path) {
      const { node } = locate(root, path);
      return node?.kind === "map" ? [...node.entries.keys()] : [];
    },
    literal(path) {
      const { node } = locate(root, path);
      return node?.kind === "scalar" && !interpolations.has(node);
    },
    references(path) {
      const { node } = locate(root, path);
      return (node?.kind === "scalar" && interpolations.get(node)?.values) || [];
    },
    report({ code, severity, path, message, help, at, related }) {
      if (!known(at === "missing" ? path.slice(0, -1) : path)) return;
      const location = locationOf(root, path, at);
      const notes = (related ?? []).map((other) => ({
        message: other.message,
        span: valueLocation(root, other.path).span,
      }));
      const others = [...notes, ...location.related];
      findings.add({ code, path, message, help, span: location.span, related: others, ...(severity && { severity }) });
    },
  };
}

function locationOf(root: Node | undefined, path: Path, at: Report["at"]): Location {
  if (at === "missing") return missingLocation(root, path.slice(0, -1));
  return at === "key" ? keyLocation(root, path) : valueLocation(root, path);
}
