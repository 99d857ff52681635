// Shows the five key figures, each with a smaller one that adds context.

import { largestAt, latestAt, stepStarts, sumOf } from "../charts/column-values.ts";
import { el, setText } from "../dom.ts";
import { NO_VALUE } from "../formats.ts";
import type { Locale } from "../locale.ts";
import type { Range, Series, Summary } from "../summary.ts";
import type { Texts } from "../texts/texts.ts";
import type { View } from "./card.ts";

type Name = "requests" | "errors" | "latency" | "ttfb" | "inflight";

interface Figure {
  readonly value: string;
  readonly note: string;
}

type FigureOf = (summary: Summary, range: Range, locale: Locale) => Figure;

const FIGURES: Readonly<Record<Name, FigureOf>> = {
  requests: (summary, range, { texts, formats }) => ({
    value: formats.count(range === "hour" ? summary.total_requests_1h : summary.total_requests_24h),
    // The last minute is not over yet, so the one before it is shown.
    note: texts.figures.lastMinute(formats.count(summary.series.hour.requests.at(-2) ?? 0)),
  }),
  errors: (summary, range, { texts, formats }) => {
    const requests = range === "hour" ? summary.total_requests_1h : summary.total_requests_24h;
    const errors = sumOf(summary.routes.map((route) => (range === "hour" ? route.errors_1h : route.errors_24h)));
    return {
      value: requests === 0 ? NO_VALUE : formats.share(errors / requests),
      note: texts.figures.errorsOf(formats.count(errors), formats.count(requests)),
    };
  },
  latency: ({ series }, range, locale) => percentiles(series[range], "latency", locale),
  ttfb: ({ series }, range, locale) => percentiles(series[range], "ttfb", locale),
  inflight: (summary, range, { texts, formats }) => {
    const peaks = summary.series[range].inflight_peak;
    const peak = formats.count(peaks[largestAt(peaks) ?? -1] ?? 0);
    const waiting = sumOf(summary.routes.map((route) => route.queue_waiting));
    return {
      value: formats.count(sumOf(summary.routes.map((route) => route.inflight_current))),
      note: waiting === 0 ? texts.figures.peak(peak) : texts.figures.peakAndWaiting(peak, formats.count(waiting)),
    };
  },
};

/** The percentiles of the latest time step in which a request ended. */
function percentiles(series: Series, kind: "latency" | "ttfb", { texts, formats }: Locale): Figure {
  const [p50, p95] =
    kind === "latency" ? [series.latency_p50_ms, series.latency_p95_ms] : [series.ttfb_p50_ms, series.ttfb_p95_ms];
  const at = latestAt(p95);
  if (at === undefined) return { value: NO_VALUE, note: texts.figures.noneEnded };
  const time = formats.time(stepStarts(series)[at] ?? 0);
  return { value: formats.ms(p95[at] ?? null), note: texts.figures.p50At(formats.ms(p50[at] ?? null), time) };
}

export function keyFigures(locale: Locale): View {
  const parts = (Object.keys(FIGURES) as Name[]).map((name) => {
    const value = el("dd", { class: "figure-value", "data-figure": name }, NO_VALUE);
    const note = el("dd", { class: "figure-note" }, NO_VALUE);
    const root = el("div", { class: `card figure tone-${name}` }, el("dt", {}, label(locale.texts, name)), value, note);
    return { name, root, value, note };
  });
  const root = el("dl", { class: "figures" }, ...parts.map((part) => part.root));
  return {
    root,
    update(summary, range) {
      for (const { name, value, note } of parts) {
        const figure = FIGURES[name](summary, range, locale);
        setText(value, figure.value);
        setText(note, figure.note);
      }
    },
  };
}

function label(texts: Texts, name: Name): string {
  return texts.figures[name];
}
