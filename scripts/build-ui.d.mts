// What do tests call of the page's build?

/** Builds the page's files; those that stay the same are not touched. */
export function buildUi(): Promise<void>;
