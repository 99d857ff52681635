// Reads only where a config listens, also from a config with errors elsewhere: for a health check, which asks a gateway that
// is running already.

import type { CompilerHost } from "./compiler-host.ts";
import { makeFindings } from "./diagnostics/findings.ts";
import { readAddress } from "./lower/address.ts";
import { interpolate } from "./read/interpolate.ts";
import { parse } from "./read/parse.ts";
import type { Source } from "./read/source.ts";
import { toValue } from "./schema/to-value.ts";

export interface Listener {
  /** An IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Clients must show a certificate. */
  readonly asksClients: boolean;
}

const KEYS: readonly string[] = ["listen", "inbound_tls"];

/** Where a config listens; `undefined` when its YAML is broken or `listen` has no usable value. Reads no other keys. */
export function readListener(source: Source, host: CompilerHost): Listener | undefined {
  const findings = makeFindings();
  const { root, sound } = parse(source, findings);
  if (!sound || root?.kind !== "map") return undefined;
  const entries = new Map([...root.entries].filter(([key]) => KEYS.includes(key)));
  const part = { ...root, entries };
  const interpolations = interpolate(part, source, host, findings, { allowMissingEnv: false });
  const { value, unreadable } = toValue(part, interpolations, findings);
  const { listen, inbound_tls } = value as { readonly listen?: unknown; readonly inbound_tls?: unknown };
  if (typeof listen !== "string" || unreadable.has("/listen")) return undefined;
  const address = readAddress(listen);
  if (address === undefined) return undefined;
  const tls = typeof inbound_tls === "object" && inbound_tls !== null ? inbound_tls : undefined;
  return { ...address, tls: tls !== undefined, asksClients: tls !== undefined && "client_ca_path" in tls };
}
