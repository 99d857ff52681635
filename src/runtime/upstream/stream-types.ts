// Decides by its content type whether a response is a stream, which only silence limits (`stream_types`; contract, section 4).

/**
 * Makes the test for the content types of a route's responses.
 * @param types media types in lower case; `audio/*` stands for all that begin with `audio/`
 */
export function streamMatcher(types: readonly string[]): (contentType: string | undefined) => boolean {
  const exact = new Set(types.filter((type) => !type.endsWith("/*")));
  const families = new Set(types.filter((type) => type.endsWith("/*")).map((type) => type.slice(0, -1)));
  return function isStream(contentType) {
    if (contentType === undefined) return false;
    const end = contentType.indexOf(";");
    const type = (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
    return exact.has(type) || families.has(type.slice(0, type.indexOf("/") + 1));
  };
}
