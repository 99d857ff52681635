// Finds ports of this machine that are free.

import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Where ports are looked for: below those that a kernel gives out itself (from 32768 on Linux). One of those can be taken by
 * any other test before the program that it is meant for listens.
 */
const FIRST_PORT = 10_000;
const PORTS = 20_000;

/** A port on which nothing listened a moment ago: for programs that can't choose one themselves, and to be refused at. */
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
