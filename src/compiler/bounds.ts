// Sets the bounds on a config file, so that a hostile file can't cost much time or memory.

/** Size of a config file, bytes (contract, section 2). */
export const MAX_BYTES = 4 * 1024 * 1024;

/** How deep collections may nest. The root mapping is level 1. */
export const MAX_DEPTH = 64;

/** How many keys and values a file may hold, with aliases written out. A config of 10,000 routes has about 160,000. */
export const MAX_NODES = 250_000;

/** How many lexical tokens a file may hold, including line breaks and spaces. */
export const MAX_TOKENS = 1_500_000;

/** How many findings of one file are shown (hazard A1). */
export const MAX_FINDINGS = 200;

/** Size of a file named by `${file:PATH}`, bytes: a secret or a URL, not a document. */
export const MAX_INCLUDED_BYTES = 64 * 1024;

/** The longest unknown name for which a suggestion is searched. */
export const MAX_SUGGEST_LENGTH = 64;
