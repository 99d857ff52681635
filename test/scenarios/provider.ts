// A provider that breaks on purpose: the model's name says how. It notes every request that reaches it.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { completion, errorBody, event, usageEvent, WORDS } from "./answer.ts";
import { FAULTS, type Fault } from "./faults.ts";

/** A request that reached the provider. */
export interface Seen {
  readonly model: string;
  /** Seconds of the catalogue since the start. */
  readonly atS: number;
  /** Which request for this model it was, from 1. */
  readonly attempt: number;
  /** The API key it carried. */
  readonly key: string;
  /** It was refused because its last message is the assistant's. */
  prefillRefused: boolean;
  /** It was answered with a 200. */
  answered: boolean;
}

export interface BrokenProvider {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Forgets what it has seen, and begins anew to count requests and time. */
  restart(): void;
  close(): Promise<void>;
}

/** What the provider reads of a request's body. */
interface Asked {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly lastRole: string | undefined;
}

/**
 * Starts a provider that breaks on purpose.
 * @param speed how many times faster than the catalogue its clock runs
 */
export async function startBrokenProvider(speed: number): Promise<BrokenProvider> {
  const seen: Seen[] = [];
  let startedAt = performance.now();
  const atS = () => ((performance.now() - startedAt) / 1000) * speed;
  const wait = (seconds: number) => sleep((seconds * 1000) / speed, undefined, { ref: false });
  const server = createServer({ keepAliveTimeout: 0 }, async (req, res) => {
    const asked = await readAsked(req);
    const own = seen.filter(({ model }) => model === asked.model).length + 1;
    const note: Seen = {
      model: asked.model,
      atS: atS(),
      attempt: own,
      key: req.headers.authorization ?? "",
      prefillRefused: false,
      answered: false,
    };
    seen.push(note);
    await misbehave(FAULTS[asked.model], { asked, note, res, wait, passedS: atS }).catch(() => res.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    restart: () => {
      seen.length = 0;
      startedAt = performance.now();
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readAsked(req: IncomingMessage): Promise<Asked> {
  let text = "";
  for await (const chunk of req.setEncoding("utf8")) text += chunk;
  const body = JSON.parse(text || "{}");
  return {
    model: String(body.model),
    stream: body.stream === true,
    includeUsage: body.stream_options?.include_usage === true,
    lastRole: body.messages?.at(-1)?.role,
  };
}

/** One request and what is needed to answer it. */
interface Call {
  readonly asked: Asked;
  readonly note: Seen;
  readonly res: ServerResponse;
  readonly wait: (seconds: number) => Promise<void>;
  readonly passedS: () => number;
}

async function misbehave(fault: Fault | undefined, call: Call): Promise<void> {
  const { asked, note, res } = call;
  if (fault?.kind === "silent") return;
  if (fault?.kind === "reset" && note.attempt === 1) return void res.socket?.resetAndDestroy();
  if (fault?.kind === "status" && isDown(fault.when, call)) {
    return sendError(res, fault.status, errorBody(fault.type, fault.code), fault.headers);
  }
  if (fault?.kind === "no-prefill" && asked.lastRole === "assistant") {
    note.prefillRefused = true;
    return sendError(res, 400, errorBody("invalid_request_error", "invalid_prefill"));
  }
  note.answered = true;
  if (asked.stream) return sendStream(call, fault?.kind === "stream" ? fault : { kind: "stream" });
  res.writeHead(200, { "content-type": "application/json" }).end(completion(asked.model));
}

function isDown(when: Extract<Fault, { kind: "status" }>["when"], { note, passedS }: Call): boolean {
  if (when === "first") return note.attempt === 1;
  return when === "always" || passedS() < when.untilS;
}

function sendError(res: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {}) {
  res.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}

async function sendStream({ asked, res, wait }: Call, fault: Extract<Fault, { kind: "stream" }>): Promise<void> {
  const { model } = asked;
  res.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" }).flushHeaders();
  if (fault.firstAfterS !== undefined) await wait(fault.firstAfterS);
  res.write(event(model, { role: "assistant", content: "" }));
  for (const [i, word] of WORDS.entries()) {
    if (i === fault.cutAfter) return breakOff(res);
    if (i === fault.stall?.after) {
      await wait(fault.stall.seconds);
      return breakOff(res);
    }
    if (i === fault.malformedAt) res.write('data: {"id": "chatcmpl-1", "choices": [{"delta": {"content": \n\n');
    res.write(event(model, { content: i === 0 ? word : ` ${word}` }));
    // One write for each event: a turn of the event loop lies between them, as between the words of a model.
    await new Promise((resolve) => setImmediate(resolve));
  }
  res.write(event(model, {}, "stop"));
  if (asked.includeUsage) res.write(usageEvent(model));
  res.end(fault.withoutDone ? "" : "data: [DONE]\n\n");
}

/** Ends the connection without the chunk that would end the body. What was written before still arrives. */
function breakOff(res: ServerResponse): void {
  res.socket?.end();
}
