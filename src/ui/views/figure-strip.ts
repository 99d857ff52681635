// How is it going right now? Five large figures, each with a smaller one that puts it in place.

import { largestAt, latestAt, stepStarts, sumOf } from "../charts/reading.ts";
import { el, setText } from "../dom.ts";
import { NONE } from "../formats.ts";
import type { Reader, View } from "../reader.ts";
import type { Range, Series, Summary } from "../summary.ts";
import type { Words } from "../words/words.ts";

type Name = "requests" | "errors" | "latency" | "ttfb" | "inflight";

interface Figure {
  readonly value: string;
  readonly note: string;
}

type FigureOf = (summary: Summary, range: Range, reader: Reader) => Figure;

const FIGURES: Readonly<Record<Name, FigureOf>> = {
  requests: (summary, range, { words, formats }) => ({
    value: formats.count(range === "hour" ? summary.total_requests_1h : summary.total_requests_24h),
    // The last minute but one: the last is still running.
    note: words.figures.lastMinute(formats.count(summary.series.hour.requests.at(-2) ?? 0)),
  }),
  errors: (summary, range, { words, formats }) => {
    const requests = range === "hour" ? summary.total_requests_1h : summary.total_requests_24h;
    const errors = sumOf(summary.routes.map((route) => (range === "hour" ? route.errors_1h : route.errors_24h)));
    return {
      value: requests === 0 ? NONE : formats.share(errors / requests),
      note: words.figures.errorsOf(formats.count(errors), formats.count(requests)),
    };
  },
  latency: ({ series }, range, reader) => percentiles(series[range], "latency", reader),
  ttfb: ({ series }, range, reader) => percentiles(series[range], "ttfb", reader),
  inflight: (summary, range, { words, formats }) => {
    const peaks = summary.series[range].inflight_peak;
    const peak = formats.count(peaks[largestAt(peaks) ?? -1] ?? 0);
    const waiting = sumOf(summary.routes.map((route) => route.queue_waiting));
    return {
      value: formats.count(sumOf(summary.routes.map((route) => route.inflight_current))),
      note: waiting === 0 ? words.figures.peak(peak) : words.figures.peakAndWaiting(peak, formats.count(waiting)),
    };
  },
};

/** Those of the latest step in which a request ended. */
function percentiles(series: Series, kind: "latency" | "ttfb", { words, formats }: Reader): Figure {
  const [p50, p95] =
    kind === "latency" ? [series.latency_p50_ms, series.latency_p95_ms] : [series.ttfb_p50_ms, series.ttfb_p95_ms];
  const at = latestAt(p95);
  if (at === undefined) return { value: NONE, note: words.figures.noneEnded };
  const time = formats.time(stepStarts(series)[at] ?? 0);
  return { value: formats.ms(p95[at] ?? null), note: words.figures.p50At(formats.ms(p50[at] ?? null), time) };
}

export function figureStrip(reader: Reader): View {
  const parts = (Object.keys(FIGURES) as Name[]).map((name) => {
    const value = el("dd", { class: "figure-value", "data-figure": name }, NONE);
    const note = el("dd", { class: "figure-note" }, NONE);
    const root = el("div", { class: `card figure tone-${name}` }, el("dt", {}, label(reader.words, name)), value, note);
    return { name, root, value, note };
  });
  const root = el("dl", { class: "figures" }, ...parts.map((part) => part.root));
  return {
    root,
    update(summary, range) {
      for (const { name, value, note } of parts) {
        const figure = FIGURES[name](summary, range, reader);
        setText(value, figure.value);
        setText(note, figure.note);
      }
    },
  };
}

function label(words: Words, name: Name): string {
  return words.figures[name];
}
