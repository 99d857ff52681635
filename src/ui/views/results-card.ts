// Shows how the requests of a time range ended: a bar of all of them, and one table for each answer to "who answered?".

import type { Tone } from "../charts/chart-specs.ts";
import { el, setText } from "../dom.ts";
import { NO_VALUE } from "../formats.ts";
import type { Locale } from "../locale.ts";
import {
  type Range,
  type ResultClass,
  type ResultCount,
  type ResultGroup,
  requestsOf,
  resultsOf,
  type Summary,
} from "../summary.ts";
import type { Texts } from "../texts/texts.ts";
import { card, type View } from "./card.ts";
import { longList } from "./long-list.ts";
import { TableRows } from "./table-rows.ts";

const GROUPS: readonly ResultGroup[] = ["upstream", "gateway", "incomplete"];

/** The classes in the order of the bar, and their colours. The colours of errors are those of the chart of errors. */
const CLASS_TONES: Readonly<Record<ResultClass, Tone>> = {
  good: "requests",
  client_error: "client-error",
  server_error: "server-error",
  client_closed: "client-closed",
};
const CLASSES = Object.keys(CLASS_TONES) as ResultClass[];

/** How many results of a group are shown at first. */
const MAX_RESULTS = 8;

export function resultsCard(locale: Locale): View {
  const { texts, formats } = locale;
  const bar = shareBar(locale);
  const groups = GROUPS.map((group) => groupTable(group, locale));
  const per = el("span", { class: "per" });
  const tables = el("div", { class: "result-groups" }, ...groups.map(({ root }) => root));
  const { root } = card("results", texts.results.title, per, bar.root, tables);
  return {
    root,
    update(summary, range) {
      const total = requestsOf(summary, range);
      setText(per, texts.results.total(formats.count(total), texts.controls.ranges[range]));
      bar.show((resultClass) => requestsOf(summary, range, resultClass), total);
      for (const group of groups) group.update(summary, range);
    },
  };
}

/** One bar for all requests, divided by class, with a legend. */
function shareBar({ texts, formats }: Locale) {
  const parts = CLASSES.map((resultClass) => {
    const tone = `tone-${CLASS_TONES[resultClass]}`;
    const part = el("span", { class: tone });
    const value = el("b", {}, NO_VALUE);
    const swatch = el("i", { class: `swatch ${tone}` });
    const item = el("li", { "data-class": resultClass }, swatch, texts.results.classes[resultClass], " ", value);
    return { resultClass, part, value, item };
  });
  const stack = el("div", { class: "stack", "aria-hidden": "true" }, ...parts.map(({ part }) => part));
  const legend = el("ul", { class: "legend" }, ...parts.map(({ item }) => item));
  return {
    root: el("div", { class: "share-bar" }, legend, stack),
    show(countOf: (resultClass: ResultClass) => number, total: number) {
      for (const { resultClass, part, value } of parts) {
        const count = countOf(resultClass);
        setText(value, formats.count(count));
        part.hidden = count === 0;
        part.style.setProperty("--share", String(total === 0 ? 0 : count / total));
      }
    },
  };
}

/** The results of one group. Its caption holds the group's total. */
function groupTable(group: ResultGroup, locale: Locale) {
  const { texts, formats } = locale;
  const { results } = texts;
  const rows = new TableRows([results.result, results.count, results.share]);
  const sum = el("b", {}, NO_VALUE);
  const caption = el("caption", {}, results.groups[group], " ", sum);
  const columns = [results.result, results.count, results.share].map((text, at) =>
    el("th", { scope: "col", class: at === 0 ? "" : "number" }, text),
  );
  const head = el("thead", { class: "visually-hidden" }, el("tr", {}, ...columns));
  const table = el("table", { "data-table": `results-${group}` }, caption, head, rows.body);
  let counts: readonly ResultCount[] = [];
  let total = 0;
  const show = () => {
    const lines = list
      .visible(counts)
      .map(({ result, class: resultClass, count }) => [
        { text: result, note: meaningOf(result, group, results), dot: CLASS_TONES[resultClass] },
        { text: formats.count(count) },
        { text: formats.share(count / total) },
      ]);
    rows.show(lines, results.none);
  };
  const list = longList(locale, MAX_RESULTS, show);
  return {
    root: el("div", {}, table, list.button),
    update(summary: Summary, range: Range) {
      counts = resultsOf(summary, range).filter((row) => row.group === group);
      total = requestsOf(summary, range);
      setText(sum, formats.count(counts.reduce((all, { count }) => all + count, 0)));
      show();
    },
  };
}

/** What a result means, in plain words. An outcome that a newer gateway adds has none here. */
function meaningOf(
  result: string,
  group: ResultGroup,
  { statuses, outcomes, brokenOff }: Texts["results"],
): string | undefined {
  if (group === "upstream") return statuses[result];
  return (group === "incomplete" ? brokenOff[result] : undefined) ?? outcomes[result];
}
