// Checks settings for WebSockets: a token source that only they can use, and routes on which nobody learns what they use.

import type { Rule } from "./rule.ts";
import { eachRoute } from "./walks.ts";

/** Reports a source that only the handshake of a WebSocket can carry, where no route takes any. */
const sourceUnused: Rule = (config, { report, known }) => {
  const first = eachRoute(config).flatMap((upstreams) => upstreams.slice(0, 1));
  if (first.some(({ upstream, pathOf }) => upstream.websocket || !known(pathOf("websocket")))) return;
  config.gateway_auth.token_sources.forEach(({ type }, index) => {
    const path = ["gateway_auth", "token_sources", index, "type"];
    if (type !== "websocket_protocol") return;
    report({
      code: "rule/websocket-source-unused",
      path,
      message: "only WebSockets carry a token here, and no route takes them",
      help: "add `websocket: true` to the `upstream` of a route, or remove this source",
    });
  });
};

/** The forms of APIs without a WebSocket: in theirs nothing tells usage. */
const WITHOUT_SOCKETS: ReadonlySet<string> = new Set(["anthropic", "ollama"]);

/** Reports a metered route that takes WebSockets in a form that none of them has. */
const neverTold: Rule = (config, { report, known }) => {
  if (!config.usage.enabled || !known(["usage", "enabled"])) return;
  const reported = new Set<string>();
  for (const [first] of eachRoute(config)) {
    if (first === undefined) continue;
    const { upstream, pathOf } = first;
    const path = pathOf("websocket");
    if (!upstream.websocket || !known(path) || !known(pathOf("usage", "form"))) continue;
    const { form } = upstream.usage;
    // A default that several routes take is told once.
    if (!WITHOUT_SOCKETS.has(form) || reported.has(path.join("/"))) continue;
    reported.add(path.join("/"));
    report({
      code: "rule/websocket-not-told",
      path,
      message: `what WebSockets use here is never known: there are none in the form ${form}`,
      help: "remove `websocket: true`, or `form`, which then goes by what comes",
    });
  }
};

export const WEBSOCKET_RULES: readonly Rule[] = [sourceUnused, neverTold];
