// Which routes are busy, failing, near their limit? One row a route.

import { el } from "../dom.ts";
import { NONE } from "../formats.ts";
import type { Reader, View } from "../reader.ts";
import type { RouteFigures } from "../summary.ts";
import { card, scrolling } from "./card.ts";
import { type Cell, Rows } from "./rows.ts";

/** The route that stands for requests none took (contract, section 11). */
const UNMATCHED = "__unmatched__";

export function routesTable({ words, formats }: Reader): View {
  const { routes } = words;
  const rows = new Rows(10);
  const table = el(
    "table",
    { "data-table": "routes" },
    el("caption", { class: "unseen" }, routes.caption),
    ...columnGroups(),
    head(words),
    rows.body,
  );
  const { root } = card("routes", routes.title, scrolling(routes.title, table));

  const number = (value: number): Cell => ({ text: formats.count(value), quiet: value === 0 });
  const line = (route: RouteFigures): Cell[] => [
    route.route_id === UNMATCHED ? { text: UNMATCHED, note: routes.unmatched } : { text: route.route_id },
    number(route.requests_1h),
    number(route.requests_24h),
    number(route.errors_1h),
    number(route.errors_24h),
    number(route.inflight_current),
    number(route.inflight_peak_1h),
    number(route.inflight_peak_24h),
    number(route.queue_waiting),
    route.upstream_max_inflight === null
      ? { text: NONE, quiet: true }
      : { text: formats.count(route.upstream_max_inflight) },
  ];
  return {
    root,
    update: (summary) => rows.show(summary.routes.map(line), routes.empty),
  };
}

function columnGroups(): HTMLElement[] {
  return [1, 2, 2, 3, 1, 1].map((span) => el("colgroup", { span }));
}

function head({ routes }: Reader["words"]): HTMLElement {
  const group = (text: string, span: number) =>
    el("th", { scope: "colgroup", colspan: span, class: "group" }, el("span", {}, text));
  const column = (text: string) => el("th", { scope: "col", class: "number" }, text);
  const tall = (text: string) => el("th", { scope: "col", rowspan: 2, class: "number" }, text);
  return el(
    "thead",
    {},
    el(
      "tr",
      {},
      el("th", { scope: "col", rowspan: 2 }, routes.route),
      group(routes.requests, 2),
      group(routes.errors, 2),
      group(routes.inflight, 3),
      tall(routes.waiting),
      tall(routes.limit),
    ),
    el(
      "tr",
      {},
      ...[routes.hour, routes.day, routes.hour, routes.day, routes.now, routes.peakHour, routes.peakDay].map(column),
    ),
  );
}
