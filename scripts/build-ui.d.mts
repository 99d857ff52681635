// Declares what tests use of build-ui.mjs.

/** Builds the files of the dashboard. A file whose contents stay the same is not written. @returns the files */
export function buildUi(folder?: string): Promise<string[]>;
