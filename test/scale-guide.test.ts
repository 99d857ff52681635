// Checks the guide on several processes and machines: its samples are true, its tables follow from the models, and both languages agree.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { forecast } from "../bench/redis/forecast.mjs";
import { minutesTable } from "../bench/redis/minutes.mjs";
import { short } from "../bench/table.mjs";
import { Secret } from "../src/plan/secret.ts";
import { openRedisLink } from "../src/runtime/limits/redis/open-link.ts";
import { RedisCounts } from "../src/runtime/limits/redis/redis-counts.ts";
import type { AdmissionRequest } from "../src/runtime/limits/shared/shared-counts.ts";
import { until } from "./support/deadline.ts";
import { hasRedis, startRedis } from "./support/redis.ts";

const ROOT = resolve(import.meta.dirname, "..");
const file = (path: string): string => readFileSync(resolve(ROOT, path), "utf8");
const PAGES = { en: file("docs/scale.md"), zh: file("docs/scale.zh-CN.md") };

/** The fenced blocks of a page, with their language. */
function blocks(page: string): { language: string; text: string }[] {
  return [...page.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language = "", text = ""]) => ({ language, text }));
}

const block = (language: string): string[] =>
  blocks(PAGES.en)
    .filter((each) => each.language === language)
    .map(({ text }) => text);

/** The tables of a page, as the cells of their rows, without the head. */
function tables(page: string): string[][][] {
  const bare = page.replaceAll(/^```.*?^```/gms, "");
  return [...bare.matchAll(/^\|[^\n]*\|\n\| ---[^\n]*\n((?:\|[^\n]*\|\n)+)/gm)].map(([, rows = ""]) =>
    rows
      .trimEnd()
      .split("\n")
      .map((row) =>
        row
          .slice(1, -1)
          .split("|")
          .map((cell) => cell.trim()),
      ),
  );
}

/** The table of a page that has this number of columns, and the one after it, …: by their place. */
const [costs = [], forecasts = [], minutes = []] = tables(PAGES.en).filter(
  ([row = []]) => /^\d/.test(row[1] ?? "") && row.length > 4,
);

/** The number that stands before some words of the page. */
function numberBefore(words: string): number {
  const [, number] = new RegExp(`([\\d,]+) ${words}`).exec(PAGES.en) ?? [];
  return Number(number?.replaceAll(",", ""));
}

