// Is a self-signed pair named that is never used?

import type { Rule } from "./rule.ts";

export const selfSignedUnused: Rule = ({ inbound_tls }, { report, written }) => {
  if (inbound_tls?.cert_path === undefined) return;
  for (const key of ["self_signed_cert_path", "self_signed_key_path"] as const) {
    const path = ["inbound_tls", key];
    if (!written(path)) continue;
    const message = "with cert_path and key_path there is no self-signed certificate";
    report({ code: "rule/self-signed-unused", path, at: "key", message, help: "drop this key" });
  }
};
