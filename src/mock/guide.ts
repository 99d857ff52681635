// Writes the mock's page at `GET /`, which lists what the mock can do. It is made from the same tables that the mock uses.

import { CODING_HEADER, CODINGS, SETTINGS, USAGE_HEADER } from "./answer-settings.ts";
import type { Endpoint } from "./endpoint.ts";
import { MODELS } from "./models.ts";
import { SOCKETS } from "./sockets/upgrade.ts";
import { QUIRKS } from "./usage/quirks.ts";

/** The page, as plain text. */
export function guide(endpoints: readonly Endpoint[]): string {
  const paths = endpoints.map(({ method, path, what }) => row(`${method === "*" ? "ANY" : method} ${path}`, what));
  const sockets = SOCKETS.map(({ path, what }) => row(`WebSocket ${path}`, what));
  const headers = Object.values(SETTINGS).map(({ header, min, max, what }) => row(`${header}: ${min}..${max}`, what));
  const coding = row(`${CODING_HEADER}: ${CODINGS.join(" | ")}`, "code the body, if the client accepts that");
  const quirks = Object.entries(QUIRKS).map(([word, what]) => row(word, what));
  const models = MODELS.map(({ id, what }) => row(id, what));
  return [
    "AI Gateway Lite, mock provider. It answers like OpenAI, Anthropic and Gemini. The same prompt always gets the same answer.",
    section("Endpoints", [...paths, ...sockets]),
    section("Request headers that change an answer", [...headers, coding]),
    section(`Words for ${USAGE_HEADER}, separated by commas: unusual ways of reporting usage`, quirks),
    section("Models (any other name answers like mock-1)", models),
  ].join("\n\n");
}

function section(title: string, rows: readonly string[]): string {
  return [title, ...rows].join("\n").concat("\n");
}

function row(name: string, what: string): string {
  return `  ${name.padEnd(54)} ${what}`;
}