describe("the guide on several processes and machines", () => {
  it("has a forecast that follows from its costs", () => {
    const rest = { slotCpu: numberBefore("µs and"), slotBytes: numberBefore("bytes each"), probeCpu: 45 };
    const expected = costs.flatMap(([title = "", scripts, bytesIn, bytesOut, cpu]) =>
      [1, 10, 100].map((gateways) => {
        const slots = title === "rates" ? 0 : 3;
        const exchange = {
          scripts: Number(scripts),
          bytesIn: Number(bytesIn),
          bytesOut: Number(bytesOut),
          cpu: Number(cpu),
          slots,
        };
        const fleet = { gateways, perSecond: 1000, seconds: 5, clients: 100, fullGates: 1 };
        const seen = forecast(fleet, { exchange, ...rest });
        const { calls, renewals, probes, megabytesIn, megabytesOut, core, end } = seen;
        const figures = [calls, renewals, probes, megabytesIn, megabytesOut, core, end].map((value) => short(value));
        return [title, `${gateways}`, ...figures];
      }),
    );
    expect(expected.length).toBe(9);
    expect(forecasts).toEqual(expected);
  });

  it("shows the table of block leases that the program prints", () => {
    const [rows = []] = tables(
      minutesTable()
        .replace(/^\|-.*$/m, "| --- |")
        .concat("\n"),
    );
    expect(rows.length).toBe(18);
    expect(minutes).toEqual(rows);
  });

  it("shows a part of the alert rule that is shipped", () => {
    const shown = block("yaml").flatMap((text) => {
      const value: unknown = parse(text);
      return Array.isArray(value) ? value : [];
    });
    const { groups } = parse(file("deploy/prometheus/alerts.yaml")) as { groups: { rules: { alert: string }[] }[] };
    const rules = groups.flatMap(({ rules }) => rules);
    expect(shown.length).toBe(1);
    expect(rules.find(({ alert }) => alert === shown[0].alert)).toMatchObject(shown[0]);
  });

  it("shows log lines that the gateway writes", () => {
    const lines = block("json")
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { msg: string });
    const source = ["src/cli/serve/workers/primary.ts", "src/runtime/log-state-news.ts"].map(file).join("");
    const whole = source.replace(/\$\{who\}/, "each worker");
    expect(lines.length).toBe(4);
    for (const { msg } of lines) for (const part of msg.split(": ")) expect(whole).toContain(part);
  });

  it("quotes messages that exist", () => {
    const sources = [
      "src/cli/serve/workers/primary.ts",
      "src/runtime/limits/redis/connection/login.ts",
      "src/runtime/limits/redis/connection/sockets.ts",
      "src/runtime/limits/redis/error-replies.ts",
      "src/runtime/log-state-news.ts",
      "src/runtime/open-shared-limits.ts",
    ];
    const source = sources.map(file).join("");
    const [, trouble = ""] = PAGES.en.split("## When something is wrong");
    const quoted = [...trouble.matchAll(/"([^"…]+?)(?: …| \(.*?\))?"/g)].map(([, text = ""]) => text);
    expect(quoted.length).toBeGreaterThan(5);
    expect(quoted.filter((text) => !/^no (answer|TLS connection) within/.test(text) && !source.includes(text))).toEqual(
      [],
    );
  });

  it("says the same in both languages", () => {
    const bare = (page: string): string[] =>
      blocks(page).map(({ language, text }) => language + text.replaceAll(/\s*#.*$/gm, ""));
    expect(bare(PAGES.zh)).toEqual(bare(PAGES.en));
    const shape = (page: string): string[] => tables(page).map((rows) => rows.map((row) => row.length).join());
    expect(shape(PAGES.zh)).toEqual(shape(PAGES.en));
    const numbers = (page: string): string[][] =>
      tables(page).flatMap((rows) => rows.map((row) => row.filter((cell) => /^[\d.,]+$/.test(cell))));
    expect(numbers(PAGES.zh)).toEqual(numbers(PAGES.en));
    const count = (page: string, pattern: RegExp): number => page.match(pattern)?.length ?? 0;
    for (const pattern of [/^##+ /gm, /^- /gm, /^\d\. /gm]) {
      expect(count(PAGES.zh, pattern)).toBe(count(PAGES.en, pattern));
    }
    const quoted = (page: string): string[] =>
      [
        ...new Set([...page.replaceAll(/^```.*?^```/gms, "").matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word)),
      ].sort();
    expect(quoted(PAGES.zh)).toEqual(quoted(PAGES.en));
  });

  it.runIf(hasRedis)("has a Redis that is set up as it says", async () => {
    const options = (block("conf")[0] ?? "")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .flatMap((line) => {
        const [name = "", value = ""] = line.split(" ");
        return [`--${name}`, value === '""' ? "" : value];
      });
    const redis = await startRedis(options);
    onTestFinished(() => redis.close());
    expect(redis.cli("CONFIG", "GET", "maxmemory-policy")).toContain("noeviction");
    expect(redis.cli("CONFIG", "GET", "maxmemory")).toContain(`${256 * 1024 * 1024}`);
  });

  describe.runIf(hasRedis)("has a user for Redis", () => {
    const words = (block("text")[0] ?? "").trim().split(" ");
    const commands = words.filter((word) => word.startsWith("+"));

    /** What calls fail for a user with these rights: all that a gateway ever asks for. And what Redis has noted of it. */
    async function ask(rights: readonly string[]): Promise<{ failed: string[]; refused: string }> {
      const redis = await startRedis();
      onTestFinished(() => redis.close());
      redis.cli(...rights.map((word) => word.replace(">PASSWORD", ">a-password-of-redis")));
      const url = new Secret(redis.url.replace("//", "//gateway:a-password-of-redis@"));
      const spec = { url, keyPrefix: "ai-gw-lite:", timeoutMs: 5000, onFailure: "closed" } as const;
      const nothing = (): void => {};
      const events = { onUp: nothing, onAway: nothing, onStillAway: nothing, onRefused: nothing };
      const link = await openRedisLink(spec, events, { idle: 20 });
      onTestFinished(() => link.close());
      const owner = { ledger: "l", run: "r", process: "p" };
      const counts = new RedisCounts({ run: (...call) => link.run(...call), keyPrefix: spec.keyPrefix, owner });
      const failed: string[] = [];
      for (const [name, call] of Object.entries(everyCall(counts))) {
        await call().catch((err: unknown) => failed.push(`${name}: ${err instanceof Error ? err.message : err}`));
      }
      // A sign of life is asked for on a connection that is not used.
      if (link.up) await until("a PING", () => redis.cli("INFO", "commandstats").includes("cmdstat_ping:"));
      return { failed, refused: redis.cli("ACL", "LOG") };
    }

    it("who may do all that the gateway does", async () => {
      expect(commands.length).toBe(20);
      expect(await ask(words)).toEqual({ failed: [], refused: "" });
    });

    it.each(commands)("who needs %s", async (command) => {
      const { failed, refused } = await ask(words.filter((word) => word !== command));
      expect([...failed, refused].join("")).not.toBe("");
    });
  });
});

/** Each kind of call, so that every branch of the scripts that uses another command is run. */
function everyCall(counts: RedisCounts): Record<string, () => Promise<unknown>> {
  const today = Math.floor(Date.now() / 86_400_000);
  const gate = { key: "a-key", max: 1 };
  const budgets = [{ per: "day", maxTicks: 1_000_000, maxTokens: 1_000_000 }] as const;
  const whole = (id: string): AdmissionRequest => ({
    id,
    subject: "client a",
    routeRate: { routeId: "r", perMinute: 9 },
    ratePerMinute: 9,
    use: { estimate: { tokens: 5, ticks: 5 }, limits: { tokensPerMinute: 1000, budgets } },
    downstreamMax: 9,
    subjectMax: 9,
    gate,
  });
  const charged = { day: today, tokens: 5, ticks: 5 };
  const end = (id: string) => ({ id, subject: "client a", downstream: true, used: { tokens: 5, ticks: 5 }, charged });
  const held = [{ id: "held", reserved: charged }];
  return {
    admit: () => counts.admit(whole("one")),
    "admit, full": () => counts.admit(whole("two")),
    "enter, full": () => counts.enter(gate, "three"),
    leave: () => counts.leave(gate.key, "one"),
    end: () => counts.end(end("one")),
    "admit again": () => counts.admit(whole("four")),
    undo: () => counts.undo(whole("four")),
    "undo before": () => counts.undo(whole("five")),
    "admit, undone": () => counts.admit(whole("five")),
    renew: () => counts.renew({ kind: "downstream" }, held),
    "renew a client": () => counts.renew({ kind: "subject", subject: "client a" }, held),
    publish: () => counts.publish("client a", [{ ...charged, tokens: 50 }]),
    restore: () => counts.restore("client a", { total: { tokens: 99, ticks: 9 }, days: [charged] }),
    used: () => counts.used("client a"),
  };
}
