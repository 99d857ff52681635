// A route with `usage.ask`: chat streams are asked to report their usage, the tap sees the event, and the client does not (contract,
// section 13).

import { describe, expect, test } from "vitest";
import { answer, plain, refusal } from "../../failover/plays.ts";
import { type PoolParts, startPool } from "../../failover/pool.ts";
import { AUTH } from "../../support/config.ts";
import { metered } from "../../support/ledger-folder.ts";
import { requestText } from "../../support/raw-client.ts";
import { recordingMeter } from "../../support/recording-meter.ts";
import { setScene } from "../../support/scene.ts";
import type { Piece, Play } from "../../support/scripted-upstream.ts";

const scene = setScene();
const ASK = "usage: {ask: true}";
const PATH = "/up/v1/chat/completions";
const BODY = '{"model":"gpt-5","stream":true}';
const ASKED = '{"model":"gpt-5","stream":true,"stream_options":{"include_usage":true}}';

const CONTENT = 'data: {"choices":[{"delta":{"content":"hi"}}],"usage":null}\n\n';
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n';
const DONE = "data: [DONE]\n\n";
const WHOLE = CONTENT + USAGE + DONE;

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function stream(pieces: readonly Piece[], lines: readonly string[] = ["Transfer-Encoding: chunked"]): Play {
  const head = ["HTTP/1.1 200 OK", "Content-Type: text/event-stream", ...lines, "", ""].join("\r\n");
  return { pieces: [head, ...pieces] };
}

const STREAM = stream([chunk(WHOLE), "0\r\n\r\n"]);

async function start(parts: PoolParts) {
  const taps = recordingMeter();
  const top = [...metered(), ...(parts.top ?? [])];
  const pool = await startPool(scene, { retry: null, shared: [ASK], ...parts, top }, { meter: taps.meter });
  return { ...pool, taps, client: await scene.client(pool.gateway) };
}

function post(body: string, lines: readonly string[] = [], path = PATH): string {
  return requestText("POST", path, [AUTH, `Content-Length: ${Buffer.byteLength(body)}`, ...lines], body);
}

test("the upstream is asked without a coding, the tap sees the event, the client does not", async () => {
  const { client, upstream, taps } = await start({ upstreams: [[STREAM]] });
  await client.send(post(BODY, ["Accept-Encoding: gzip, br"]));
  expect(await client.response()).toMatchObject({ status: 200, text: CONTENT + DONE, whole: true });
  const attempt = await upstream(0).attempt(1);
  expect(attempt.body?.toString()).toBe(ASKED);
  expect(attempt.header("content-length")).toBe(String(ASKED.length));
  expect(attempt.header("accept-encoding")).toBe("identity");
  expect(taps.text()).toBe(WHOLE);
  expect(taps.read.map(({ ends }) => ends)).toEqual([[true]]);
});

test("a chunked request is asked, too", async () => {
  const { client, upstream } = await start({ upstreams: [[STREAM]] });
  const head = requestText("POST", PATH, [AUTH, "Transfer-Encoding: chunked"]);
  await client.send(head, chunk(BODY.slice(0, 9)), chunk(BODY.slice(9)), "0\r\n\r\n");
  expect(await client.response()).toMatchObject({ text: CONTENT + DONE, whole: true });
  expect((await upstream(0).attempt(1)).body?.toString()).toBe(ASKED);
});

test("each event is forwarded before the next one comes", async () => {
  const pieces = [chunk(CONTENT), { gate: "usage" }, chunk(USAGE), { gate: "end" }, chunk(DONE), "0\r\n\r\n"];
  const { client, upstream } = await start({ upstreams: [[stream(pieces)]] });
  await client.send(post(BODY));
  await client.until("the content", () => client.text.includes(CONTENT) || undefined);
  upstream(0).open("usage");
  upstream(0).open("end");
  await client.untilText("0\r\n\r\n");
});

test("the length of the upstream's stream does not hold any more", async () => {
  const { client } = await start({ upstreams: [[stream([WHOLE], [`Content-Length: ${WHOLE.length}`])]] });
  await client.send(post(BODY));
  const response = await client.response();
  expect(response).toMatchObject({ text: CONTENT + DONE, whole: true });
  expect(response.header("content-length")).toBeUndefined();
});

