// How did exchanges end? Every outcome word with its count, the most frequent first.

import { el, setText } from "../dom.ts";
import type { Reader, View } from "../reader.ts";
import { card, scrolling } from "./card.ts";
import { Rows } from "./rows.ts";

export function outcomesCard({ words, formats }: Reader): View {
  const { outcome, count, share, empty } = words.outcomes;
  const rows = new Rows(3);
  const head = el(
    "tr",
    {},
    el("th", { scope: "col" }, outcome),
    el("th", { scope: "col", class: "number" }, count),
    el("th", { scope: "col", class: "number" }, share),
  );
  const caption = el("caption", { class: "unseen" });
  const table = el("table", { "data-table": "outcomes" }, caption, el("thead", {}, head), rows.body);
  const { root } = card("outcomes", words.charts.outcomes, scrolling(words.charts.outcomes, table));
  return {
    root,
    update(summary, range) {
      setText(caption, `${words.charts.outcomes}, ${words.controls.ranges[range]}`);
      const counts = Object.entries(range === "hour" ? summary.outcomes_1h : summary.outcomes_24h);
      const ended = counts.filter(([, many]) => many > 0).sort(([, one], [, other]) => other - one);
      const all = ended.reduce((sum, [, many]) => sum + many, 0);
      const lines = ended.map(([word, many]) => [
        { text: word },
        { text: formats.count(many) },
        { text: formats.share(many / all), bar: many / all },
      ]);
      rows.show(lines, empty[range]);
    },
  };
}
