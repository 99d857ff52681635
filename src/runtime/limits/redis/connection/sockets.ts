// Opens the sockets to Redis for the client library, one for each node. They can all be destroyed at once, and their loss is noticed.

import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { RedisAddress } from "../redis-address.ts";
import { login, needsLogin } from "./login.ts";
import { Refusal } from "./refusal.ts";
import { ReplyGuard } from "./reply-guard.ts";

export class Sockets {
  readonly #address: RedisAddress;
  #onLost: (cause: string) => void = () => {};
  readonly #sockets = new Set<Socket>();
  /** Sockets that the library closes itself, since it does not need them any more. */
  readonly #unneeded = new WeakSet<Socket>();
  #failure: Error | undefined;

  constructor(address: RedisAddress) {
    this.#address = address;
  }

  /** Why they were destroyed, or what the first failure was. `undefined`: nothing has failed. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** @param onLost called at most once, when a socket fails or is closed by the other side. All sockets are destroyed then */
  watch(onLost: (cause: string) => void): void {
    this.#onLost = onLost;
  }

  /**
   * Connects to a node, and logs in there if needed.
   * @returns a socket, which may still be connecting
   * @throws Error, as a rejection, when the sockets were destroyed
   */
  async open(host: string, port: number): Promise<Socket> {
    const socket = this.#connect(host, port);
    if (!needsLogin(this.#address)) return socket;
    await new Promise((resolve) => socket.once(this.#ready, resolve).once("close", resolve));
    const refusal = socket.destroyed ? undefined : await login(socket, this.#address);
    if (refusal !== undefined) this.#lost(socket, new Refusal(refusal));
    if (socket.destroyed) throw this.#failure ?? new Error("the connection was closed");
    return socket;
  }

  #connect(host: string, port: number): Socket {
    if (this.#failure !== undefined) throw this.#failure;
    const socket = this.#address.tls
      ? connectTls({ host, port, ...nameToCheck(host, this.#address.host) })
      : connect({ host, port });
    this.#sockets.add(socket);
    let what = "can't connect";
    socket.once(this.#ready, () => {
      what = "the connection failed";
    });
    socket.on("error", ({ code }: NodeJS.ErrnoException) => {
      // The code is told, not the text, which may hold names.
      this.#lost(socket, new Error(code === undefined ? what : `${what} (${code})`));
    });
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#lost(socket, new Error("the connection was closed"));
    });
    guard(socket, (breach) => this.#lost(socket, new Error(`what Redis sent is ${breach}`)));
    sendOncePerTurn(socket);
    return socket;
  }

  get #ready(): "connect" | "secureConnect" {
    return this.#address.tls ? "secureConnect" : "connect";
  }

  /** Closes a socket whose loss means nothing. */
  dismiss(socket: Socket): void {
    this.#unneeded.add(socket);
    socket.destroy();
  }

  /** Destroys all. No socket is opened any more. */
  destroy(cause: string): void {
    this.#destroyFor(new Error(cause));
  }

  #destroyFor(failure: Error): void {
    this.#failure ??= failure;
    for (const socket of this.#sockets) socket.destroy();
  }

  #lost(socket: Socket, failure: Error): void {
    if (this.#failure !== undefined || this.#unneeded.has(socket)) return;
    this.#destroyFor(failure);
    this.#onLost(failure.message);
  }
}

/**
 * The name that the certificate is checked for. A cluster can name its nodes by their addresses, while certificates name hosts: then it is the
 * host of the URL.
 */
function nameToCheck(host: string, hostOfUrl: string): { servername?: string } {
  const name = isIP(host) === 0 ? host : hostOfUrl;
  return isIP(name) === 0 ? { servername: name } : {};
}

/** Checks what is received before anyone reads it. `push` is where a socket hands over what it received. */
function guard(socket: Socket, onBreach: (breach: string) => void): void {
  const replies = new ReplyGuard();
  const push = socket.push.bind(socket);
  socket.push = (chunk: unknown, encoding) => {
    if (socket.destroyed) return false;
    const breach = Buffer.isBuffer(chunk) ? replies.check(chunk) : undefined;
    if (breach === undefined) return push(chunk, encoding);
    onBreach(breach);
    return false;
  };
  const write = socket.write.bind(socket);
  // The library writes one command at a time.
  const counted = (data: string | Uint8Array): boolean => {
    replies.ask();
    return write(data);
  };
  socket.write = counted as Socket["write"];
}

/** What is written in one turn of the event loop is sent with one system call at its end. */
function sendOncePerTurn(socket: Socket): void {
  let collecting = false;
  const write = socket.write;
  const collected = (data: string | Uint8Array): boolean => {
    if (!collecting) {
      collecting = true;
      socket.cork();
      setImmediate(() => {
        collecting = false;
        socket.uncork();
      });
    }
    return write(data);
  };
  socket.write = collected as Socket["write"];
}
