// A careful caller: asks for one chat answer and tells how the call ended. It never takes a broken answer for a whole one.

import { ANSWER } from "./answer.ts";

/** How a call ended, as its caller saw it. */
export interface Result {
  /** `error` is a clear error: an error status, an error event, or a broken connection. */
  readonly ended: "success" | "error" | "hang";
  /** The text is the whole answer. Only a success can be complete. */
  readonly complete: boolean;
  readonly text: string;
  readonly status: number | undefined;
  /** The model that the response names. */
  readonly model: string | undefined;
  /** The response had a usage block. */
  readonly usage: boolean;
  /** Seconds of the catalogue. */
  readonly seconds: number;
}

export interface Question {
  /** Up to the path of the API, such as `http://127.0.0.1:8080/openai/v1`. */
  readonly baseUrl: string;
  readonly token: string;
  readonly model: string;
  readonly stream: boolean;
  /** The longest time to wait, in seconds of the catalogue. Then it is a hang. */
  readonly patienceS: number;
  readonly speed: number;
}

interface Read {
  text: string;
  model: string | undefined;
  usage: boolean;
  failed: boolean;
}

/** Makes one call. Never throws for what the gateway does. */
export async function call(question: Question): Promise<Result> {
  const { speed, patienceS } = question;
  const startedAt = performance.now();
  const read: Read = { text: "", model: undefined, usage: false, failed: false };
  const patience = AbortSignal.timeout((patienceS * 1000) / speed);
  let status: number | undefined;
  let ended: Result["ended"];
  try {
    const response = await send(question, patience);
    status = response.status;
    await (question.stream && status === 200 ? readStream(response, read) : readJson(response, read));
    ended = status === 200 && !read.failed ? "success" : "error";
  } catch {
    ended = patience.aborted ? "hang" : "error";
  }
  const seconds = ((performance.now() - startedAt) / 1000) * speed;
  const { text, model, usage } = read;
  return { ended, complete: ended === "success" && text === ANSWER, text, status, model, usage, seconds };
}

function send({ baseUrl, token, model, stream }: Question, signal: AbortSignal): Promise<Response> {
  return fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      model,
      messages: [{ role: "user", content: "Why does a gateway need to be honest?" }],
      ...(stream && { stream: true, stream_options: { include_usage: true } }),
    }),
    signal,
  });
}

interface Completion {
  readonly model?: string;
  readonly error?: unknown;
  readonly usage?: unknown;
  readonly choices?: readonly { readonly message?: { readonly content?: string } }[];
}

async function readJson(response: Response, read: Read): Promise<void> {
  const body = (await response.json()) as Completion;
  read.text = body.choices?.[0]?.message?.content ?? "";
  read.model = body.model;
  read.usage = body.usage !== undefined;
  read.failed = body.error !== undefined;
}

/** Reads events up to `[DONE]` or the end. An event that is no JSON is skipped; one with an `error` fails the call. */
async function readStream(response: Response, read: Read): Promise<void> {
  if (response.body === null) return;
  let pending = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (pending + chunk).split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith("data:")) continue;
      const data = line.slice(5).trim();
      if (data === "[DONE]") return;
      take(parsed(data), read);
    }
  }
}

interface Event {
  readonly model?: string;
  readonly error?: unknown;
  readonly usage?: unknown;
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[];
}

function parsed(data: string): Event {
  try {
    return JSON.parse(data) as Event;
  } catch {
    return {};
  }
}

function take(event: Event, read: Read): void {
  if (event.error !== undefined) read.failed = true;
  read.model = event.model ?? read.model;
  if (event.usage !== undefined) read.usage = true;
  for (const { delta } of event.choices ?? []) read.text += delta?.content ?? "";
}
