// Shows a table of the upstreams of all pools: whether each is well, why not, and its requests and failures of the last hour.

import { el } from "../dom.ts";
import type { Locale } from "../locale.ts";
import type { Summary, UpstreamFigures } from "../summary.ts";
import { card, scrolling, type View } from "./card.ts";
import { longList } from "./long-list.ts";
import { type Cell, TableRows } from "./table-rows.ts";

/** How many upstreams are shown at first. */
const MAX_UPSTREAMS = 10;

/** An upstream, and the route whose pool it is in. */
interface Member extends UpstreamFigures {
  readonly route: string;
}

/** Without pools there is nothing to show, and the whole card is hidden. */
export function upstreamsTable(locale: Locale): View {
  const { formats } = locale;
  const { upstreams: texts, routes } = locale.texts;
  const counts = [texts.requests, texts.failures].map((what) => `${what} ${routes.hour}`);
  const rows = new TableRows([texts.upstream, texts.state, ...counts], { words: 1 });
  const head = el(
    "thead",
    {},
    el(
      "tr",
      {},
      ...[texts.upstream, texts.state].map((text) => el("th", { scope: "col" }, text)),
      ...counts.map((text) => el("th", { scope: "col", class: "number" }, text)),
    ),
  );
  const caption = el("caption", { class: "visually-hidden" }, texts.caption);
  const table = el("table", { "data-table": "upstreams", class: "cards", role: "table" }, caption, head, rows.body);
  let shown: readonly Member[] = [];
  let now = 0;
  const show = () => rows.show(list.visible(shown).map(rowOf), "");
  const list = longList(locale, MAX_UPSTREAMS, show);
  const { root } = card("upstreams", texts.title, scrolling(texts.title, table), list.button);

  const number = (value: number): Cell => ({ text: formats.count(value), muted: value === 0 });
  const rowOf = (member: Member): Cell[] => [
    { text: member.id, note: texts.ofRoute(member.route) },
    { text: texts.states[member.state], dot: member.state, note: noteOf(member) },
    number(member.attempts_1h),
    number(member.failures_1h),
  ];
  /** How long it cools, and why. */
  const noteOf = ({ state, reason, until_unix_ms: until }: Member): string | undefined => {
    if (state === "well") return undefined;
    const left = until === null ? [] : [texts.left(formats.duration(Math.max(0, Math.ceil((until - now) / 1000))))];
    const details = state === "probing" ? [texts.byOneRequest] : left;
    return [...details, ...(reason === null ? [] : [texts.reasons[reason] ?? reason])].join(" · ");
  };
  return {
    root,
    update(summary) {
      shown = membersOf(summary);
      now = summary.generated_at_unix_ms;
      root.hidden = shown.length === 0;
      show();
    },
  };
}

/** In a long list, upstreams that are not well come first, so that they are visible. */
function membersOf({ routes }: Summary): Member[] {
  const members = routes.flatMap(({ route_id: route, upstreams }) => upstreams.map((each) => ({ ...each, route })));
  if (members.length > MAX_UPSTREAMS) members.sort((a, b) => Number(isWell(a)) - Number(isWell(b)));
  return members;
}

function isWell({ state }: UpstreamFigures): boolean {
  return state === "well";
}
