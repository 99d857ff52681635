// How are figures written in the reader's language? Counts, shares, durations, times: made once, used everywhere.

import type { Language } from "./words/index.ts";

export interface Formats {
  count(value: number): string;
  /** For axes, where room is short: `12K`. */
  shortCount(value: number): string;
  /** A ratio as per cent; tiny ones are not rounded to nothing. */
  share(ratio: number): string;
  /** Milliseconds, in the unit that reads best; `–` for null. */
  ms(value: number | null): string;
  /** `14:05` */
  time(unixMs: number): string;
  /** `14:05:09` */
  timeOfDay(unixMs: number): string;
  /** Day and time, for what may be days ago. */
  moment(unixMs: number): string;
  /** How long something lasts: its two largest units. */
  span(seconds: number): string;
  /** How long ago, relative to now. */
  ago(seconds: number): string;
}

/** Stands where there is no figure. */
export const NONE = "–";

const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", zh: "zh-CN" };

/** @param timeZone default: the browser's */
export function formats(language: Language, timeZone?: string): Formats {
  const locale = LOCALES[language];
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone } as const;
  const count = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const shortCount = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const plain = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const time = new Intl.DateTimeFormat(locale, clock);
  const timeOfDay = new Intl.DateTimeFormat(locale, { ...clock, second: "2-digit" });
  const moment = new Intl.DateTimeFormat(locale, { ...clock, day: "numeric", month: "short" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  return {
    count: (value) => count.format(value),
    shortCount: (value) => shortCount.format(value),
    share: (ratio) => (ratio > 0 && ratio < 0.001 ? `<${share.format(0.001)}` : share.format(ratio)),
    ms: (value) => (value === null ? NONE : milliseconds(value, plain)),
    time: (at) => time.format(at),
    timeOfDay: (at) => timeOfDay.format(at),
    moment: (at) => moment.format(at),
    span: (seconds) => span(seconds, locale),
    ago: (seconds) => {
      const [amount, unit] = largest(seconds);
      return amount === 0 ? relative.format(0, "second") : relative.format(-amount, unit);
    },
  };
}

/** Narrow no-break space: a figure and its unit stay together. */
const THIN = "\u202f";

function milliseconds(value: number, plain: Intl.NumberFormat): string {
  if (value < 1000) return `${plain.format(value)}${THIN}ms`;
  if (value < 100_000) return `${plain.format(value / 1000)}${THIN}s`;
  return `${plain.format(value / 60_000)}${THIN}min`;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

type Unit = (typeof UNITS)[number][0];

/** The largest unit that fits at least once, and how often. */
function largest(seconds: number): [number, Unit] {
  for (const [unit, size] of UNITS) {
    if (seconds >= size) return [Math.floor(seconds / size), unit];
  }
  return [0, "second"];
}

function span(seconds: number, locale: string): string {
  const [amount, unit] = largest(seconds);
  const at = UNITS.findIndex(([name]) => name === unit);
  const write = (value: number, name: Unit) =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "narrow" }).format(value);
  const next = UNITS[at + 1];
  const size = UNITS[at]?.[1] ?? 1;
  const rest = next === undefined ? 0 : Math.floor((seconds - amount * size) / next[1]);
  return next === undefined || rest === 0 ? write(amount, unit) : `${write(amount, unit)} ${write(rest, next[0])}`;
}
