// Reports certificate and key files that can't be used: those of the gateway, of its clients' CAs, and of upstreams.

import type { Path } from "../diagnostics/location.ts";
import type { RuleContext } from "./rule.ts";

const DAY_MS = 86_400_000;

/** Reports a file that can't be read. @param help the usual one if it is left out */
export function reportUnreadable(
  path: Path,
  message: string,
  { report, lenient }: RuleContext,
  help = "check the path and its permissions; relative paths start at the working directory",
): void {
  report({ code: "rule/tls-file", path, message, help, ...(lenient && { severity: "warning" }) });
}

/** Reports a certificate and a key that don't fit, or that are something else. */
export function reportUnusable(path: Path, message: string, { report }: RuleContext): void {
  const help = "both files must be PEM, and the key must be the one that the certificate was made for";
  report({ code: "rule/tls-file", path, message, help });
}

/**
 * Reports a certificate that is not valid yet, or not any more.
 * @param name the file, as it may be shown
 * @param dates ms since the epoch
 */
export function checkDates(
  path: Path,
  name: string,
  { validFrom, validTo }: { readonly validFrom: number; readonly validTo: number },
  { report, host }: RuleContext,
  help = "replace it with a renewed certificate",
): void {
  const now = host.now?.();
  if (now === undefined || (validFrom <= now && now < validTo)) return;
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const message =
    now < validFrom
      ? `the certificate in ${name} is not valid before ${day(validFrom)}`
      : `the certificate in ${name} expired on ${day(validTo)}, ${Math.ceil((now - validTo) / DAY_MS)} days ago`;
  report({ code: "rule/tls-expired", path, message, help });
}
