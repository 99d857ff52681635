// Puts a gateway under load while it is reloaded: repeated requests on kept connections, streams and slow uploads. It checks
// each response and records what is wrong with it.

import { createHash } from "node:crypto";
import { Agent, type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { AUTH } from "../support/config.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

/** Events of one stream. */
const EVENTS = 40;
const EVENT_MS = 50;
const UPLOAD = { pieces: 8, bytes: 32 * 1024, pauseMs: 20 };

/** An upstream that answers with the generation of the config that a request came through (`x-generation`, injected). */
export function startGenerationUpstream(): Promise<Upstream> {
  return startUpstream(
    (req, res) => {
      const generation = req.headers["x-generation"];
      if (req.url === "/stream") {
        res.writeHead(200, { "content-type": "text/event-stream" });
        void (async () => {
          for (let n = 0; n < EVENTS && !res.destroyed; n++) {
            res.write(`data: ${generation} ${n}\n\n`);
            await sleep(EVENT_MS);
          }
          res.end("data: [DONE]\n\n");
        })();
        return;
      }
      const hash = createHash("sha256");
      req.on("data", (chunk: Buffer) => hash.update(chunk));
      req.on("end", () => res.end(JSON.stringify({ generation, sha256: hash.digest("hex") })));
    },
    { body: "leave" },
  );
}

export interface Load {
  /** How many of each have ended well. */
  readonly done: { requests: number; streams: number; uploads: number };
  /** What was wrong with a response, or why there was none. Empty when nothing was wrong. */
  readonly wrong: string[];
  /** How many connections the load has opened. */
  readonly connections: { count: number };
  /** Starts nothing more, and resolves when everything that runs has ended. */
  finish(): Promise<void>;
}

export interface LoadSize {
  readonly clients: number;
  readonly streams: number;
  readonly uploads: number;
}

/**
 * Begins a load on the route `/up`.
 * @param generations gives the newest generation that is certainly in use (`sure`), and the newest that may be (`tried`)
 */
export function startLoad(
  port: number,
  size: LoadSize,
  generations: () => { readonly sure: number; readonly tried: number },
): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const load = { done: { requests: 0, streams: 0, uploads: 0 }, wrong: [] as string[], connections: { count: 0 } };
  let over = false;
  const loops: Promise<void>[] = [];
  const repeat = (one: () => Promise<void>): void => {
    loops.push(
      (async () => {
        while (!over) await one().catch((err: Error) => void load.wrong.push(err.message));
      })(),
    );
  };
  const ask = requester(port, agent, load.connections);

  async function small(): Promise<void> {
    const from = generations().sure;
    const { generation } = JSON.parse(await ask("GET", "/up/x")) as { generation: string };
    inRange("a request", Number(generation), from, generations().tried);
    load.done.requests++;
  }

  async function stream(): Promise<void> {
    const from = generations().sure;
    const text = await ask("GET", "/up/stream");
    const generation = Number(/^data: (\d+) 0$/m.exec(text)?.[1]);
    const whole = Array.from({ length: EVENTS }, (_, n) => `data: ${generation} ${n}\n\n`).join("");
    if (text !== `${whole}data: [DONE]\n\n`) throw new Error(`a stream came as ${JSON.stringify(text.slice(-80))}`);
    inRange("a stream", generation, from, generations().tried);
    load.done.streams++;
  }

  async function upload(): Promise<void> {
    const piece = Buffer.alloc(UPLOAD.bytes, "u");
    const expected = createHash("sha256");
    const text = await ask("POST", "/up/upload", async (write) => {
      for (let n = 0; n < UPLOAD.pieces; n++) {
        expected.update(piece);
        write(piece);
        await sleep(UPLOAD.pauseMs);
      }
    });
    const { sha256 } = JSON.parse(text) as { sha256: string };
    if (sha256 !== expected.digest("hex")) throw new Error("an upload came other than it was sent");
    load.done.uploads++;
  }

  for (let n = 0; n < size.clients; n++) repeat(small);
  for (let n = 0; n < size.streams; n++) repeat(stream);
  for (let n = 0; n < size.uploads; n++) repeat(upload);
  return {
    ...load,
    finish: async () => {
      over = true;
      await Promise.all(loops);
      agent.destroy();
    },
  };
}

function inRange(what: string, generation: number, from: number, to: number): void {
  if (generation >= from && generation <= to) return;
  throw new Error(`${what} went through generation ${generation}, not ${from} to ${to}`);
}

type Body = (write: (piece: Buffer) => void) => Promise<void>;

/** Makes a function that sends one request. It gives the body of a complete 200, and throws at everything else. */
function requester(port: number, agent: Agent, connections: { count: number }) {
  const [name = "", value = ""] = AUTH.split(": ");
  return (method: string, path: string, body?: Body): Promise<string> =>
    new Promise((resolve, reject) => {
      const sent = request({ port, host: "127.0.0.1", agent, method, path, headers: { [name]: value } });
      sent.once("socket", () => {
        if (!sent.reusedSocket) connections.count++;
      });
      sent.once("error", (err: NodeJS.ErrnoException) => reject(new Error(`${method} ${path}: ${err.code}`)));
      sent.once("response", (res: IncomingMessage) => {
        buffer(res).then(
          (bytes) => {
            if (res.statusCode === 200) resolve(bytes.toString());
            else reject(new Error(`${method} ${path}: ${res.statusCode} ${bytes.toString()}`));
          },
          () => reject(new Error(`${method} ${path}: a cut answer`)),
        );
      });
      if (body === undefined) sent.end();
      else void body((piece) => sent.write(piece)).then(() => sent.end());
    });
}
