// Hands our sockets to the client library.

import type { Socket } from "node:net";
import { AbstractConnector } from "ioredis";
import type { RedisNode } from "../redis-address.ts";
import type { Sockets } from "./sockets.ts";

/** A class that the library makes one of for each node. */
export function connectorOver(sockets: Sockets): new (options: unknown) => AbstractConnector {
  return class extends AbstractConnector {
    readonly #node: Partial<RedisNode>;
    #socket: Socket | undefined;

    constructor(options: unknown) {
      super(0);
      this.#node = options as Partial<RedisNode>;
    }

    override async connect(): Promise<Socket> {
      const { host = "", port = 0 } = this.#node;
      this.#socket = await sockets.open(host, port);
      this.#socket.once("error", (error) => {
        this.firstError = error;
      });
      return this.#socket;
    }

    override disconnect(): void {
      if (this.#socket !== undefined) sockets.dismiss(this.#socket);
    }
  };
}
