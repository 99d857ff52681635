// Tests the usage endpoint: its pages in OpenAI's form, what it refuses, and that its readers wait for one another.

import { describe, expect, it } from "vitest";
import { okReply } from "../../../src/plan/replies.ts";
import { Digest } from "../../../src/plan/secret.ts";
import { findRoute } from "../../../src/runtime/downstream/find-route.ts";
import { builtInEndpoints } from "../../../src/runtime/endpoints/built-in.ts";
import { metricsEndpoints } from "../../../src/runtime/endpoints/metrics.ts";
import type { LiveExchange } from "../../../src/runtime/exchange/exchange.ts";
import type { Plan } from "../../../src/runtime/exchange/plan.ts";
import type { SumsQuery } from "../../../src/runtime/usage/ledger/read-ledger.ts";
import { usageEndpoint } from "../../../src/runtime/usage/ledger/usage-page.ts";
import { folder, handClock, line, NOON, opened, recordingParts } from "./ledger-folder.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const NOON_SECONDS = NOON / 1000;
const TODAY = NOON_SECONDS - 12 * HOUR;

async function endpoint(lines: readonly Parameters<typeof line>[0][] = []) {
  const { ledger } = await opened(folder(), recordingParts().parts);
  for (const some of lines) ledger.append(line(some));
  const answer = usageEndpoint(ledger, handClock());
  return async (query: string) => {
    const reply = await answer(new URLSearchParams(query));
    return { reply, status: reply.status, body: JSON.parse(reply.body) };
  };
}

const atHour = (hour: number) => ({ at: new Date((TODAY + hour * HOUR) * 1000).toISOString() });

describe("a page", () => {
  it("has OpenAI's form", async () => {
    const ask = await endpoint([
      {},
      { cache_read_tokens: null, cost_usd: null },
      { client: "bo", model: null, cost_usd: null },
    ]);
    const { body, status } = await ask(`start_time=${TODAY - DAY}&group_by[]=client&group_by[]=model`);
    const result = {
      object: "organization.usage.completions.result",
      input_tokens: 100,
      input_cached_tokens: 40,
      output_tokens: 10,
      num_model_requests: 1,
      cost_usd: null,
      client: "bo",
      route: null,
      upstream: null,
      model: null,
    };
    const ofAna = {
      ...result,
      input_tokens: 200,
      output_tokens: 20,
      num_model_requests: 2,
      cost_usd: 0.00125,
      client: "ana",
      model: "gpt-5",
    };
    expect(status).toBe(200);
    expect(body).toEqual({
      object: "page",
      data: [
        { object: "bucket", start_time: TODAY - DAY, end_time: TODAY, results: [] },
        { object: "bucket", start_time: TODAY, end_time: NOON_SECONDS + 1, results: [ofAna, result] },
      ],
      has_more: false,
      next_page: null,
    });
  });

  it("has buckets that end with the hour, and shorter ones where the span begins and ends", async () => {
    const ask = await endpoint([0, 0.4, 1, 1.9, 2, 2.6].map(atHour));
    const [start, end] = [TODAY + 0.4 * HOUR, TODAY + 2.5 * HOUR];
    const { body } = await ask(`start_time=${start}&end_time=${end}&bucket_width=1h`);
    expect(
      body.data.map((bucket: { start_time: number; end_time: number; results: { num_model_requests: number }[] }) => [
        bucket.start_time,
        bucket.end_time,
        bucket.results[0]?.num_model_requests,
      ]),
    ).toEqual([
      [start, TODAY + HOUR, 1],
      [TODAY + HOUR, TODAY + 2 * HOUR, 2],
      [TODAY + 2 * HOUR, end, 1],
    ]);
  });

  it.each([
    ["1h", "", 24],
    ["1h", "&limit=168", 168],
    ["1d", "", 7],
    ["1d", "&limit=31", 31],
  ])("has as many buckets as with OpenAI: %s%s", async (width, limit, count) => {
    const ask = await endpoint();
    const { body } = await ask(`start_time=0&bucket_width=${width}${limit}`);
    expect(body.data).toHaveLength(count);
    expect(body.has_more).toBe(true);
  });

  it("leads to the next one, and all of them hold each exchange once", async () => {
    const ask = await endpoint(Array.from({ length: 12 }, (_, hour) => atHour(hour + 0.5)));
    const query = `start_time=${TODAY}&bucket_width=1h&limit=5`;
    const starts: number[] = [];
    let requests = 0;
    let page: string | null = "";
    while (page !== null) {
      const {
        body,
      }: {
        body: {
          data: { start_time: number; results: { num_model_requests: number }[] }[];
          next_page: string | null;
          has_more: boolean;
        };
      } = await ask(page === "" ? query : `${query}&page=${page}`);
      expect(body.has_more).toBe(body.next_page !== null);
      for (const { start_time, results } of body.data) {
        starts.push(start_time);
        requests += results[0]?.num_model_requests ?? 0;
      }
      page = body.next_page;
    }
    expect(requests).toBe(12);
    expect(starts).toEqual(Array.from({ length: 13 }, (_, hour) => TODAY + hour * HOUR));
  });

  it.each(["", "group_by=route", "group_by=route&group_by=route", "group_by%5B%5D=route"])(
    "takes groups in each spelling: %s",
    async (groups) => {
      const ask = await endpoint([{}]);
      const { body } = await ask(`start_time=${TODAY}&${groups}`);
      expect(body.data[0].results[0].route).toBe(groups === "" ? null : "chat");
    },
  );
});

