// Lists the diagnostic codes of clients: their ids, scopes and limits.

import { type CodeEntry, error, warning } from "./code-entry.ts";

export const CLIENT_CODES = {
  "rule/duplicate-client-id": error(
    "Two clients with the same id",
    "The log, the dashboard and the limits could not distinguish the clients.",
    "Give each client its own id. A client may have several tokens.",
  ),
  "rule/unknown-route": error(
    "A client that may use a route that does not exist",
    "The entry allows nothing. Most likely the id of a route is misspelt, or the route was renamed.",
    "Write the `id` of a route, not its prefix. Without `routes` a client may use all routes.",
  ),
  "rule/expires-at": error(
    "A time that does not exist",
    "The calendar has no such day, or the day has no such time.",
    "Write a time that exists, such as `2027-01-31T00:00:00Z`.",
  ),
  "rule/client-expired": warning(
    "A client that has expired",
    "Requests with its tokens get `401 unauthorized`.",
    "Set a later time, or remove the client.",
  ),
  "rule/nothing-allowed": warning(
    "A client that may use nothing",
    "An empty list allows nothing. With `routes: []` each request of the client is refused, with `models: []` each one that names a model.",
    "List what the client may use, or remove the key: without it the client may use all. To shut a client out, write `enabled: false`.",
  ),
  "rule/model-pattern": warning(
    "A pattern that no model is likely to match",
    "Only `*` has a meaning in a pattern. Spaces, commas and the characters of regular expressions stand for themselves.",
    "Write each pattern as an item of its own, with `*` for any characters.",
  ),
  "rule/redundant-entry": warning(
    "An entry of a client's list that changes nothing",
    "The entry is in the list twice, or another pattern matches all that it matches.",
    "Remove the entry, or narrow the other one.",
  ),
  "rule/model-without-upstream": warning(
    "A model that no upstream takes",
    "Each upstream of the routes that the client may use lists its `models`, and none of them takes a model that this pattern matches. Such requests are answered with 403.",
    "Correct the pattern, remove it, or add the model to an upstream.",
  ),
} as const satisfies { readonly [code: string]: CodeEntry };
