// Writes the tables of a run into a page, between two comments that mark the place.

import { readFileSync, writeFileSync } from "node:fs";

export const BEGIN = "<!-- bench: begin -->";
export const END = "<!-- bench: end -->";

/**
 * Replaces what is between the marks.
 * @param {string} page @param {string} text
 * @returns {string} the new page
 * @throws {Error} if the page does not have both marks, in order
 */
export function fillIn(page, text) {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`the page must contain ${BEGIN} and, after it, ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${text.trim()}\n\n${page.slice(end)}`;
}

/** Fails at once if the tables could not be written later. @param {string} path of a page @throws {Error} if it has no marks */
export function checkPage(path) {
  fillIn(readFileSync(path, "utf8"), "");
}

/** @param {string} path of a page @param {string} text */
export function writeInto(path, text) {
  writeFileSync(path, fillIn(readFileSync(path, "utf8"), text));
}
