// Which header names mean something to the gateway? Lower-case lists that several rules ask.

/** Made by the gateway for each request, whatever came in. */
export const RESTATED: ReadonlySet<string> = new Set(["host", "content-length", "transfer-encoding"]);

/** Headers that LLM APIs and their clients use: what a near miss most likely means. */
export const WELL_KNOWN: readonly string[] = [
  "authorization",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
  "anthropic-version",
  "anthropic-beta",
  "openai-organization",
  "openai-project",
  "openai-beta",
  "content-type",
  "content-encoding",
  "accept",
  "accept-encoding",
  "accept-language",
  "user-agent",
  "x-request-id",
  "x-forwarded-for",
  "x-real-ip",
  "cookie",
  "origin",
  "referer",
  "traceparent",
  "http-referer",
  "x-title",
];

/** Whether a header of this name carries a secret. */
export function carriesSecret(name: string): boolean {
  return /(?:^|[-_])(?:authorization|key|token|secret|password|cookie)$/i.test(name);
}
