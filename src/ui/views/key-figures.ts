// Shows the five key figures, each with a smaller one that adds context.

import { largestAt, sumOf } from "../charts/column-values.ts";
import { el, setText } from "../dom.ts";
import { NO_VALUE } from "../formats.ts";
import type { Locale } from "../locale.ts";
import { type Range, requestsOf, type Summary } from "../summary.ts";
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
    value: formats.count(requestsOf(summary, range)),
    note: texts.figures.lastMinute(formats.count(requestsOfLastMinute(summary))),
  }),
  errors: (summary, range, { texts, formats }) => {
    const requests = requestsOf(summary, range);
    const errors = requestsOf(summary, range, "client_error", "server_error");
    return {
      value: requests === 0 ? NO_VALUE : formats.share(errors / requests),
      note: texts.figures.errorsOf(formats.count(errors), formats.count(requests)),
    };
  },
  latency: ({ series }, range, locale) => {
    const { latency_p50_ms, latency_p95_ms } = series[range].overall;
    return percentiles(latency_p50_ms, latency_p95_ms, locale);
  },
  ttfb: ({ series }, range, locale) => {
    const { ttfb_p50_ms, ttfb_p95_ms } = series[range].overall;
    return percentiles(ttfb_p50_ms, ttfb_p95_ms, locale);
  },
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

/** The requests of the last six whole steps of 10 seconds. In the first minute: of all steps, also of the current one. */
function requestsOfLastMinute({ series, uptime_seconds }: Summary): number {
  const { requests, step_seconds } = series.quarter;
  const steps = 60 / step_seconds;
  return sumOf(uptime_seconds < 60 + step_seconds ? requests.slice(-steps - 1) : requests.slice(-steps - 1, -1));
}

function percentiles(p50: number | null, p95: number | null, { texts, formats }: Locale): Figure {
  return {
    value: formats.ms(p95),
    note: p95 === null ? texts.figures.noneAnswered : texts.figures.p50(formats.ms(p50)),
  };
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
