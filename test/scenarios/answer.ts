// The one answer that the broken provider gives when it works, and the texts of its events.

/** Sixty words. A caller has the whole answer if it has exactly these. */
export const WORDS: readonly string[] = (
  "A gateway between people and their models is easy to like while every provider answers quickly. " +
  "Its worth shows on the other days, when keys run out of credit, servers fall silent in the middle of a sentence, " +
  "and the only honest choices left are another provider at once or a clear error that nobody could mistake for an answer."
).split(" ");

export const ANSWER: string = WORDS.join(" ");

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

export function usageOf(completionTokens: number): Usage {
  return { prompt_tokens: 21, completion_tokens: completionTokens, total_tokens: 21 + completionTokens };
}

/** One event of a chat stream, as the bytes of the wire. */
export function event(model: string, delta: Readonly<Record<string, string>>, finish: string | null = null): string {
  return dataLine({ ...chunkOf(model), choices: [{ index: 0, delta, finish_reason: finish }] });
}

/** The event with the usage, which has no choices. */
export function usageEvent(model: string): string {
  return dataLine({ ...chunkOf(model), choices: [], usage: usageOf(WORDS.length) });
}

/** The whole answer of a request that asked for no stream. */
export function completion(model: string): string {
  return JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    model,
    choices: [{ index: 0, message: { role: "assistant", content: ANSWER }, finish_reason: "stop" }],
    usage: usageOf(WORDS.length),
  });
}

/** The body of an error in OpenAI's form. */
export function errorBody(type: string, code: string): string {
  return JSON.stringify({ error: { message: "The provider is broken on purpose.", type, param: null, code } });
}

const chunkOf = (model: string) => ({ id: "chatcmpl-1", object: "chat.completion.chunk", model });

const dataLine = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
