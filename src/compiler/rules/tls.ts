// Checks the certificate and the key that the gateway serves TLS with.

import type { Path } from "../diagnostics/location.ts";
import { lowerTls } from "../lower/server.ts";
import { type PairReading, readPair } from "../lower/tls-pair.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { quote, shownValue } from "../schema/labels.ts";
import { misreadPath } from "./other-syntax.ts";
import type { Rule, RuleContext } from "./rule.ts";

type Tls = NonNullable<CompleteConfig["inbound_tls"]>;
type Half = "cert" | "key";

const DAY_MS = 86_400_000;

/** Reports files that TLS can't be served with. */
const tlsFiles: Rule = ({ inbound_tls }, context) => {
  if (inbound_tls === undefined) return;
  const { certPath, keyPath, selfSigned } = lowerTls(inbound_tls);
  const path = (half: Half): Path => ["inbound_tls", selfSigned ? `self_signed_${half}_path` : `${half}_path`];
  if (!context.known(path("cert")) || !context.known(path("key"))) return;
  const cert = context.host.readFile(certPath);
  const key = context.host.readFile(keyPath);
  // The gateway makes both at its first start.
  if (selfSigned && !cert.ok && !key.ok) return;
  const name = (half: Half): string => fileName(path(half), inbound_tls, context);
  for (const [half, read] of [["cert", cert] as const, ["key", key] as const]) {
    // A file name with `~` or a reference in it: another rule reports it.
    if (context.literal(path(half)) && misreadPath(half === "cert" ? certPath : keyPath) !== undefined) continue;
    if (!read.ok) reportMissing(path(half), `${name(half)} can't be read: ${read.reason}`, selfSigned, context);
  }
  if (!cert.ok || !key.ok) return;
  const pair = readPair(cert.bytes, key.bytes);
  if (pair.ok) checkDates(path("cert"), name("cert"), pair, selfSigned, context);
  else reportUnusable(path(pair.of), `${name(pair.of)} ${pair.why}`, context);
};

/** The file name as the config has it; the value of a reference is not shown. */
function fileName(path: Path, tls: Tls, { file, written }: RuleContext): string {
  return written(path) ? shownValue(path, file) : quote(String(tls[path.at(-1) as keyof Tls]));
}

function reportMissing(path: Path, message: string, selfSigned: boolean, { report, lenient }: RuleContext): void {
  const help = selfSigned
    ? "one file of the self-signed pair exists: remove it, and the gateway makes a new pair"
    : "check the path and its permissions; relative paths start at the working directory";
  report({ code: "rule/tls-file", path, message, help, ...(lenient && { severity: "warning" }) });
}

function reportUnusable(path: Path, message: string, { report }: RuleContext): void {
  const help = "both files must be PEM, and the key must be the one that the certificate was made for";
  report({ code: "rule/tls-file", path, message, help });
}

function checkDates(
  path: Path,
  name: string,
  { validFrom, validTo }: Extract<PairReading, { ok: true }>,
  selfSigned: boolean,
  { report, host }: RuleContext,
): void {
  const now = host.now?.();
  if (now === undefined || (validFrom <= now && now < validTo)) return;
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const message =
    now < validFrom
      ? `the certificate in ${name} is not valid before ${day(validFrom)}`
      : `the certificate in ${name} expired on ${day(validTo)}, ${Math.ceil((now - validTo) / DAY_MS)} days ago`;
  const help = selfSigned
    ? "restart the gateway: it replaces an expired pair that it has made itself"
    : "replace it with a renewed certificate and its key";
  report({ code: "rule/tls-expired", path, message, help });
}

/** Reports paths of a self-signed pair that is never used. */
const selfSignedUnused: Rule = ({ inbound_tls }, { report, written }) => {
  if (inbound_tls?.cert_path === undefined) return;
  for (const key of ["self_signed_cert_path", "self_signed_key_path"] as const) {
    const path = ["inbound_tls", key];
    if (!written(path)) continue;
    const message = "this key has no effect: with cert_path and key_path, no self-signed certificate is used";
    report({ code: "rule/self-signed-unused", path, at: "key", message, help: "remove this key" });
  }
};

export const TLS_RULES: readonly Rule[] = [tlsFiles, selfSignedUnused];