describe("a query that can't be right", () => {
  it.each([
    "",
    "start_time=",
    "start_time=-1",
    "start_time=1.5",
    "start_time=1e9",
    "start_time=999999999999",
    "start_time=2026-11-23T00:00:00Z",
    "start_time=1&start_time=2",
    "start_time=5&end_time=5",
    "start_time=5&end_time=x",
    "start_time=1&bucket_width=1m",
    "start_time=1&bucket_width=toString",
    "start_time=1&group_by[]=day",
    "start_time=1&group_by=client,route",
    "start_time=1&group_by=__proto__",
    "start_time=1&limit=0",
    "start_time=1&limit=32",
    "start_time=1&bucket_width=1h&limit=169",
    "start_time=1&page=",
    "start_time=1&page=2",
    "start_time=1&page=page_xyz",
    `start_time=9&page=page_${Buffer.from("5-9").toString("base64url")}`,
    `start_time=1&page=page_${Buffer.from("9-5").toString("base64url")}`,
    "start_time=1&models[]=gpt-5",
  ])("is refused: %s", async (query) => {
    const ask = await endpoint();
    const { reply, status, body } = await ask(query);
    expect([status, body, reply.close]).toEqual([400, { error: "bad_request" }, false]);
    expect(reply.error?.message).not.toContain("gpt-5");
    expect(reply.error?.message).toContain("limit is at most 31 days or 168 hours");
  });
});

describe("reading", () => {
  it("goes on one at a time, and those that wait for the same share it", async () => {
    const asked: SumsQuery[] = [];
    const finish: (() => void)[] = [];
    const read = (query: SumsQuery) => {
      asked.push(query);
      return new Promise<{ rows: []; skipped: 0 }>((resolve) => finish.push(() => resolve({ rows: [], skipped: 0 })));
    };
    const answer = usageEndpoint({ read }, handClock());
    const ask = (query: string) => answer(new URLSearchParams(query));
    const first = ask(`start_time=${TODAY}`);
    await new Promise(setImmediate);
    const others = Array.from({ length: 50 }, (_, i) => ask(`start_time=${TODAY - (i % 2) * DAY}`));
    await new Promise(setImmediate);
    expect(asked).toHaveLength(1);
    const all = Promise.all([first, ...others]);
    for (let reads = 1; reads <= 3; reads++) {
      expect(asked).toHaveLength(reads);
      finish.shift()?.();
      await new Promise(setImmediate);
    }
    expect((await all).map(({ status }) => status)).toEqual(Array(51).fill(200));
    expect(asked).toHaveLength(3);
  });

  it("that fails is an error of the gateway, and the next one works", async () => {
    let broken = true;
    const read = async () => {
      if (broken) throw new Error("EIO");
      return { rows: [], skipped: 0 };
    };
    const answer = usageEndpoint({ read }, handClock());
    const status = async () => (await answer(new URLSearchParams(`start_time=${TODAY}`))).status;
    expect(await status()).toBe(500);
    broken = false;
    expect(await status()).toBe(200);
  });
});

describe("the path below that of the metrics", () => {
  const content = { prometheus: () => ({ text: "", contentType: "text/plain" }), summary: () => ({}) };
  const spec = { path: "/metrics", tokenDigest: Digest.of("metrics-token"), listen: undefined };

  it("needs the metrics token, and gets the query", async () => {
    const ask = await endpoint([{}]);
    const usage = async (query: URLSearchParams) => (await ask(`${query}`)).reply;
    const served = metricsEndpoints(spec, { ...content, usage }).get("/metrics/usage");
    const request = { path: "/metrics/usage", query: `?start_time=${TODAY}` };
    const refused = await served?.({ ...request, rawHeaders: [] });
    expect(refused?.outcome).toBe("unauthorized");
    const answered = await served?.({ ...request, rawHeaders: ["Authorization", "Bearer metrics-token"] });
    expect(JSON.parse(answered?.body ?? "").data).toHaveLength(1);
  });

  it("gets the query of a request as it came", () => {
    const queries: string[] = [];
    const builtIn = builtInEndpoints(() => true, {
      get: () => (request) => {
        queries.push(request.query);
        return okReply("{}");
      },
    });
    const plan = { routes: { match: () => undefined }, notFound: okReply("{}") } as unknown as Plan<LiveExchange>;
    for (const url of ["/metrics/usage?start_time=1&group_by[]=a", "/metrics/usage"]) {
      findRoute({ url, method: "GET", rawHeaders: [] }, plan, builtIn, false);
    }
    expect(queries).toEqual(["?start_time=1&group_by[]=a", ""]);
  });

  it("does not exist without usage", () => {
    expect(metricsEndpoints(spec, content).get("/metrics/usage")).toBeUndefined();
  });
});
