// Mixes finished exchanges, errors and disconnects at random: each is logged once with a fitting outcome, every count returns
// to zero, and nothing hangs. The seeds are fixed, so that a failed mix can be run again.

import { describe, expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { randomFrom } from "../support/random.ts";
import { type RawClient, requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";

const scene = setScene();

const EXCHANGES = 80;
const AT_ONCE = 12;

interface UpstreamBehaviour {
  readonly act: (connection: RawConnection) => Promise<void> | void;
  /** The outcomes of an exchange that reaches this upstream, unless something else ends it before. */
  readonly outcomes: readonly string[];
}

const UPSTREAMS: Readonly<Record<string, UpstreamBehaviour>> = {
  ok: { act: (c) => c.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), outcomes: ["success"] },
  pieces: {
    act: (c) => c.send("HTTP/1.1 200 OK\r\nTransfer-", "Encoding: chunked\r\n\r\n2\r", "\nok\r\n", "0\r\n\r\n"),
    outcomes: ["success"],
  },
  sse: {
    act: (c) =>
      c.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
        "9\r\ndata: 1\n\n\r\n",
        "0\r\n\r\n",
      ),
    outcomes: ["success"],
  },
  hang: { act: () => {}, outcomes: ["upstream_timeout"] },
  stall: { act: (c) => c.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart"), outcomes: ["upstream_timeout"] },
  refuse: { act: (c) => c.reset(), outcomes: ["upstream_request_failed"] },
  close: { act: (c) => void c.socket.destroy(), outcomes: ["upstream_request_failed"] },
  cut: {
    act: async (c) => {
      await c.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
      c.socket.destroy();
    },
    outcomes: ["upstream_aborted"],
  },
  garbage: { act: (c) => c.send("nonsense\r\n\r\n"), outcomes: ["upstream_request_failed"] },
  badChunk: {
    act: (c) => c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    outcomes: ["upstream_aborted", "upstream_request_failed"],
  },
  switches: {
    act: (c) => c.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    outcomes: ["upstream_request_failed"],
  },
  interim: {
    act: (c) => c.send("HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    outcomes: ["success"],
  },
  closes: {
    act: async (c) => {
      await c.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
      c.halfClose();
    },
    outcomes: ["success"],
  },
};

/** The limits may refuse any exchange. */
const REFUSALS = ["downstream_concurrency_exceeded", "upstream_concurrency_exceeded"];
const DEADLINE_MS = 120;

/** What a client may do, and the outcomes that it can cause. */
const CLIENTS = {
  stay: [],
  reset: ["client_closed"],
  close: ["client_closed"],
  halfClose: ["client_closed"],
  cutUpload: ["client_closed"],
  badChunk: ["bad_request", "client_closed"],
  noToken: [],
} as const satisfies Record<string, readonly string[]>;
type ClientBehaviour = keyof typeof CLIENTS;
/** Clients that stay are chosen three times as often as clients of each other kind. */
const CLIENT_BAG: readonly ClientBehaviour[] = ["stay", "stay", ...(Object.keys(CLIENTS) as ClientBehaviour[])];

interface Plan {
  readonly id: string;
  readonly client: ClientBehaviour;
  readonly upstream: string;
  /** Turns of the event loop before the client leaves. */
  readonly turns: number;
  readonly resetsUpload: boolean;
}

/** @param durationMs how long the exchange took: on a slow machine, any exchange may exceed its deadline */
function allowedOutcomes({ client, upstream }: Plan, durationMs: number): readonly string[] {
  if (client === "noToken") return ["unauthorized"];
  // Timers may run up to a millisecond early.
  const late = durationMs >= DEADLINE_MS - 2 ? ["upstream_timeout"] : [];
  return [...REFUSALS, ...late, ...(UPSTREAMS[upstream]?.outcomes ?? []), ...CLIENTS[client]];
}

async function act(raw: RawClient, { id, client, upstream, turns, resetsUpload }: Plan): Promise<void> {
  const target = `/up/${upstream}`;
  const known = [AUTH, `X-Request-Id: ${id}`];
  if (client === "cutUpload") {
    await raw.send(requestText("POST", target, [...known, "Content-Length: 100"], "half"));
    if (resetsUpload) raw.reset();
    else raw.halfClose();
    return raw.closed;
  }
  if (client === "badChunk") {
    await raw.send(requestText("POST", target, [...known, "Transfer-Encoding: chunked"], "2\r\nab\r\n"), "zz\r\n");
    await raw.ended;
    return;
  }
  const lines = client === "noToken" ? known.slice(1) : known;
  await raw.send(requestText("POST", target, [...lines, "Content-Length: 2"], "{}"));
  if (client === "stay" || client === "noToken") {
    // The response may be whole, cut or an error. Here it only matters that something comes and that it ends.
    await raw.response("POST").catch((error: unknown) => {
      if (raw.end === undefined) throw error;
    });
    return;
  }
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  await raw[client]();
}

function plansFrom(seed: number): Plan[] {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  return Array.from({ length: EXCHANGES }, (_, n) => ({
    id: `mix-${seed}-${n}`,
    client: pick(CLIENT_BAG),
    upstream: pick(Object.keys(UPSTREAMS)),
    turns: Math.floor(random() * 6),
    resetsUpload: random() < 0.5,
  }));
}

describe.each([1, 2, 3, 4])("mix %i", (seed) => {
  test("leaves nothing behind", async () => {
    const upstream = await scene.rawUpstream(async (connection) => {
      for (;;) {
        const { startLine } = await connection.requestHead();
        const name = /\/(\w+) HTTP/.exec(startLine)?.[1] ?? "ok";
        if (startLine.startsWith("POST") && name !== "hang")
          await connection.until("a body", () => connection.bytes.length > 0 || undefined);
        connection.take(connection.bytes.length);
        await UPSTREAMS[name]?.act(connection);
      }
    });
    const gateway = await scene.gateway({
      base: upstream.url,
      upstream: [`request_timeout_ms: ${DEADLINE_MS}`, `stream_idle_timeout_ms: ${DEADLINE_MS}`],
      top: [
        "concurrency: {downstream_max_inflight: 10, upstream_per_key_max_inflight: 5, queue: {max_waiting: 3, timeout_ms: 100}}",
      ],
    });
    const plans = plansFrom(seed);
    const left = [...plans];
    const runPlans = async () => {
      for (let plan = left.pop(); plan !== undefined; plan = left.pop()) {
        const client = await scene.client(gateway);
        await within(`${plan.client} with ${plan.upstream}`, act(client, plan));
        client.socket.destroy();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, runPlans));
    await untilFree(gateway);

    // Every request was logged once, under its own id, with one of the outcomes that its plan allows.
    const completed = gateway.logs.filter((line) => line.msg === "request completed");
    expect(completed.map((line) => line["request_id"]).sort()).toEqual(plans.map(({ id }) => id).sort());
    const unexpected = plans.flatMap((plan) => {
      const line = completed.find((candidate) => candidate["request_id"] === plan.id);
      const outcome = String(line?.["outcome"]);
      return allowedOutcomes(plan, Number(line?.["duration_ms"])).includes(outcome) ? [] : [{ ...plan, outcome }];
    });
    expect(unexpected).toEqual([]);
    // The mix has all kinds of exchanges: some got their response, some clients left, some requests were refused.
    const outcomes = new Set(completed.map((line) => line["outcome"]));
    for (const outcome of ["success", "client_closed", "unauthorized"]) expect(outcomes).toContain(outcome);

    const after = await scene.client(gateway);
    await after.send(requestText("POST", "/up/ok", [AUTH, "Content-Length: 2"], "{}"));
    expect((await after.response("POST")).text).toBe("ok");
  });
});
