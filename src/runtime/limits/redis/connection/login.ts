// Logs in on a new connection and chooses the database, before the client library gets it. So the library never knows the password:
// it would write it out in its own log of commands, if the environment asks for that log.

import type { Socket } from "node:net";
import { readErrorReply } from "../error-replies.ts";
import type { RedisAddress } from "../redis-address.ts";

/** Whether there is anything to do. */
export function needsLogin({ password, database }: RedisAddress): boolean {
  return password !== undefined || database !== 0;
}

/**
 * @param socket it is connected
 * @returns a cause in plain words when Redis refuses. `undefined`: done, or the socket was closed
 */
export async function login(socket: Socket, address: RedisAddress): Promise<string | undefined> {
  const { user, password, database } = address;
  const steps: readonly Step[] = [
    ...(password === undefined
      ? []
      : [{ words: ["AUTH", ...(user === undefined ? [] : [user]), password.reveal()], refused }]),
    ...(database === 0 ? [] : [{ words: ["SELECT", String(database)], refused: refusedDatabase(database) }]),
  ];
  const replies = linesOf(socket, steps.length);
  for (const { words } of steps) socket.write(encoded(words));
  const lines = await replies;
  for (const [i, step] of steps.entries()) {
    const line = lines[i];
    const cause = line?.startsWith("-") ? step.refused(line.slice(1)) : undefined;
    if (cause !== undefined) return cause;
  }
  return undefined;
}

interface Step {
  readonly words: readonly string[];
  /** @returns what an error reply means; `undefined`: nothing bad */
  readonly refused: (message: string) => string | undefined;
}

/** What Redis says is not told, since it can repeat the password. */
function refused(message: string): string | undefined {
  if (message.includes(" without any password configured ")) return undefined;
  return causeOf(message) ?? "Redis refuses the user or the password";
}

function refusedDatabase(database: number): (message: string) => string {
  return (message) => causeOf(message) ?? `Redis refuses the database ${database}`;
}

/** What an error means at the begin of a connection. `undefined`: it is about the command itself. */
export function causeOf(message: string): string | undefined {
  if (message.startsWith("ERR max number of clients")) return "Redis has too many clients";
  const reply = readErrorReply(message);
  return reply.kind === "away" ? reply.cause : undefined;
}

function encoded(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}

/** Waits for so many lines, or for the end. */
function linesOf(socket: Socket, count: number): Promise<readonly string[]> {
  return new Promise((resolve) => {
    let text = "";
    const done = (): void => {
      socket.off("data", onData).off("close", done).pause();
      resolve(text.split("\r\n"));
    };
    const onData = (data: Buffer): void => {
      text += data.toString("latin1");
      if (text.split("\r\n").length > count) done();
    };
    socket.on("data", onData).once("close", done);
  });
}
