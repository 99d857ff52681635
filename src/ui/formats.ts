// Writes counts, ratios, durations and times in the language of the page.

import type { Language } from "./texts/texts.ts";

export interface Formats {
  count(value: number): string;
  /** Short form: `12.6K`, `41M`. */
  shortCount(value: number): string;
  /** An amount of money. A tiny one is shown as `<$0.01`, not as `$0.00`. */
  usd(value: number): string;
  /** A ratio as a percentage. A tiny one is shown as `<0.1%`, not as `0%`. */
  share(ratio: number): string;
  /** Milliseconds, in a suitable unit; `–` for null. */
  ms(value: number | null): string;
  /** `14:05` */
  time(unixMs: number): string;
  /** `14:05:09` */
  timeOfDay(unixMs: number): string;
  /** The start of a time step: with seconds if the step is shorter than a minute. */
  step(unixMs: number, stepMs: number): string;
  /** `14 Mar, 14:05` */
  dayAndTime(unixMs: number): string;
  /** The same in UTC: `14 Mar, 14:05 UTC` */
  utc(unixMs: number): string;
  /** A duration in its two largest units: `3d 4h`. */
  duration(seconds: number): string;
  /** `47 minutes ago` */
  ago(seconds: number): string;
}

/** Shown where there is no value. */
export const NO_VALUE = "–";

const LOCALE_TAGS: Readonly<Record<Language, string>> = { en: "en-GB", zh: "zh-CN" };

/** @param timeZone the default is the browser's */
export function formats(language: Language, timeZone?: string): Formats {
  const locale = LOCALE_TAGS[language];
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone } as const;
  const count = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  // British English would write `41m` for 41 million.
  const shortCount = new Intl.NumberFormat(language === "en" ? "en-US" : locale, {
    notation: "compact",
    maximumFractionDigits: 1,
  });
  // `US$` would be longer, and no other dollars are shown.
  const usd = new Intl.NumberFormat(locale, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" });
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const plain = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const time = new Intl.DateTimeFormat(locale, clock);
  const timeOfDay = new Intl.DateTimeFormat(locale, { ...clock, second: "2-digit" });
  const dayAndTime = new Intl.DateTimeFormat(locale, { ...clock, day: "numeric", month: "short" });
  const utc = new Intl.DateTimeFormat(locale, { ...clock, day: "numeric", month: "short", timeZone: "UTC" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  return {
    count: (value) => count.format(value),
    shortCount: (value) => shortCount.format(value),
    usd: (value) => (value > 0 && value < 0.01 ? `<${usd.format(0.01)}` : usd.format(value)),
    share: (ratio) => (ratio > 0 && ratio < 0.001 ? `<${share.format(0.001)}` : share.format(ratio)),
    ms: (value) => (value === null ? NO_VALUE : milliseconds(value, plain)),
    time: (at) => time.format(at),
    timeOfDay: (at) => timeOfDay.format(at),
    step: (at, stepMs) => (stepMs < 60_000 ? timeOfDay : time).format(at),
    dayAndTime: (at) => dayAndTime.format(at),
    utc: (at) => `${utc.format(at)} UTC`,
    duration: (seconds) => duration(seconds, locale),
    ago: (seconds) => {
      const [amount, unit] = largestUnit(seconds);
      return amount === 0 ? relative.format(0, "second") : relative.format(-amount, unit);
    },
  };
}

/** A narrow no-break space keeps a number and its unit on one line. */
const NARROW_SPACE = "\u202f";

function milliseconds(value: number, plain: Intl.NumberFormat): string {
  if (value < 1000) return `${plain.format(value)}${NARROW_SPACE}ms`;
  if (value < 100_000) return `${plain.format(value / 1000)}${NARROW_SPACE}s`;
  return `${plain.format(value / 60_000)}${NARROW_SPACE}min`;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

type Unit = (typeof UNITS)[number][0];

/** Returns the largest unit that fits at least once, and how many of it. */
function largestUnit(seconds: number): [number, Unit] {
  for (const [unit, size] of UNITS) {
    if (seconds >= size) return [Math.floor(seconds / size), unit];
  }
  return [0, "second"];
}

function duration(seconds: number, locale: string): string {
  const [amount, unit] = largestUnit(seconds);
  const at = UNITS.findIndex(([name]) => name === unit);
  const write = (value: number, name: Unit) =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "narrow" }).format(value);
  const next = UNITS[at + 1];
  const size = UNITS[at]?.[1] ?? 1;
  const rest = next === undefined ? 0 : Math.floor((seconds - amount * size) / next[1]);
  return next === undefined || rest === 0 ? write(amount, unit) : `${write(amount, unit)} ${write(rest, next[0])}`;
}
