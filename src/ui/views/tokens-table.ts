// Shows a table of tokens by label: their requests and errors, one row for each token.

import { el } from "../dom.ts";
import type { Locale } from "../locale.ts";
import { card, scrolling, type View } from "./card.ts";
import { type Cell, TableRows } from "./table-rows.ts";

export function tokensTable({ texts, formats }: Locale): View {
  const { routes, tokens } = texts;
  const rows = new TableRows(6);
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
  const table = el("table", { "data-table": "tokens" }, caption, ...groups, head, rows.body);
  const { root } = card("tokens", tokens.title, scrolling(tokens.title, table));

  const number = (value: number): Cell => ({ text: formats.count(value), muted: value === 0 });
  return {
    root,
    update(summary) {
      const all = summary.tokens.reduce((sum, token) => sum + token.requests_24h, 0);
      const lines = summary.tokens.map((token) => {
        const share = all === 0 ? 0 : token.requests_24h / all;
        return [
          { text: token.token },
          number(token.requests_1h),
          number(token.requests_24h),
          number(token.errors_1h),
          number(token.errors_24h),
          { text: formats.share(share), bar: share },
        ];
      });
      rows.show(lines, tokens.empty);
    },
  };
}
