// Shows how exchanges ended: each outcome with its count, the most frequent first.

import { el, setText } from "../dom.ts";
import type { Locale } from "../locale.ts";
import { card, scrolling, type View } from "./card.ts";
import { TableRows } from "./table-rows.ts";

export function outcomesCard({ texts, formats }: Locale): View {
  const { outcome, count, share, empty } = texts.outcomes;
  const rows = new TableRows(3);
  const head = el(
    "tr",
    {},
    el("th", { scope: "col" }, outcome),
    el("th", { scope: "col", class: "number" }, count),
    el("th", { scope: "col", class: "number" }, share),
  );
  const caption = el("caption", { class: "visually-hidden" });
  const table = el("table", { "data-table": "outcomes" }, caption, el("thead", {}, head), rows.body);
  const { root } = card("outcomes", texts.charts.outcomes, scrolling(texts.charts.outcomes, table));
  return {
    root,
    update(summary, range) {
      setText(caption, `${texts.charts.outcomes}, ${texts.controls.ranges[range]}`);
      const counts = Object.entries(range === "hour" ? summary.outcomes_1h : summary.outcomes_24h);
      const ended = counts.filter(([, number]) => number > 0).sort(([, one], [, other]) => other - one);
      const total = ended.reduce((sum, [, number]) => sum + number, 0);
      const lines = ended.map(([name, number]) => [
        { text: name },
        { text: formats.count(number) },
        { text: formats.share(number / total), bar: number / total },
      ]);
      rows.show(lines, empty[range]);
    },
  };
}
