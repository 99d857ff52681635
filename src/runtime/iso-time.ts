// Writes times as texts, such as `2026-11-27T21:09:29.123Z` (ISO 8601), fast enough for each line of a log.

/** Makes the function. Date and time are formatted once a second. @returns a function of whole ms since the epoch */
export function isoTimes(): (ms: number) => string {
  let second = 0;
  let secondText = "";
  return function isoTime(ms) {
    const current = Math.floor(ms / 1000);
    if (current !== second || secondText === "") {
      secondText = new Date(current * 1000).toISOString().slice(0, -"000Z".length);
      second = current;
    }
    return `${secondText}${String(ms - current * 1000).padStart(3, "0")}Z`;
  };
}
