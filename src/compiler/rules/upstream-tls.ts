// Checks the TLS settings of the connections to upstreams, and the CAs of clients' certificates.

import type { Path } from "../diagnostics/location.ts";
import { isIpAddress } from "../lower/address.ts";
import { readCa } from "../lower/tls-ca.ts";
import { readPair } from "../lower/tls-pair.ts";
import { quote, shownValue } from "../schema/labels.ts";
import { misreadPath } from "./other-syntax.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { checkDates, reportUnreadable, reportUnusable } from "./tls-files.ts";
import { eachUpstream, forAllSharing } from "./walks.ts";

/** Reports a client certificate or its key that can't be used. Half a pair is reported by the schema. */
const clientPair: Rule = (config, context) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const { cert_path, key_path } = upstream.tls ?? {};
    const certPath = pathOf("tls", "cert_path");
    const keyPath = pathOf("tls", "key_path");
    if (cert_path === undefined || key_path === undefined) continue;
    if (!context.known(certPath) || !context.known(keyPath)) continue;
    const cert = readFile(certPath, cert_path, context);
    const key = readFile(keyPath, key_path, context);
    if (cert === undefined || key === undefined) continue;
    const pair = readPair(cert, key);
    const path = !pair.ok && pair.of === "key" ? keyPath : certPath;
    const name = shownValue(path, context.file);
    if (pair.ok) checkDates(path, name, pair, context);
    else reportUnusable(path, `${name} ${pair.why}`, context);
  }
};

/** Reports files of CAs that can't be used. */
const caFiles: Rule = (config, context) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    checkCa(pathOf("tls", "ca_path"), upstream.tls?.ca_path, context);
  }
  checkCa(["inbound_tls", "client_ca_path"], config.inbound_tls?.client_ca_path, context);
};

function checkCa(path: Path, file: string | undefined, context: RuleContext): void {
  if (file === undefined || !context.known(path)) return;
  const bytes = readFile(path, file, context);
  if (bytes === undefined) return;
  const read = readCa(bytes);
  const name = shownValue(path, context.file);
  if (!read.ok) {
    const help = "write the certificates of the CAs in PEM format, one after the other";
    context.report({ code: "rule/tls-file", path, message: `${name} ${read.why}`, help });
  } else if (read.notCa) {
    const message = `${name} has a certificate of a server or client, not of a CA: no other certificate can be checked with it`;
    const help = "use the certificate of the CA that signed it";
    context.report({ code: "rule/tls-file", severity: "warning", path, message, help });
  } else checkDates(path, name, read, context);
}

/** The bytes of a file; `undefined`, and a finding, when it can't be read. */
function readFile(path: Path, file: string, context: RuleContext): Uint8Array | undefined {
  const read = context.host.readFile(file);
  if (read.ok) return read.bytes;
  // A file name with `~` or a reference in it: another rule reports it.
  if (context.literal(path) && misreadPath(file) !== undefined) return undefined;
  reportUnreadable(path, `${shownValue(path, context.file)} can't be read: ${read.reason}`, context);
  return undefined;
}

/** Reports a server name that can't stand in a certificate. An IP address is checked, but not sent as SNI. */
const serverName: Rule = (config, { report }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const name = upstream.tls?.server_name;
    if (name === undefined || isIpAddress(name) || /^(?!-)[a-z\d-]+(?:\.[a-z\d_-]+)*\.?$/i.test(name)) continue;
    const path = pathOf("tls", "server_name");
    const message = '"server_name" must be a host name';
    const help = "write the name alone, without scheme, port and path";
    report({ code: "rule/tls-server-name", path, message, help });
  }
};

/** Reports TLS settings of upstreams without TLS. Inherited ones are meant for other routes. */
const tlsUnused: Rule = (config, { report, known }) => {
  for (const visit of eachUpstream(config)) {
    if (visit.upstream.tls === undefined || visit.inherits("tls")) continue;
    const plain = forAllSharing(visit, "tls", ({ pathOf, baseUrl: read }) => {
      return read.ok && read.target.protocol === "http:" && known(pathOf("base_url"));
    });
    if (!plain) continue;
    report({
      code: "rule/upstream-tls-unused",
      path: visit.pathOf("tls"),
      at: "key",
      message: `${quote("tls")} has no effect: base_url is http, so there is no TLS`,
      help: "write https in base_url, or remove tls",
    });
  }
};

export const UPSTREAM_TLS_RULES: readonly Rule[] = [clientPair, caFiles, serverName, tlsUnused];
