// Reads an RFC 3339 time. `Date.parse` takes February 30 for March 2, and knows no leap seconds.

const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** @returns ms since the epoch; `undefined` when the text is no such time, or no day or hour of the calendar */
export function readTime(text: string): number | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [fraction = "", sign, ...offset] = match.slice(7);
  const [offsetHours = 0, offsetMinutes = 0] = offset.map((part) => Number(part ?? 0));
  // A leap second is the 60th of its minute.
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return undefined;
  const date = new Date(0);
  // `Date.UTC` would take the years 0 to 99 for those of the last century.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const ms = Number(fraction.slice(0, 3).padEnd(3, "0"));
  const shift = (offsetHours * 60 + offsetMinutes) * (sign === "-" ? -1 : 1);
  return date.setUTCHours(hour, minute - shift, second, ms);
}
