// Answers OpenAI responses over a WebSocket: the events are those of the event stream, one text message each.

import { dataOf, type Frame, type JsonObject } from "../endpoint.ts";
import { refuse } from "../errors.ts";
import { responses, warmUp } from "../openai/responses.ts";
import { parseMessage } from "./parse-message.ts";
import { SocketCalls, type SocketSetting } from "./socket-call.ts";

/** Serves one socket. Requests with the same `stream_id`, and those without, are answered one after the other. */
export function serveResponses(setting: SocketSetting): void {
  const calls = new SocketCalls(setting);
  const lanes = new Map<unknown, Promise<void>>();
  setting.socket.onMessage((text) => {
    const request = parseMessage(text);
    const lane = request?.["stream_id"];
    const before = lanes.get(lane) ?? Promise.resolve();
    const answered = before.then(() => answer(calls, request)).catch(() => setting.socket.cut());
    lanes.set(lane, answered);
    void answered.then(() => {
      if (lanes.get(lane) === answered) lanes.delete(lane);
    });
  });
}

async function answer(calls: SocketCalls, request: JsonObject | undefined): Promise<void> {
  const model = request?.["model"];
  const call = calls.next(model);
  const lane = request?.["stream_id"];
  const say = (status: number, message: string) => calls.setting.socket.send(errorEvent(call, status, message, lane));
  if (request === undefined) return void (await say(400, "We could not parse the message as a JSON object."));
  if (request["type"] !== "response.create") {
    return void (await say(
      400,
      `Invalid value: '${String(request["type"])}'. Supported values are: 'response.create'.`,
    ));
  }
  const missing = responses.needs.find((key) => !Object.hasOwn(request, key));
  if (missing !== undefined) return void (await say(400, `Missing required parameter: '${missing}'.`));
  const { status } = call.settings;
  if (status !== undefined) return void (await say(status, `The mock provider was asked for a ${status}.`));
  const body = { ...request, stream: true };
  const spoken = request["generate"] === false ? warmUp(call, body) : responses.answer(call, body);
  if (spoken.kind !== "stream") return;
  await calls.speak(call, {
    model: String(model),
    messages: messages(spoken.frames, lane),
    billed: spoken.billed,
  });
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

function errorEvent(call: Parameters<typeof refuse>[0], status: number, message: string, lane: unknown): string {
  return withLane(JSON.stringify({ type: "error", status, ...JSON.parse(refuse(call, status, message).body) }), lane);
}
