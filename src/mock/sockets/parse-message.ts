// Parses the messages of clients.

import { isObject, type JsonObject } from "../endpoint.ts";

/** The JSON object of a message; `undefined` when it is none. */
export function parseMessage(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
