// Types of markdown.mjs, for the tests.

export const BEGIN: string;
export const END: string;
export function fillIn(page: string, text: string): string;
export function checkPage(path: string): void;
export function writeInto(path: string, text: string): void;
