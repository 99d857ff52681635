// Can the outbound proxy be reached at its address?

import { readAddress } from "../lower/address.ts";
import type { Rule } from "./rule.ts";

export const proxyAddress: Rule = ({ routes }, { report }) => {
  routes.forEach(({ upstream: { proxy } }, route) => {
    if (proxy === undefined) return;
    const address = readAddress(proxy.address);
    if (address !== undefined && address.port > 0) return;
    const path = ["routes", route, "upstream", "proxy", "address"];
    report({ code: "rule/proxy-address", path, message: "the port must be from 1 to 65535" });
  });
};
