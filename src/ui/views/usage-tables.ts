// Shows tables of tokens and costs: of all, and by client, by model and by route. Costs that are not known are not shown as 0.

import { el, setText } from "../dom.ts";
import type { Locale } from "../locale.ts";
import { type Range, type Summary, usageOf, usedIn } from "../summary.ts";
import type { UsageFigures, UsageSummary, Used } from "../usage.ts";
import { card, scrolling, type View } from "./card.ts";
import { longList } from "./long-list.ts";
import { type Cell, TableRows } from "./table-rows.ts";

/** How many rows of a table are shown at first. */
const MAX_ROWS = 8;

/** Names that neither the config nor the price table has are counted under this one (contract, section 13). */
const OTHER_MODEL = "other";

interface Row {
  readonly name: string;
  readonly note?: string | undefined;
  readonly used: Used;
}

/** What the rows of a table are. */
interface Spec {
  readonly id: string;
  readonly title: string;
  readonly column: string;
  rows(summary: Summary & UsageSummary): readonly (Partial<UsageFigures> & Omit<Row, "used">)[];
}

/** Two rows: the last hour, and the last 24 hours. */
export function usageTotals(locale: Locale): View {
  const { usage } = locale.texts;
  const { formats } = locale;
  const { table, rows } = makeTable(locale, "usage-totals", usage.totals, [usage.time, usage.responses]);
  const hint = el("p", { class: "hint" }, usage.hint);
  const { root } = card("usage-totals", usage.totals, scrolling(usage.totals, table), hint);
  const rowOf = (name: string, used: Used): Cell[] => {
    const [first, ...amounts] = cellsOf({ name, used }, locale);
    const responses = { text: formats.count(used.records), muted: used.records === 0 };
    return first === undefined ? [] : [first, responses, ...amounts];
  };
  return {
    root,
    update(summary) {
      const all = usageOf(summary);
      if (all !== undefined) rows.show([rowOf(usage.hour, all.usage_1h), rowOf(usage.day, all.usage_24h)], "");
    },
  };
}

/** The tables by client, by model and by route. Each shows the range of the page; for a quarter of an hour, the last hour. */
export function usageTables(locale: Locale): View[] {
  const { usage, routes } = locale.texts;
  const specs: readonly Spec[] = [
    {
      id: "usage-clients",
      title: usage.byClient,
      column: usage.client,
      rows: ({ tokens }) => tokens.map(({ token: name, ...figures }) => ({ ...figures, name })),
    },
    {
      id: "usage-models",
      title: usage.byModel,
      column: usage.model,
      rows: ({ models }) =>
        models.map(({ model: name, ...figures }) => ({
          ...figures,
          name,
          note: name === OTHER_MODEL ? usage.otherModels : undefined,
        })),
    },
    {
      id: "usage-routes",
      title: usage.byRoute,
      column: routes.route,
      rows: ({ routes }) => routes.map(({ route_id: name, ...figures }) => ({ ...figures, name })),
    },
  ];
  return specs.map((spec) => usageTable(locale, spec));
}

function usageTable(locale: Locale, { id, title, column, rows: rowsOf }: Spec): View {
  const { usage } = locale.texts;
  const { table, rows } = makeTable(locale, id, title, [column]);
  const per = el("span", { class: "per" });
  let shown: readonly Row[] = [];
  const show = () =>
    rows.show(
      list.visible(shown).map((row) => cellsOf(row, locale)),
      usage.none,
    );
  const list = longList(locale, MAX_ROWS, show);
  const { root } = card(id, title, per, scrolling(title, table), list.button);
  return {
    root,
    update(summary, range) {
      const all = usageOf(summary);
      if (all === undefined) return;
      setText(per, range === "day" ? usage.day : usage.hour);
      shown = usedRows(rowsOf(all), range);
      show();
    },
  };
}

/** Those that used something, the most expensive first, then those with the most tokens. */
function usedRows(rows: ReturnType<Spec["rows"]>, range: Range): Row[] {
  const used = rows.flatMap(({ name, note, ...figures }) => {
    const ofRange = usedIn(figures, range);
    return ofRange === undefined || ofRange.records === 0 ? [] : [{ name, note, used: ofRange }];
  });
  const cost = ({ used: { cost_usd } }: Row) => cost_usd ?? 0;
  const tokens = ({ used: { input_tokens, output_tokens } }: Row) => input_tokens + output_tokens;
  return used.sort((a, b) => cost(b) - cost(a) || tokens(b) - tokens(a));
}

/** @param columns those before the amounts; only the first has words */
function makeTable({ texts: { usage } }: Locale, id: string, title: string, columns: readonly string[]) {
  const labels = [...columns, usage.input, usage.cached, usage.output, usage.cost];
  const rows = new TableRows(labels);
  const heads = labels.map((text, at) => el("th", { scope: "col", class: at === 0 ? "" : "number" }, text));
  const caption = el("caption", { class: "visually-hidden" }, title);
  const head = el("thead", {}, el("tr", {}, ...heads));
  return { rows, table: el("table", { "data-table": id, class: "cards", role: "table" }, caption, head, rows.body) };
}

function cellsOf({ name, note, used }: Row, { texts: { usage }, formats }: Locale): Cell[] {
  const { records_without_tokens: untold, records_without_cost: unpriced, input_tokens: input } = used;
  const { output_tokens: output, input_cached_tokens: cached, cost_usd: cost } = used;
  const unknown: Cell = { text: usage.unknown, muted: true };
  const amount = (text: string, isMore: boolean, muted: boolean): Cell => ({
    text: isMore ? usage.atLeast(text) : text,
    muted: muted && !isMore,
  });
  const tokens = (count: number, isMore: boolean) =>
    count === 0 && isMore ? unknown : amount(formats.shortCount(count), isMore, count === 0);
  const told = tokens(input, untold > 0);
  return [
    { text: name, note },
    told,
    // It is a part of the input.
    told === unknown ? unknown : tokens(cached, false),
    tokens(output, untold > 0),
    cost === null ? unknown : amount(formats.usd(cost), unpriced > 0, cost === 0),
  ];
}
