// Shows a table of clients by id and of other tokens by label: their requests and errors, and the limits of a client, if any.

import { el } from "../dom.ts";
import type { Locale } from "../locale.ts";
import type { TokenFigures } from "../summary.ts";
import { card, scrolling, type View } from "./card.ts";
import { longList } from "./long-list.ts";
import { type Cell, TableRows } from "./table-rows.ts";

/** How many clients and tokens are shown at first. */
const MAX_TOKENS = 10;

export function tokensTable(locale: Locale): View {
  const { texts, formats } = locale;
  const { routes, tokens } = texts;
  const rows = new TableRows([
    tokens.token,
    ...[routes.hour, routes.day].map((time) => `${routes.requests} ${time}`),
    ...[routes.hour, routes.day].map((time) => `${routes.errors} ${time}`),
    tokens.share,
  ]);
  const column = (text: string) => el("th", { scope: "col", class: "number" }, text);
  const group = (text: string) => el("th", { scope: "colgroup", colspan: 2, class: "group" }, el("span", {}, text));
  const head = el(
    "thead",
    {},
    el(
      "tr",
      {},
      el("th", { scope: "col", rowspan: 2 }, tokens.token),
      group(routes.requests),
      group(routes.errors),
      el("th", { scope: "col", rowspan: 2, class: "number" }, tokens.share),
    ),
    el("tr", {}, ...[routes.hour, routes.day, routes.hour, routes.day].map(column)),
  );
  const groups = [1, 2, 2, 1].map((span) => el("colgroup", { span }));
  const caption = el("caption", { class: "visually-hidden" }, tokens.caption);
  const table = el(
    "table",
    { "data-table": "tokens", class: "cards", role: "table" },
    caption,
    ...groups,
    head,
    rows.body,
  );
  let shown: readonly TokenFigures[] = [];
  const show = () => {
    const all = shown.reduce((sum, token) => sum + token.requests_24h, 0);
    rows.show(
      list.visible(shown).map((token) => rowOf(token, all)),
      tokens.empty,
    );
  };
  const list = longList(locale, MAX_TOKENS, show);
  const { root } = card("tokens", tokens.title, scrolling(tokens.title, table), list.button);

  const number = (value: number): Cell => ({ text: formats.count(value), muted: value === 0 });
  const limitsOf = ({ max_inflight: max, inflight_current: now, rate_per_minute: rate }: TokenFigures) => {
    const words = [
      ...(max === null ? [] : [tokens.inflight(formats.count(now ?? 0), formats.count(max))]),
      ...(rate === null ? [] : [tokens.rate(formats.count(rate))]),
    ];
    return words.length === 0 ? undefined : words.join(" · ");
  };
  const rowOf = (token: TokenFigures, all: number): Cell[] => {
    const share = all === 0 ? 0 : token.requests_24h / all;
    return [
      { text: token.token, note: limitsOf(token) },
      number(token.requests_1h),
      number(token.requests_24h),
      number(token.errors_1h),
      number(token.errors_24h),
      { text: formats.share(share), bar: share },
    ];
  };
  return {
    root,
    update(summary) {
      shown = summary.tokens;
      show();
    },
  };
}
