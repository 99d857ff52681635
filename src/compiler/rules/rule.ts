// What is a rule given, and how does it speak? A typed config in, findings at paths out.

import type { CompilerHost } from "../compiler-host.ts";
import type { DiagnosticCode } from "../diagnostics/codes.ts";
import type { Path } from "../diagnostics/location.ts";
import type { Findings, Severity } from "../diagnostics/types.ts";
import { keyLocation, missingLocation, valueLocation } from "../read/locations.ts";
import { locate } from "../read/tree.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import type { ParsedFile } from "../schema/labels.ts";
import { isUnknown } from "../schema/placeholders.ts";

export type Rule = (config: CompleteConfig, context: RuleContext) => void;

export interface Report {
  readonly code: DiagnosticCode;
  /** Where it is not the one of the code. */
  readonly severity?: Severity;
  readonly path: Path;
  readonly message: string;
  readonly help?: string | undefined;
  /** What is wrong at the path: its value, its key, or that it is missing. A value where nothing is said. */
  readonly at?: "value" | "key" | "missing";
  readonly related?: readonly { readonly path: Path; readonly message: string }[];
}

export interface RuleContext {
  readonly file: ParsedFile;
  readonly host: CompilerHost;
  /** To lint, never to serve: what is missing here may be there where it is served. */
  readonly lenient: boolean;
  /** Reports, unless the value at the path is a stand-in. */
  report(report: Report): void;
  /** Whether the value at a path is the file's own, and readable. */
  known(path: Path): boolean;
  /** Whether the file has a value at a path. */
  written(path: Path): boolean;
  /** Whether the scalar at a path stands in the file as it is, without `${…}`. */
  literal(path: Path): boolean;
}

/** What the rules are given besides the config. */
export interface RuleInput extends Pick<RuleContext, "file" | "host" | "lenient"> {
  /** Pointers of stand-ins: nothing is said of them. */
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
    literal(path) {
      const { node } = locate(root, path);
      return node?.kind === "scalar" && !interpolations.has(node);
    },
    report({ code, severity, path, message, help, at, related }) {
      if (!known(at === "missing" ? path.slice(0, -1) : path)) return;
      const place =
        at === "missing"
          ? missingLocation(root, path.slice(0, -1))
          : at === "key"
            ? keyLocation(root, path)
            : valueLocation(root, path);
      const notes = (related ?? []).map((other) => ({
        message: other.message,
        span: valueLocation(root, other.path).span,
      }));
      const others = [...notes, ...place.related];
      findings.add({ code, path, message, help, span: place.span, related: others, ...(severity && { severity }) });
    },
  };
}
