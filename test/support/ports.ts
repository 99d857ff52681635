// Finds ports of this machine that are free.

import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Free ports are searched below those that the kernel assigns itself (from 32768 on Linux). Another test could get one of the
 * kernel's ports before the program listens on it.
 */
const FIRST_PORT = 10_000;
const PORTS = 20_000;

/** A port on which nothing listened a moment ago: for programs that can't choose one, and for connections to be refused. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (await canListen(port)) return port;
  }
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
