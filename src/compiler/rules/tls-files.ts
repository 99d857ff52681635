// Can TLS be served with the files that the config names?

import type { Path } from "../diagnostics/location.ts";
import { lowerTls } from "../lower/server.ts";
import { type PairReading, readPair } from "../lower/tls-pair.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { quote, shownValue } from "../schema/labels.ts";
import type { Rule, RuleContext } from "./rule.ts";

type Tls = NonNullable<CompleteConfig["inbound_tls"]>;
type Half = "cert" | "key";

const DAY_MS = 86_400_000;

export const tlsFiles: Rule = ({ inbound_tls }, context) => {
  if (inbound_tls === undefined) return;
  const { certPath, keyPath, selfSigned } = lowerTls(inbound_tls);
  const path = (half: Half): Path => ["inbound_tls", selfSigned ? `self_signed_${half}_path` : `${half}_path`];
  if (!context.known(path("cert")) || !context.known(path("key"))) return;
  const cert = context.host.readFile(certPath);
  const key = context.host.readFile(keyPath);
  // Both are made at the first start.
  if (selfSigned && !cert.ok && !key.ok) return;
  const name = (half: Half): string => nameOf(path(half), inbound_tls, context);
  for (const [half, read] of [["cert", cert] as const, ["key", key] as const]) {
    if (!read.ok) unreadable(path(half), `${name(half)} can't be read: ${read.reason}`, selfSigned, context);
  }
  if (!cert.ok || !key.ok) return;
  const pair = readPair(cert.bytes, key.bytes);
  if (pair.ok) checkDates(path("cert"), name("cert"), pair, context);
  else unfit(path(pair.of), `${name(pair.of)} ${pair.why}`, context);
};

/** The file as it is named in the config; what a reference stands for is not shown. */
function nameOf(path: Path, tls: Tls, { file, written }: RuleContext): string {
  return written(path) ? shownValue(path, file) : quote(String(tls[path.at(-1) as keyof Tls]));
}

function unreadable(path: Path, message: string, selfSigned: boolean, { report, lenient }: RuleContext): void {
  const help = selfSigned
    ? "one half of the self-signed pair is there: remove it to have a new pair made"
    : "look at the path and its permissions; relative paths are taken from the working directory";
  report({ code: "rule/tls-file", path, message, help, ...(lenient && { severity: "warning" }) });
}

function unfit(path: Path, message: string, { report }: RuleContext): void {
  report({
    code: "rule/tls-file",
    path,
    message,
    help: "both files are PEM; the key is the one the certificate was made for",
  });
}

function checkDates(
  path: Path,
  name: string,
  { validFrom, validTo }: Extract<PairReading, { ok: true }>,
  { report, host }: RuleContext,
): void {
  const now = host.now?.();
  if (now === undefined || (validFrom <= now && now < validTo)) return;
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const message =
    now < validFrom
      ? `the certificate in ${name} is not valid before ${day(validFrom)}`
      : `the certificate in ${name} expired on ${day(validTo)}, ${Math.ceil((now - validTo) / DAY_MS)} days ago`;
  report({ code: "rule/tls-expired", path, message, help: "put a renewed pair in its place" });
}
