// A server that speaks the protocol of Redis and replies what a test says, also what no Redis would.

import { createServer, type Socket } from "node:net";
import { listen } from "./listen.ts";

/** @returns bytes to send, or nothing. @param command its words, the first in lower case */
export type Reply = (command: readonly string[], socket: Socket) => string | undefined;

export interface ScriptedRedis {
  readonly url: string;
  readonly port: number;
  /** All commands so far, as one text each. */
  readonly commands: readonly string[];
  /** How many connections it has. */
  readonly connections: number;
  /** What it replies from now on to a script of the test. The commands at the begin of a connection are replied as Redis does. */
  reply(reply: Reply): void;
  /** What it replies to the commands at the begin of a connection. `undefined`: as Redis does. */
  greet(reply: Reply | undefined): void;
}

/** It is closed when the test has finished. */
export async function startScriptedRedis(): Promise<ScriptedRedis> {
  const commands: string[] = [];
  let reply: Reply = () => ":1\r\n";
  let greet: Reply | undefined;
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on("close", () => {
      connections -= 1;
    });
    let greeting = true;
    readCommands(socket, (command) => {
      commands.push(command.join(" "));
      if (command[0] === "evalsha") greeting = false;
      const answer = greeting ? (greet ?? asRedis)(command, socket) : reply(command, socket);
      if (answer !== undefined && socket.writable) socket.write(answer, "latin1");
    });
  });
  const port = await listen(server);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    commands,
    get connections() {
      return connections;
    },
    reply: (wanted) => {
      reply = wanted;
    },
    greet: (wanted) => {
      greet = wanted;
    },
  };
}

/** What Redis replies to the commands at the begin of a connection. */
export function asRedis(command: readonly string[]): string {
  return command[0] === "cluster" ? "-ERR This instance has cluster support disabled\r\n" : "+OK\r\n";
}

function readCommands(socket: Socket, onCommand: (command: readonly string[]) => void): void {
  let text = "";
  socket.on("data", (data) => {
    text += data.toString("latin1");
    for (;;) {
      const command = firstCommand(text);
      if (command === undefined) return;
      text = text.slice(command.length);
      const [name = "", ...rest] = command.words;
      onCommand([name.toLowerCase(), ...rest]);
    }
  });
}

function firstCommand(text: string): { words: string[]; length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let i = 0; i < Number(head[1]); i += 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (size === null) return undefined;
    const begin = at + size[0].length;
    const length = Number(size[1]);
    if (text.length < begin + length + 2) return undefined;
    words.push(text.slice(begin, begin + length));
    at = begin + length + 2;
  }
  return { words, length: at };
}
