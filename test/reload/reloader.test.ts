// Checks that each reload's result is reported once, and what a reload does when linking throws, which would be a bug.

import { afterEach, expect, test } from "vitest";
import { RecordingHost } from "../../src/cli/serve/recording-host.ts";
import { Reloader } from "../../src/cli/serve/reload.ts";
import { gatewayTarget } from "../../src/cli/serve/serve-alone.ts";
import { compile, sourceFromBytes } from "../../src/compiler/index.ts";
import type { ReloadResult } from "../../src/runtime/exchange/observer.ts";
import type { LogFields } from "../../src/runtime/observe/logs/log.ts";
import { configText } from "../support/config.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();
const reloaders: Reloader[] = [];
afterEach(() => {
  for (const reloader of reloaders.splice(0)) reloader.stop();
});

/** A running gateway that can be reloaded. Its config file is a variable, and its linking can be made to fail. */
async function reloading() {
  const text = configText({ base: "http://127.0.0.1:9" });
  const gateway = await scene.gateway({ base: "http://127.0.0.1:9" });
  const world = { text, brokenLinking: false };
  const host = {
    env: () => undefined,
    readFile: () => ({ ok: true as const, bytes: Buffer.from(world.text) }),
  };
  const inputs = new RecordingHost(host);
  const first = compile(sourceFromBytes("config.yaml", Buffer.from(text)), inputs);
  if (!first.ok) throw new Error("the config is wrong");
  const results: ReloadResult[] = [];
  const errors: string[] = [];
  const quiet = () => {};
  const log = {
    completed: quiet,
    unread: quiet,
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (_fields: LogFields, message: string) => void errors.push(message),
    flush: quiet,
  };
  /** Uses a new reloader each time, because a reloader treats signals that come close together as one. */
  const reload = () => {
    const swap = (): void => {
      if (world.brokenLinking) throw new Error("a bug");
      gateway.swap(world.text);
    };
    const reloader = new Reloader({
      file: "config.yaml",
      host,
      target: gatewayTarget(
        { host: gateway.host, swap, reloaded: (result) => void results.push(result) },
        log as never,
      ),
      log: log as never,
      started: first.value,
      keys: first.keys(),
      inputs,
    });
    reloaders.push(reloader);
    reloader.ask();
  };
  return { world, gateway, reload, results, errors, text };
}

test("each reload's result is reported once, good or bad", async () => {
  const { world, reload, results, errors, text } = await reloading();
  reload();
  world.text = text.replace("routes:", "rutes:");
  reload();
  world.text = text;
  reload();
  expect(results).toEqual(["success", "failure", "success"]);
  expect(errors.at(-1)).toBe("reload refused: the config in use stays");
});

test("a file that this process has just written is no change once the recording was renewed", () => {
  const files: Record<string, string> = {};
  const inputs = new RecordingHost({
    env: () => undefined,
    readFile: (path) => {
      const text = files[path];
      return text === undefined ? { ok: false, reason: "none" } : { ok: true, bytes: Buffer.from(text) };
    },
  });
  inputs.readFile("a.crt");
  files["a.crt"] = "made at the start";
  expect(inputs.differs()).toBe(true);
  inputs.renew(["a.crt"]);
  expect(inputs.differs()).toBe(false);
});

test("linking that throws is logged as an internal error, and the plan in use stays", async () => {
  const { world, gateway, reload, results, errors } = await reloading();
  const { plan } = gateway.host;
  world.brokenLinking = true;
  reload();
  expect(results).toEqual(["failure"]);
  expect(errors).toEqual(["internal error", "reload refused: the config in use stays"]);
  expect(gateway.host.plan).toBe(plan);
});
