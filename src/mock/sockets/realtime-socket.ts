// Answers OpenAI's Realtime API over a WebSocket, with text alone: no audio is heard or spoken.

import { isObject, type JsonObject } from "../endpoint.ts";
import { allTextOf, promptOf } from "../prompt.ts";
import { countTokens, speak, tokenLimit } from "../speech.ts";
import { billOf } from "../usage/bill.ts";
import { realtimeUsage } from "../usage/openai-usage.ts";
import { parseMessage } from "./parse-message.ts";
import { itemEvents, type RealtimeResponse, realtimeEvents, sessionOf } from "./realtime-events.ts";
import { SocketCalls, type SocketSetting } from "./socket-call.ts";

/** More items of a conversation are not kept. */
const MAX_ITEMS = 1000;

/** Serves one socket. @param model the one in the query of the upgrade */
export function serveRealtime(setting: SocketSetting, model: string): void {
  new RealtimeSession(setting, model).begin();
}

class RealtimeSession {
  readonly #calls: SocketCalls;
  readonly #model: string;
  #session: JsonObject;
  /** The conversation so far: what the user said, and what was answered. */
  #items: JsonObject[] = [];
  #events = 0;
  #isSpeaking = false;

  constructor(setting: SocketSetting, model: string) {
    this.#calls = new SocketCalls(setting);
    this.#model = model;
    this.#session = sessionOf(`sess_${setting.id}`, model);
  }

  begin(): void {
    const { socket } = this.#calls.setting;
    this.#say("session.created", { session: this.#session });
    socket.onMessage((text) => this.#take(parseMessage(text)));
  }

  #take(event: JsonObject | undefined): void {
    switch (event?.["type"]) {
      case "session.update":
        this.#session = { ...this.#session, ...objectOf(event["session"]) };
        return this.#say("session.updated", { session: this.#session });
      case "conversation.item.create":
        return this.#addItem(objectOf(event["item"]));
      case "response.create":
        if (!this.#isSpeaking) return this.#respond(objectOf(event["response"]));
        return this.#refuse(event, "conversation_already_has_active_response", "A response is being spoken already.");
      case undefined:
        return this.#refuse(event, "invalid_json", "The message is no JSON object with a type.");
      default:
        return this.#refuse(event, "invalid_value", `The mock provider does not know '${String(event?.["type"])}'.`);
    }
  }

  #addItem(given: JsonObject): void {
    const item = { id: `item_${this.#events}`, object: "realtime.item", ...given, status: "completed" };
    this.#keep(item);
    for (const [type, data] of itemEvents(item)) this.#say(type, data);
  }

  #keep(item: JsonObject): void {
    this.#items.push(item);
    if (this.#items.length > MAX_ITEMS) this.#items.shift();
  }

  #respond(asked: JsonObject): void {
    const call = this.#calls.next(this.#model);
    const { settings } = call;
    if (settings.status !== undefined) {
      return this.#refuse(undefined, "server_error", `The mock provider was asked for a ${settings.status}.`);
    }
    // A response may have an input of its own, instead of the conversation.
    const input = Array.isArray(asked["input"]) ? asked["input"] : this.#items;
    const limit = tokenLimit(asked["max_output_tokens"] ?? this.#session["max_output_tokens"]);
    const speech = speak(promptOf(input), settings.events, limit);
    const bill = billOf(settings, countTokens(allTextOf(input)), speech.pieces.length);
    const written = settings.quirks.has("none")
      ? { usage: null, tells: undefined }
      : realtimeUsage(bill, settings.quirks);
    const response: RealtimeResponse = { id: call.id, speech, written, isFailed: settings.quirks.has("failed") };
    const messages = realtimeEvents(response, () => this.#eventId());
    this.#isSpeaking = true;
    void this.#calls.speak(call, { model: this.#model, messages, billed: bill }).then(() => {
      this.#isSpeaking = false;
    });
    this.#keep({ role: "assistant", content: [{ type: "output_text", text: speech.text }] });
  }

  #refuse(event: JsonObject | undefined, code: string, message: string): void {
    const error = { type: "invalid_request_error", code, message, param: null, event_id: event?.["event_id"] ?? null };
    this.#say("error", { error });
  }

  #say(type: string, data: object): void {
    void this.#calls.setting.socket.send(JSON.stringify({ type, event_id: this.#eventId(), ...data }));
  }

  #eventId(): string {
    this.#events += 1;
    return `event_${this.#events}`;
  }
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
