// Types of minutes.mjs, for the tests.

export function minutesTable(): string;
