// Checks the address that the gateway listens on.

import { isLoopback, readAddress } from "../lower/address.ts";
import { otherSyntaxHelp } from "../schema/pattern-messages.ts";
import type { Rule } from "./rule.ts";

/** Reports an address that the gateway can't listen on. */
const listenAddress: Rule = ({ listen }, { report, literal }) => {
  const path = ["listen"];
  const wrong = wrongAddress(listen);
  if (wrong === undefined) return;
  const help = literal(path) ? wrong.help : undefined;
  report({ code: "rule/listen-address", path, message: wrong.message, help });
};

/** What is wrong with an address to listen on. The help shows a part of it. @param listen a value that fits the schema */
export function wrongAddress(listen: string): { readonly message: string; readonly help?: string } | undefined {
  const address = readAddress(listen);
  if (address === undefined) return { message: "the port must be from 0 to 65535" };
  if (!isWrongHost(address.host, listen)) return undefined;
  const message = "the host is not an IPv4 address, an IPv6 address or a host name";
  const other = otherSyntaxHelp(listen);
  if (other !== undefined) return { message, help: other };
  if (!/^[*+_]$/.test(address.host)) return { message };
  return {
    message,
    help: `write 0.0.0.0:${address.port} for all addresses, or 127.0.0.1:${address.port} for this machine`,
  };
}

/** A host of digits and dots must be an IPv4 address; a host in brackets must be an IPv6 address. */
function isWrongHost(host: string, listen: string): boolean {
  if (listen.startsWith("[")) return !URL.canParse(`http://[${host}]/`);
  if (/^[\d.]+$/.test(host))
    return !/^(?:\d{1,3}\.){3}\d{1,3}$/.test(host) || host.split(".").some((part) => Number(part) > 255);
  return !/^[\w.-]+$/.test(host);
}

/** Reports an address that other machines can reach without TLS: their tokens are sent in clear text. */
const openListen: Rule = ({ listen, inbound_tls }, { report }) => {
  const address = readAddress(listen);
  if (address === undefined || inbound_tls !== undefined || isLoopback(address.host)) return;
  if (isWrongHost(address.host, listen)) return;
  report({
    code: "rule/open-listen",
    path: ["listen"],
    message: "other machines can connect, and without inbound_tls their tokens travel in clear text",
    help: "listen on 127.0.0.1, or put TLS in front",
  });
};

export const LISTEN_RULES: readonly Rule[] = [listenAddress, openListen];
