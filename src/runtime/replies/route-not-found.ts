// Builds the reply to a request whose path no route matches. Its message names the prefixes that the gateway looked for.

import { type Reply, replyFor } from "../../plan/replies.ts";

/** How many prefixes the message names. A config can have thousands of routes. */
const NAMED = 8;

/** @param prefixes those of all routes, in the order of the config */
export function routeNotFound(prefixes: readonly string[]): Reply {
  const more = prefixes.length - NAMED;
  const named = prefixes.slice(0, NAMED).join(", ") + (more > 0 ? `, and ${more} more` : "");
  return replyFor("route_not_found", {
    message: `No route of the gateway matches this path. Check the base URL: its path must start with the prefix of a route. The prefixes are: ${named}.`,
  });
}
