// Answers OpenAI responses over a WebSocket: the events are those of the event stream, one text message each.

import { type Call, dataOf, type Frame, type JsonObject } from "../endpoint.ts";
import { refuse } from "../errors.ts";
import { responses, warmUp } from "../openai/responses.ts";
import { parseMessage } from "./parse-message.ts";
import { Remembered } from "./remembered.ts";
import { SocketCalls, type SocketSetting } from "./socket-call.ts";

/** Serves one socket. Requests with the same `stream_id`, and those without, are answered one after the other. */
export function serveResponses(setting: SocketSetting): void {
  const calls = new SocketCalls(setting);
  const remembered = new Remembered();
  const lanes = new Map<unknown, Promise<void>>();
  setting.socket.onMessage((text) => {
    const request = parseMessage(text);
    const lane = request?.["stream_id"];
    const before = lanes.get(lane) ?? Promise.resolve();
    const answered = before.then(() => answer(calls, remembered, request)).catch(() => setting.socket.cut());
    lanes.set(lane, answered);
    void answered.then(() => {
      if (lanes.get(lane) === answered) lanes.delete(lane);
    });
  });
}

async function answer(calls: SocketCalls, remembered: Remembered, given: JsonObject | undefined): Promise<void> {
  const request = given ?? {};
  const { model, stream_id: lane } = request;
  const call = remembered.withPrompt(calls.next(model), request);
  const refused = given === undefined ? NO_OBJECT : refusalOf(call, request);
  if (refused !== undefined) {
    await calls.setting.socket.send(withLane(errorEvent(call, refused), lane));
    return;
  }
  const body = { ...request, stream: true };
  const spoken = request["generate"] === false ? warmUp(call, body) : responses.answer(call, body);
  if (spoken.kind !== "stream") return;
  const { frames, billed } = spoken;
  remembered.keep(call, billed.output);
  await calls.speak(call, { model: String(model), messages: messages(frames, lane), billed });
}

interface Refusal {
  readonly status: number;
  readonly message: string;
}

const NO_OBJECT: Refusal = { status: 400, message: "We could not parse the message as a JSON object." };

/** Why a request is refused, in the order of a provider. */
function refusalOf({ settings: { status } }: Call, request: JsonObject): Refusal | undefined {
  const { type } = request;
  if (type !== "response.create") {
    return { status: 400, message: `Invalid value: '${String(type)}'. Supported values are: 'response.create'.` };
  }
  const missing = responses.needs.find((key) => !Object.hasOwn(request, key));
  if (missing !== undefined) return { status: 400, message: `Missing required parameter: '${missing}'.` };
  return status === undefined ? undefined : { status, message: `The mock provider was asked for a ${status}.` };
}

function* messages(frames: Iterable<Frame>, lane: unknown): Generator<Frame> {
  for (const frame of frames) {
    if (typeof frame === "string") yield withLane(dataOf(frame), lane);
    else yield { ...frame, text: withLane(dataOf(frame.text), lane) };
  }
}

/** Each event names the lane of its request, where that named one. */
function withLane(event: string, lane: unknown): string {
  return lane === undefined ? event : JSON.stringify({ ...JSON.parse(event), stream_id: lane });
}

function errorEvent(call: Call, { status, message }: Refusal): string {
  return JSON.stringify({ type: "error", status, ...JSON.parse(refuse(call, status, message).body) });
}
