// What surrounds a chart? Its title, a legend that tells the values pointed at, its words, and the same figures as a table.

import type { ChartSpec, Column } from "../charts/chart-specs.ts";
import type { Palette } from "../charts/palette.ts";
import { atRest, describe, hasContent, stepStarts, written } from "../charts/reading.ts";
import { TimeChart } from "../charts/time-chart.ts";
import { el, setAttribute, setText } from "../dom.ts";
import { NONE } from "../formats.ts";
import type { Reader, View } from "../reader.ts";
import type { Range, Summary } from "../summary.ts";
import { card, scrolling } from "./card.ts";
import { Rows } from "./rows.ts";

/** What a chart shows at the moment. */
interface Shown {
  readonly columns: readonly Column[];
  readonly starts: readonly number[];
  readonly stepMs: number;
  readonly ceiling: number | null;
  readonly range: Range;
}

export interface ChartView extends View {
  /** The scheme changed: draw in its colours. */
  recolor(): void;
}

export function chartCard(spec: ChartSpec, reader: Reader, palette: Palette): ChartView {
  const { words, formats } = reader;
  const per = el("span", { class: "per" });
  const legend = legendFor(spec, reader);
  const plot = el("div", { class: "plot", role: "img", "data-chart": spec.id });
  const emptyText = el("span");
  const empty = el("p", { class: "plot-empty", hidden: true }, emptyText);
  const table = chartTable(spec, reader);
  const { root } = card(
    "chart",
    spec.title(words),
    per,
    legend.root,
    el("div", { class: "stage" }, plot, empty),
    table.root,
  );
  let shown: Shown | undefined;
  let pointed: number | undefined;
  let chart: TimeChart | undefined;

  const makeChart = (columns: readonly Column[]) =>
    new TimeChart(plot, columns, {
      measure: spec.measure,
      palette,
      writeValue: spec.measure === "ms" ? formats.ms : formats.shortCount,
      writeTime: formats.time,
      onPoint: (index) => {
        pointed = index;
        if (shown !== undefined) legend.show(shown, pointed);
      },
    });

  return {
    root,
    update(summary, range) {
      shown = take(spec, summary, range, reader);
      const { columns, starts } = shown;
      setText(per, spec.measure === "peak" ? words.charts.peakPer[range] : words.charts.per[range]);
      chart ??= makeChart(columns);
      chart.update(shown);
      legend.show(shown, pointed);
      const content = hasContent(columns);
      empty.hidden = content;
      setText(emptyText, spec.empty(words, range));
      const told = content ? describe(columns, starts, spec.measure, reader) : spec.empty(words, range);
      setAttribute(plot, "aria-label", `${spec.title(words)}. ${told}`);
      table.update(shown);
    },
    recolor: () => chart?.recolor(),
  };
}

function take(spec: ChartSpec, summary: Summary, range: Range, { words }: Reader): Shown {
  const series = summary.series[range];
  return {
    columns: spec.columns(series, words, summary, range),
    starts: stepStarts(series),
    stepMs: series.step_seconds * 1000,
    ceiling: spec.ceiling(summary),
    range,
  };
}

/** A name and a figure for each column: of the step pointed at, else the one that sums the column up. */
function legendFor({ measure }: ChartSpec, { words, formats }: Reader) {
  const list = el("ul", { class: "legend" });
  const time = el("span", { class: "pointed" });
  const root = el("div", { class: "legend-line", "aria-hidden": "true" }, list, time);
  let values: HTMLElement[] = [];

  const item = (name: string, tone: string) => {
    const value = el("b", {}, NONE);
    list.append(el("li", {}, el("i", { class: `swatch tone-${tone}` }), name, " ", value));
    return value;
  };
  return {
    root,
    show({ columns, starts, ceiling }: Shown, index: number | undefined) {
      const wanted = columns.length + (ceiling === null ? 0 : 1);
      if (values.length !== wanted) {
        list.replaceChildren();
        values = columns.map(({ name, tone }) => item(name, tone));
        if (ceiling !== null) values.push(item(words.charts.ceiling, "ceiling"));
      }
      columns.forEach((column, at) => {
        const text =
          index === undefined
            ? atRest(column, measure, formats)
            : written(column.values[index] ?? null, measure, formats);
        const element = values[at];
        if (element !== undefined) setText(element, text);
      });
      const last = values[columns.length];
      if (last !== undefined && ceiling !== null) setText(last, formats.count(ceiling));
      setText(time, index === undefined ? "" : formats.time(starts[index] ?? 0));
    },
  };
}

/** The same figures for those who can't see the chart, or want them exactly; filled only while open. */
function chartTable(spec: ChartSpec, { words, formats }: Reader) {
  const title = spec.title(words);
  let rows: Rows | undefined;
  let shown: Shown | undefined;
  const root = el(
    "details",
    {},
    el("summary", {}, words.charts.asTable, el("span", { class: "unseen" }, `: ${title}`)),
  );

  const build = ({ columns }: Shown): Rows => {
    const made = new Rows(columns.length + 1);
    const names = columns.map(({ name }) => el("th", { scope: "col", class: "number" }, name));
    const head = el("thead", {}, el("tr", {}, el("th", { scope: "col" }, words.charts.time), ...names));
    root.append(scrolling(title, el("table", {}, el("caption", { class: "unseen" }, title), head, made.body)));
    return made;
  };
  const fill = () => {
    if (!root.open || shown === undefined) return;
    rows ??= build(shown);
    const { columns, starts } = shown;
    const lines = starts.map((start, index) => [
      { text: formats.time(start) },
      ...columns.map(({ values }) => ({ text: written(values[index] ?? null, spec.measure, formats) })),
    ]);
    rows.show(lines.reverse(), NONE);
  };
  root.addEventListener("toggle", fill);
  return {
    root,
    update(now: Shown) {
      shown = now;
      fill();
    },
  };
}
