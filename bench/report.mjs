// Prints what a run finds, and keeps it, so that it can be written to a page as well.

import { table } from "./table.mjs";

/**
 * @typedef {object} Report
 * @property {(line: string) => void} say prints one line and keeps it as a remark
 * @property {(title: string, head: readonly string[], rows: readonly (readonly string[])[]) => void} table
 * @property {() => string} markdown all that was kept
 */

/** @returns {Report} */
export function newReport() {
  /** @type {string[]} */
  const kept = [];
  let isRemark = false;
  const keep = (/** @type {string} */ text, /** @type {boolean} */ remark) => {
    kept.push(isRemark && remark ? text : `\n${text}`);
    isRemark = remark;
  };
  return {
    say(line) {
      console.log(`  ${line}`);
      keep(`- ${line}`, true);
    },
    table(title, head, rows) {
      const text = table(head, rows);
      console.log(`\n${title}\n${text}`);
      keep(`**${title}**\n\n${text}`, false);
    },
    markdown: () => kept.join("\n").trim(),
  };
}
