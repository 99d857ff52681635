// Decides on a request for an upgrade: the WebSocket that is opened for it, or the answer that it gets instead.

import type { IncomingMessage } from "node:http";
import { listedPath } from "../alias.ts";
import { type AnswerSettings, plainSettings, readSettings } from "../answer-settings.ts";
import { carriesKey, first, queryOf, WRONG_KEY } from "../dialect.ts";
import type { WholeAnswer } from "../endpoint.ts";
import { refuse } from "../errors.ts";
import { serveRealtime } from "./realtime-socket.ts";
import { serveResponses } from "./responses-socket.ts";
import type { SocketSetting } from "./socket-call.ts";

/** The WebSockets of the mock, for its page. */
export const SOCKETS: readonly { readonly path: string; readonly what: string }[] = [
  { path: "/v1/responses", what: "OpenAI responses, the events of a stream as messages" },
  { path: "/v1/realtime?model=", what: "OpenAI's Realtime API, text alone" },
];

export type Upgrade =
  | {
      readonly kind: "open";
      readonly asked: Partial<AnswerSettings>;
      readonly serve: (setting: SocketSetting) => void;
    }
  | { readonly kind: "refused"; readonly answer: WholeAnswer; readonly settings: AnswerSettings }
  /** It asks for no WebSocket that the mock has, and is answered as if it asked for none. */
  | { readonly kind: "other" };

/** @param key the one that requests must carry, if any @param id the number of the request */
export function decideUpgrade(req: IncomingMessage, key: string | undefined, id: string): Upgrade {
  const { method, url: target = "", headers } = req;
  const { path } = listedPath(target.split("?", 1)[0] ?? "", "openai");
  const isWebSocket = method === "GET" && first(headers.upgrade)?.toLowerCase() === "websocket";
  if (!isWebSocket || !SOCKETS.some((known) => known.path.split("?", 1)[0] === path)) return { kind: "other" };
  const refused = (status: number, message: string, settings = plainSettings(0)): Upgrade => {
    return { kind: "refused", answer: refuse({ dialect: "openai", id, target }, status, message), settings };
  };
  if (key !== undefined && !carriesKey(key, "openai", target, headers)) {
    return refused(WRONG_KEY.openai.status, WRONG_KEY.openai.message);
  }
  const read = readSettings(headers);
  if (!read.ok) return refused(400, read.message);
  const asked = read.settings;
  if (asked.status !== undefined) {
    const message = `The mock provider was asked for a ${asked.status}.`;
    return refused(asked.status, message, { ...plainSettings(0), ...asked });
  }
  if (path === "/v1/responses") return { kind: "open", asked, serve: serveResponses };
  const model = queryOf(target).get("model");
  if (model === null) return refused(400, "Missing required parameter: 'model'.");
  return { kind: "open", asked, serve: (setting) => serveRealtime(setting, model) };
}
