// How is an event written on the wire? As one SSE frame (WHATWG HTML, section 9.2).

/** A frame with JSON data, and an `event:` line where the API names its events. */
export function frame(data: unknown, event?: string): string {
  const line = `data: ${JSON.stringify(data)}\n\n`;
  return event === undefined ? line : `event: ${event}\n${line}`;
}

/** The frame that ends a stream of OpenAI's chat completions. */
export const DONE = "data: [DONE]\n\n";
