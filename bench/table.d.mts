// Types of table.mjs, for the tests.

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string;
export function short(value: number | undefined): string;
