// Sends requests to the mock for its tests, and reads SSE frames from a body.

/** Sends a JSON body with POST. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(url, { method: "POST", body: text, headers: { "content-type": "application/json", ...headers } });
}

export interface Frame {
  readonly event: string | undefined;
  readonly data: string;
}

/** The frames of a complete SSE body. Fails on a line that belongs to no frame. */
export function framesOf(body: string): Frame[] {
  if (!body.endsWith("\n\n")) throw new Error("the last frame is not whole");
  return body
    .slice(0, -2)
    .split("\n\n")
    .map((frame) => {
      const match = /^(?:event: (?<event>.*)\n)?data: (?<data>.*)$/.exec(frame);
      if (match?.groups === undefined) throw new Error(`not a frame: ${frame}`);
      return { event: match.groups["event"], data: match.groups["data"] ?? "" };
    });
}
