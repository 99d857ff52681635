// Checks the log of two workers under load, as text and in files that are changed all the time: every line is whole, none is lost, none is twice.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { AUTH, configText } from "../support/config.ts";
import { Program, START_MS } from "../support/program.ts";
import { answerOk, startUpstream } from "../support/upstream.ts";
import { PATIENCE_MS, TEST_MS } from "./patience.ts";

const REQUESTS = 5000;
const LINE =
  /^\S+Z INFO {2}request completed worker=([12]) request_id=r-(\d+) .*path=\/up\/(x+)( [a-z_]+=("([^"\\]|\\.)*"|[^\s"=]+))*$/;

it(
  "a log as text in files holds each line of both workers once, over many files",
  async () => {
    const upstream = await startUpstream(answerOk);
    onTestFinished(() => upstream.close());
    const folder = mkdtempSync(join(tmpdir(), "fleet-log-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const logging = `format: text, file: {dir: "${folder}/logs", rotation: minutely, max_size_mb: 1, max_files: 1000}`;
    const config = join(folder, "config.yaml");
    const top = ["workers: 2", `observability: {logging: {${logging}}}`];
    writeFileSync(config, configText({ base: upstream.url, top }));
    const bin = join(import.meta.dirname, "../../bin/ai-gw-lite.js");
    const program = new Program(process.execPath, [bin, "serve", "--config", config]);
    onTestFinished(() => program.close());
    const [, port] = await program.until(/listening address=127\.0\.0\.1:(\d+)/, START_MS);
    const agent = new Agent({ keepAlive: true, maxSockets: 40 });
    const path = `/up/${"x".repeat(2000)}`;
    await Promise.all(Array.from({ length: REQUESTS }, (_, n) => get(Number(port), agent, path, `r-${n}`)));
    agent.destroy();
    program.signal("SIGTERM");
    expect(await program.ended(PATIENCE_MS)).toBe(0);

    const names = readdirSync(join(folder, "logs"));
    expect(names.length).toBeGreaterThan(8);
    const texts = names.map((name) => readFileSync(join(folder, "logs", name), "utf8"));
    for (const text of texts) expect(text.endsWith("\n")).toBe(true);
    const lines = texts.flatMap((text) => text.slice(0, -1).split("\n"));
    const ofRequests = lines.filter((line) => line.includes("request completed"));
    const read = ofRequests.map((line) => LINE.exec(line));
    expect(ofRequests.filter((_, i) => read[i] === null)).toEqual([]);
    const numbers = read.map((match) => Number(match?.[2])).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: REQUESTS }, (_, n) => n));
    expect(new Set(read.map((match) => match?.[3]?.length))).toEqual(new Set([2000]));
    expect(new Set(read.map((match) => match?.[1]))).toEqual(new Set(["1", "2"]));
    // All other lines are of the primary, and whole, too.
    const others = lines.filter((line) => !line.includes("request completed"));
    for (const line of others) expect(line).toMatch(/^\S+Z (INFO {2}|WARN {2}) ?\S/);
    // Standard output has the same lines.
    expect(program.output.split("\n").filter((line) => LINE.test(line))).toHaveLength(REQUESTS);
  },
  TEST_MS,
);

function get(port: number, agent: Agent, path: string, id: string): Promise<void> {
  const [name = "", value = ""] = AUTH.split(": ");
  const headers = { [name]: value, "x-request-id": id };
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", agent, path, headers });
    sent.once("error", reject);
    sent.once("response", (res: IncomingMessage) => res.resume().once("end", resolve));
    sent.end();
  });
}
