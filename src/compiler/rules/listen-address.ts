// Can the gateway listen there?

import { readAddress } from "../lower/address.ts";
import type { Rule } from "./rule.ts";

export const listenAddress: Rule = ({ listen }, { report }) => {
  const path = ["listen"];
  const address = readAddress(listen);
  if (address === undefined) {
    report({ code: "rule/listen-address", path, message: "the port must be from 0 to 65535" });
    return;
  }
  if (!isWrongAddress(address.host, listen)) return;
  report({ code: "rule/listen-address", path, message: "the host is no IPv4 address, IPv6 address or host name" });
};

/** All digits and dots is an IPv4 address or nothing; brackets hold an IPv6 address. */
export function isWrongAddress(host: string, listen: string): boolean {
  if (listen.startsWith("[")) return !URL.canParse(`http://[${host}]/`);
  if (/^[\d.]+$/.test(host))
    return !/^(?:\d{1,3}\.){3}\d{1,3}$/.test(host) || host.split(".").some((part) => Number(part) > 255);
  return !/^[\w.-]+$/.test(host);
}
