// Shows a table of routes: their requests, errors and in-flight requests, one row for each route.

import { el } from "../dom.ts";
import { NO_VALUE } from "../formats.ts";
import type { Locale } from "../locale.ts";
import type { RouteFigures } from "../summary.ts";
import { card, scrolling, type View } from "./card.ts";
import { longList } from "./long-list.ts";
import { type Cell, TableRows } from "./table-rows.ts";

/** The id under which requests that matched no route are counted (contract, section 11). */
const UNMATCHED = "__unmatched__";

/** How many routes are shown at first. */
const MAX_ROUTES = 10;

export function routesTable(locale: Locale): View {
  const { texts, formats } = locale;
  const { routes } = texts;
  const rows = new TableRows([
    routes.route,
    ...[routes.hour, routes.day].map((time) => `${routes.requests} ${time}`),
    ...[routes.hour, routes.day].map((time) => `${routes.errors} ${time}`),
    ...[routes.now, routes.peakHour, routes.peakDay].map((what) => `${routes.inflight} ${what}`),
    routes.waiting,
    routes.limit,
  ]);
  let shown: readonly RouteFigures[] = [];
  const show = () => rows.show(list.visible(shown).map(rowOf), routes.empty);
  const list = longList(locale, MAX_ROUTES, show);
  const table = el(
    "table",
    { "data-table": "routes", class: "cards", role: "table" },
    el("caption", { class: "visually-hidden" }, routes.caption),
    ...columnGroups(),
    head(texts),
    rows.body,
  );
  const { root } = card("routes", routes.title, scrolling(routes.title, table), list.button);

  const number = (value: number): Cell => ({ text: formats.count(value), muted: value === 0 });
  const webSockets = (open: number) => (open === 0 ? undefined : routes.webSockets(formats.count(open)));
  const rowOf = (route: RouteFigures): Cell[] => [
    route.route_id === UNMATCHED ? { text: UNMATCHED, note: routes.unmatched } : { text: route.route_id },
    number(route.requests_1h),
    number(route.requests_24h),
    number(route.errors_1h),
    number(route.errors_24h),
    { ...number(route.inflight_current), note: webSockets(route.websockets_current) },
    number(route.inflight_peak_1h),
    number(route.inflight_peak_24h),
    number(route.queue_waiting),
    route.upstream_max_inflight === null
      ? { text: NO_VALUE, muted: true }
      : { text: formats.count(route.upstream_max_inflight) },
  ];
  return {
    root,
    update(summary) {
      shown = summary.routes;
      show();
    },
  };
}

function columnGroups(): HTMLElement[] {
  return [1, 2, 2, 3, 1, 1].map((span) => el("colgroup", { span }));
}

function head({ routes }: Locale["texts"]): HTMLElement {
  const group = (text: string, span: number) =>
    el("th", { scope: "colgroup", colspan: span, class: "group" }, el("span", {}, text));
  const column = (text: string) => el("th", { scope: "col", class: "number" }, text);
  const twoRows = (text: string) => el("th", { scope: "col", rowspan: 2, class: "number" }, text);
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
      twoRows(routes.waiting),
      twoRows(routes.limit),
    ),
    el(
      "tr",
      {},
      ...[routes.hour, routes.day, routes.hour, routes.day, routes.now, routes.peakHour, routes.peakDay].map(column),
    ),
  );
}
