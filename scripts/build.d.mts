// Declares what tests use of build.mjs.

/** Builds the program and the dashboard into a folder, default `dist`, and removes everything else from it. */
export function buildAll(folder?: string): Promise<void>;
