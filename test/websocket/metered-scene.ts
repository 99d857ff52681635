// Starts a mock provider and a metered gateway in front of it, and speaks to them over WebSockets as real clients do.

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { type Mock, type MockOptions, startMock } from "../../src/mock/start.ts";
import { type BooksConfig, type BooksGateway, startBooks, tokenOf } from "../metering/books-scene.ts";
import type { TestGatewayOptions } from "../support/gateway.ts";

export interface MeteredScene extends BooksGateway {
  readonly mock: Mock;
}

/** A gateway with the route `/up` to a mock, metered and with WebSockets. */
export async function meteredScene(
  config: Omit<BooksConfig, "base"> & { readonly mock?: MockOptions; readonly options?: TestGatewayOptions } = {},
): Promise<MeteredScene> {
  const mock = await startMock({ paceMs: 0, ...config.mock });
  const upstream = ["websocket: true", ...(config.upstream ?? [])];
  const books = await startBooks({ ...config, base: mock.url, upstream }, config.options);
  onTestFinished(async () => {
    await books.gateway.close();
    await mock.close();
  });
  return { ...books, mock };
}

/** A request for a response, as the Responses API wants it. */
export const CREATE = { type: "response.create", model: "mock-thinking", input: "hi there" };

/** One WebSocket of a client, whose messages can be waited for. */
export class Speaker {
  readonly ws: WebSocket;
  readonly closed: Promise<[code: number]>;
  #types: string[] = [];
  #wake: () => void = () => {};

  constructor(ws: WebSocket) {
    this.ws = ws;
    this.closed = once(ws, "close") as Promise<[number]>;
    ws.on("error", () => {});
    ws.on("message", (data) => {
      this.#types.push(JSON.parse(String(data)).type);
      this.#wake();
    });
  }

  /** Sends a message, and waits for the next one of a type. */
  async ask(message: object, until: string): Promise<void> {
    this.ws.send(JSON.stringify(message));
    await this.until(until);
  }

  async until(type: string): Promise<void> {
    for (;;) {
      const at = this.#types.indexOf(type);
      if (at !== -1) {
        this.#types = this.#types.slice(at + 1);
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async close(): Promise<void> {
    this.ws.close(1000);
    await this.closed;
  }
}

export interface Asked {
  readonly path?: string;
  /** The id of the client. */
  readonly client?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function websocket({ gateway }: BooksGateway, { path = "/v1/responses", client = "alice", headers }: Asked): WebSocket {
  const ws = new WebSocket(`${gateway.url.replace("http", "ws")}/up${path}`, {
    perMessageDeflate: false,
    headers: { authorization: `Bearer ${tokenOf(client)}`, ...headers },
  });
  onTestFinished(() => ws.terminate());
  return ws;
}

/** Opens a WebSocket as a client. */
export async function open(books: BooksGateway, asked: Asked = {}): Promise<Speaker> {
  const ws = websocket(books, asked);
  const speaker = new Speaker(ws);
  await once(ws, "open");
  return speaker;
}

export interface Refused {
  readonly status: number | undefined;
  readonly code: string;
  /** For people; empty in the format `plain`. */
  readonly message: string;
  readonly headers: IncomingMessage["headers"];
}

/** The answer to a handshake that is refused. */
export async function refusal(books: BooksGateway, asked: Asked = {}): Promise<Refused> {
  const ws = websocket(books, asked);
  ws.on("error", () => {});
  const [, res] = (await once(ws, "unexpected-response")) as [unknown, IncomingMessage];
  let text = "";
  for await (const chunk of res) text += chunk;
  const { error } = JSON.parse(text) as { error: string | { code: string; message: string } };
  const { code, message } = typeof error === "string" ? { code: error, message: "" } : error;
  return { status: res.statusCode, code, message, headers: res.headers };
}
