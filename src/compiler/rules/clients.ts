// Checks the clients: their ids, the routes that they may use, and when they expire.

import type { Path } from "../diagnostics/location.ts";
import { suggest } from "../diagnostics/suggest.ts";
import { readTime } from "../lower/time.ts";
import type { CompleteConfig } from "../schema/defaults.ts";
import { literalAt, quote, shownValue } from "../schema/labels.ts";
import { eachToken } from "./each-token.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { eachDuplicate } from "./walks.ts";

/** The path of a client, or of a part of it. */
export function clientPath(index: number, ...inside: (string | number)[]): Path {
  return ["gateway_auth", "clients", index, ...inside];
}

/** Reports two clients with one id: the log, the dashboard and limits could not distinguish them. */
const duplicateClientId: Rule = ({ gateway_auth: { clients } }, { report, known, file }) => {
  const at = (index: number) => clientPath(index, "id");
  for (const { index, first } of eachDuplicate(clients, ({ id }, i) => (known(at(i)) ? id : undefined))) {
    report({
      code: "rule/duplicate-client-id",
      path: at(index),
      message: `the id ${shownValue(at(index), file)} is taken by another client`,
      help: "give each client an id of its own; one client may have several tokens",
      related: [{ path: at(first), message: "first used here" }],
    });
  }
};

/** Reports a route that a client may use, but that does not exist. */
const unknownRoute: Rule = (config, context) => {
  const { routes } = config;
  const { report, known, file } = context;
  // What may be an id of a route is no mistake.
  if (!known(["routes"]) || !routes.every((_, index) => known(["routes", index, "id"]))) return;
  const ids = new Set(routes.map(({ id }) => id));
  let told = 0;
  let tokens: Set<string> | undefined;
  config.gateway_auth.clients.forEach((client, index) => {
    client.routes?.forEach((id, entry) => {
      const path = clientPath(index, "routes", entry);
      if (ids.has(id) || !known(path)) return;
      tokens ??= new Set(eachToken(config).map(({ token }) => token));
      const message = tokens.has(id)
        ? "this is a token, not the id of a route"
        : `there is no route ${shownValue(path, file)}`;
      // Each help costs a search.
      const help = told++ < MAX_HELPS ? routeHelp(path, config, context) : undefined;
      report({ code: "rule/unknown-route", path, message, help });
    });
  });
};

const MAX_HELPS = 200;
/** Of more routes, none is listed. */
const MAX_LISTED = 8;

/** What was probably meant. Of an id that comes from a variable, nothing is shown, whether it is the client's or the route's. */
function routeHelp(path: Path, { routes }: CompleteConfig, { file }: RuleContext): string | undefined {
  const written = literalAt(path, file);
  if (written === "*" || written === "all") return "remove `routes`: without it the client may use all routes";
  const ids = routes.flatMap((_, index) => literalAt(["routes", index, "id"], file) ?? []);
  const ofPrefix = written?.startsWith("/") ? routes.findIndex(({ prefix }) => prefix === written) : -1;
  const id = ofPrefix === -1 ? undefined : literalAt(["routes", ofPrefix, "id"], file);
  if (id !== undefined) return `this is a prefix: write the id of the route, ${quote(id)}`;
  const near = written === undefined ? undefined : suggest(written, ids);
  if (near !== undefined) return `did you mean ${quote(near)}?`;
  if (ids.length < routes.length || ids.length > MAX_LISTED) return undefined;
  return `the routes are: ${ids.map(quote).join(", ")}`;
}

/** Reports a time to expire that no calendar has. */
const expiresAt: Rule = ({ gateway_auth: { clients } }, { report }) => {
  clients.forEach(({ expires_at }, index) => {
    if (expires_at === undefined || readTime(expires_at) !== undefined) return;
    report({
      code: "rule/expires-at",
      path: clientPath(index, "expires_at"),
      message: '"expires_at" is a time that does not exist: there is no such day, or no such time of day',
      help: "write a time such as 2027-01-31T00:00:00Z",
    });
  });
};

/** Reports a client that has expired. One that is shut out anyway is left alone. */
const clientExpired: Rule = ({ gateway_auth: { clients } }, { report, host, known }) => {
  const now = host.now?.();
  if (now === undefined) return;
  clients.forEach(({ enabled, expires_at }, index) => {
    const time = expires_at === undefined ? undefined : readTime(expires_at);
    if (time === undefined || time > now) return;
    if (!enabled && known(clientPath(index, "enabled"))) return;
    report({
      code: "rule/client-expired",
      path: clientPath(index, "expires_at"),
      message: "this client has expired: requests with its tokens get 401",
      help: "set a later time, or remove the client",
    });
  });
};

/** Reports a list that allows nothing. */
const nothingAllowed: Rule = ({ gateway_auth: { clients } }, { report }) => {
  clients.forEach((client, index) => {
    for (const key of ["routes", "models"] as const) {
      if (client[key]?.length !== 0 || !client.enabled) continue;
      report({
        code: "rule/nothing-allowed",
        path: clientPath(index, key),
        message:
          key === "routes"
            ? "this client may use no route: its list of routes is empty"
            : "this client may use no model: its list of models is empty",
        help: `list what it may use, remove the key to allow all, or write \`enabled: false\` to shut the client out`,
      });
    }
  });
};

/** Reports a route that a client's list has twice. */
const repeatedRoute: Rule = ({ gateway_auth: { clients } }, { report, known }) => {
  clients.forEach(({ routes = [] }, index) => {
    const at = (entry: number) => clientPath(index, "routes", entry);
    for (const { index: again, first } of eachDuplicate(routes, (id, i) => (known(at(i)) ? id : undefined))) {
      report({
        code: "rule/redundant-entry",
        path: at(again),
        message: "this route is in the list already",
        help: "remove one of the two",
        related: [{ path: at(first), message: "first listed here" }],
      });
    }
  });
};

export const CLIENT_RULES: readonly Rule[] = [
  duplicateClientId,
  unknownRoute,
  expiresAt,
  clientExpired,
  nothingAllowed,
  repeatedRoute,
];