describe("nothing is changed", () => {
  test.each([
    ["for another path", BODY, [], "/up/v1/completions"],
    ["for no stream", '{"model":"gpt-5"}', [], PATH],
    ["for a client that wants to be told", ASKED, [], PATH],
    ["for a client that does not", ASKED.replace('usage":true', 'usage":false'), [], PATH],
    ["for a body with a coding", BODY, ["Content-Encoding: gzip"], PATH],
  ])("%s", async (_name, body, lines, path) => {
    const { client, upstream } = await start({ upstreams: [[STREAM]] });
    await client.send(post(body, ["Accept-Encoding: gzip", ...lines], path));
    expect(await client.response()).toMatchObject({ text: WHOLE });
    const attempt = await upstream(0).attempt(1);
    expect(attempt.body?.toString()).toBe(body);
    expect(attempt.header("accept-encoding")).toBe("gzip");
  });

  test("for a body longer than what may be held", async () => {
    const { client, upstream } = await start({ upstreams: [[STREAM]], top: ["models: {scan_bytes: 4096}"] });
    const body = `{"stream":true,"a":"${"x".repeat(5000)}"}`;
    const head = requestText("POST", PATH, [AUTH, "Transfer-Encoding: chunked"]);
    await client.send(head, chunk(body.slice(0, 100)), chunk(body.slice(100)), "0\r\n\r\n");
    expect(await client.response()).toMatchObject({ text: WHOLE });
    expect((await upstream(0).attempt(1)).body?.toString()).toBe(body);
  });

  test("on a route without it", async () => {
    const { client, upstream } = await start({ upstreams: [[STREAM]], shared: [] });
    await client.send(post(BODY));
    expect(await client.response()).toMatchObject({ text: WHOLE });
    expect((await upstream(0).attempt(1)).body?.toString()).toBe(BODY);
  });

  test("of an answer that is no success, or has a coding", async () => {
    const coded = stream([chunk(WHOLE), "0\r\n\r\n"], ["Transfer-Encoding: chunked", "Content-Encoding: gzip"]);
    const failed: Play = {
      pieces:
        STREAM.pieces?.map((piece) => (typeof piece === "string" ? piece.replace("200 OK", "400 Bad") : piece)) ?? [],
    };
    const { client } = await start({ upstreams: [[coded, failed]] });
    for (const status of [200, 400]) {
      await client.send(post(BODY));
      expect(await client.response()).toMatchObject({ status, text: WHOLE });
    }
  });
});

test("an upstream that refuses the member is not asked again: its answer is passed on", async () => {
  const refuses = refusal(400, { error: { message: "Unrecognized request argument: stream_options" } });
  const { client, counts } = await start({ upstreams: [[refuses, STREAM]], retry: "max_attempts: 3" });
  await client.send(post(BODY));
  expect(await client.response()).toMatchObject({ status: 400, body: refuses.body });
  expect(counts()).toEqual([1]);
});

describe("with attempts", () => {
  test("each is asked, and only the answer that is passed on is read", async () => {
    const retry = "backoff_ms: 1, max_attempts: 3";
    const { client, upstream, counts, taps } = await start({ upstreams: [[plain(503)], [STREAM]], retry });
    await client.send(post(BODY));
    expect(await client.response()).toMatchObject({ status: 200, text: CONTENT + DONE });
    expect(counts()).toEqual([1, 1]);
    for (const i of [0, 1]) expect((await upstream(i).attempt(1)).body?.toString()).toBe(ASKED);
    expect(taps.read.map(({ status, upstream: id, ends }) => [status, id, ends])).toEqual([[200, "b", [true]]]);
  });

  test("each gets its own name of the model, too", async () => {
    const items = ['rename_models: {"gpt-5": "five-of-a"}', 'rename_models: {"gpt-5": "b5"}'];
    const retry = "backoff_ms: 1, max_attempts: 3";
    const { client, upstream } = await start({ upstreams: [[plain(503)], [STREAM]], retry, items });
    await client.send(post(BODY));
    expect(await client.response()).toMatchObject({ status: 200, text: CONTENT + DONE });
    for (const [i, name] of ["five-of-a", "b5"].entries()) {
      const attempt = await upstream(i).attempt(1);
      const wanted = ASKED.replace("gpt-5", name);
      expect(attempt.body?.toString()).toBe(wanted);
      expect(attempt.header("content-length")).toBe(String(wanted.length));
    }
  });

  test("a JSON answer stays as it is", async () => {
    const json = answer(200, '{"choices":[],"usage":{"prompt_tokens":1}}');
    const { client, taps } = await start({ upstreams: [[json], [json]] });
    await client.send(post(BODY));
    const response = await client.response();
    expect(response.text).toBe(json.body.toString());
    expect(response.header("content-length")).toBe(String(json.body.length));
    expect(taps.text()).toBe(response.text);
  });
});
