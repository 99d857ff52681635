// Do tokens travel in clear text? They do when others can connect and there is no TLS.

import { isLoopback, readAddress } from "../lower/address.ts";
import { isWrongAddress } from "./listen-address.ts";
import type { Rule } from "./rule.ts";

export const openListen: Rule = ({ listen, inbound_tls }, { report }) => {
  const address = readAddress(listen);
  if (
    address === undefined ||
    inbound_tls !== undefined ||
    isLoopback(address.host) ||
    isWrongAddress(address.host, listen)
  )
    return;
  report({
    code: "rule/open-listen",
    path: ["listen"],
    message: "other machines can connect, and without inbound_tls their tokens travel in clear text",
    help: "listen on 127.0.0.1, or put TLS in front",
  });
};
