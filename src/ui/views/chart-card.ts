// Shows one chart with its title, a legend, a description for screen readers and the same data as a table.

import type { ChartSpec, Column, Measure } from "../charts/chart-specs.ts";
import { describeColumns, formatValue, hasContent, legendValue } from "../charts/column-values.ts";
import type { Palette } from "../charts/palette.ts";
import { TimeChart, type TimeChartData } from "../charts/time-chart.ts";
import { timeSteps } from "../charts/time-steps.ts";
import { el, setAttribute, setText } from "../dom.ts";
import { NO_VALUE } from "../formats.ts";
import type { Locale } from "../locale.ts";
import type { Range, Summary } from "../summary.ts";
import type { Texts } from "../texts/texts.ts";
import { card, scrolling, type View } from "./card.ts";
import { TableRows } from "./table-rows.ts";

export interface ChartView extends View {
  /** Call this after a switch between light and dark. */
  redraw(): void;
}

export function chartCard(spec: ChartSpec, locale: Locale, palette: Palette): ChartView {
  const { texts, formats } = locale;
  const stepLabel = el("span", { class: "per" });
  const legend = legendFor(spec, locale);
  const plot = el("div", { class: "plot", role: "img", "data-chart": spec.id });
  const emptyText = el("span");
  const empty = el("p", { class: "plot-empty", hidden: true }, emptyText);
  const table = chartTable(spec, locale);
  const { root } = card(
    "chart",
    spec.title(texts),
    stepLabel,
    legend.root,
    el("div", { class: "plot-area" }, plot, empty),
    table.root,
  );
  let shown: TimeChartData | undefined;
  let hovered: number | undefined;
  let chart: TimeChart | undefined;

  const makeChart = (columns: readonly Column[]) =>
    new TimeChart(plot, columns, {
      measure: spec.measure,
      palette,
      writeValue: spec.measure === "ms" ? formats.ms : formats.shortCount,
      writeTime: formats.step,
      onHover: (index) => {
        hovered = index;
        if (shown !== undefined) legend.show(shown, hovered);
      },
    });

  return {
    root,
    update(summary, range) {
      shown = chartData(spec, summary, range, locale);
      const { columns } = shown;
      setText(stepLabel, stepText(spec.measure, range, texts));
      chart ??= makeChart(columns);
      chart.update(shown);
      legend.show(shown, hovered);
      const content = hasContent(columns);
      empty.hidden = content;
      setText(emptyText, spec.empty(texts, range));
      const description = content ? describeColumns(columns, shown, spec.measure, locale) : spec.empty(texts, range);
      setAttribute(plot, "aria-label", `${spec.title(texts)}. ${description}`);
      table.update(shown);
    },
    redraw: () => chart?.redraw(),
  };
}

/** Says what one bar or point of a chart covers. */
function stepText(measure: Measure, range: Range, { charts }: Texts): string {
  if (measure === "peak") return charts.peakPer[range];
  return measure === "ms" ? charts.answers(charts.per[range]) : charts.per[range];
}

function chartData(spec: ChartSpec, summary: Summary, range: Range, { texts }: Locale): TimeChartData {
  const series = summary.series[range];
  const steps = timeSteps(series, summary.started_at_unix_ms);
  const columns = spec.columns(series, texts, summary, range);
  return {
    ...steps,
    columns: columns.map((column) => ({ ...column, values: column.values.slice(steps.first) })),
    limit: spec.limit(summary),
  };
}

/** Writes the time of a step. The last step is not over yet. */
function timeOf(index: number, { starts, stepMs }: TimeChartData, { texts, formats }: Locale): string {
  const time = formats.step(starts[index] ?? 0, stepMs);
  return index === starts.length - 1 ? texts.charts.soFar(time) : time;
}

/** A name and a value for each column: the value at the pointer, or else the total, peak or latest value. */
function legendFor({ measure }: ChartSpec, locale: Locale) {
  const { texts, formats } = locale;
  const list = el("ul", { class: "legend" });
  const time = el("span", { class: "hovered-time" });
  const root = el("div", { class: "legend-line", "aria-hidden": "true" }, list, time);
  let values: HTMLElement[] = [];

  const item = (name: string, tone: string) => {
    const value = el("b", {}, NO_VALUE);
    list.append(el("li", {}, el("i", { class: `swatch tone-${tone}` }), name, " ", value));
    return value;
  };
  return {
    root,
    show(shown: TimeChartData, index: number | undefined) {
      const { columns, limit } = shown;
      const itemCount = columns.length + (limit === null ? 0 : 1);
      if (values.length !== itemCount) {
        list.replaceChildren();
        values = columns.map(({ name, tone }) => item(name, tone));
        if (limit !== null) values.push(item(texts.charts.limit, "limit"));
      }
      columns.forEach((column, at) => {
        const text =
          index === undefined
            ? legendValue(column, measure, formats)
            : formatValue(column.values[index] ?? null, measure, formats);
        const element = values[at];
        if (element !== undefined) setText(element, text);
      });
      const limitValue = values[columns.length];
      if (limitValue !== undefined && limit !== null) setText(limitValue, formats.count(limit));
      setText(time, index === undefined ? "" : timeOf(index, shown, locale));
    },
  };
}

/** The same data as a table, for screen readers and for exact values. It is filled only while it is open. */
function chartTable(spec: ChartSpec, locale: Locale) {
  const { texts, formats } = locale;
  const title = spec.title(texts);
  let rows: TableRows | undefined;
  let shown: TimeChartData | undefined;
  const root = el(
    "details",
    {},
    el("summary", {}, texts.charts.asTable, el("span", { class: "visually-hidden" }, `: ${title}`)),
  );

  const build = ({ columns }: TimeChartData): TableRows => {
    const body = new TableRows([texts.charts.time, ...columns.map(({ name }) => name)]);
    const names = columns.map(({ name }) => el("th", { scope: "col", class: "number" }, name));
    const head = el("thead", {}, el("tr", {}, el("th", { scope: "col" }, texts.charts.time), ...names));
    root.append(scrolling(title, el("table", {}, el("caption", { class: "visually-hidden" }, title), head, body.body)));
    return body;
  };
  const fill = () => {
    if (!root.open || shown === undefined) return;
    rows ??= build(shown);
    const now = shown;
    const lines = now.starts.map((_, index) => [
      { text: timeOf(index, now, locale) },
      ...now.columns.map(({ values }) => ({ text: formatValue(values[index] ?? null, spec.measure, formats) })),
    ]);
    rows.show(lines.reverse(), NO_VALUE);
  };
  root.addEventListener("toggle", fill);
  return {
    root,
    update(now: TimeChartData) {
      shown = now;
      fill();
    },
  };
}
