// Checks the certificate and the key that the gateway serves TLS with.

import type { Path } from "../diagnostics/location.ts";
import { lowerTls } from "../lower/server.ts";
import { readPair } from "../lower/tls-pair.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { quote, shownValue } from "../schema/labels.ts";
import { misreadPath } from "./other-syntax.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { checkDates, reportUnreadable, reportUnusable } from "./tls-files.ts";

type Tls = NonNullable<CompleteConfig["inbound_tls"]>;
type Half = "cert" | "key";

/** What to do about a pair of the operator's own. A file that can't be read has the usual help. */
const GIVEN_HELP = { unreadable: undefined, expired: "replace it with a renewed certificate and its key" };
const SELF_SIGNED_HELP = {
  unreadable: "one file of the self-signed pair exists: remove it, and the gateway makes a new pair",
  expired: "restart the gateway: it replaces an expired pair that it has made itself",
};

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
  const help = selfSigned ? SELF_SIGNED_HELP : GIVEN_HELP;
  const name = (half: Half): string => fileName(path(half), inbound_tls, context);
  for (const [half, read] of [["cert", cert] as const, ["key", key] as const]) {
    // A file name with `~` or a reference in it: another rule reports it.
    if (context.literal(path(half)) && misreadPath(half === "cert" ? certPath : keyPath) !== undefined) continue;
    if (read.ok) continue;
    reportUnreadable(path(half), `${name(half)} can't be read: ${read.reason}`, context, help.unreadable);
  }
  if (!cert.ok || !key.ok) return;
  const pair = readPair(cert.bytes, key.bytes);
  if (!pair.ok) return reportUnusable(path(pair.of), `${name(pair.of)} ${pair.why}`, context);
  checkDates(path("cert"), name("cert"), pair, context, help.expired);
};

/** The file name as the config has it; the value of a reference is not shown. */
function fileName(path: Path, tls: Tls, { file, written }: RuleContext): string {
  return written(path) ? shownValue(path, file) : quote(String(tls[path.at(-1) as keyof Tls]));
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
