// Tests --install and --uninstall below a temporary root folder, and checks the unit with systemd's own tools.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type InstallOptions, install, type Machine } from "../../src/cli/install/install.ts";
import { unitText } from "../../src/cli/install/install-plan.ts";
import { compile, sourceFromBytes } from "../../src/compiler/index.ts";

const PACKAGE = join(import.meta.dirname, "../..");
const TEMPLATE = readFileSync(join(PACKAGE, "config/ai-gw-lite.service"), "utf8");
const MACHINE: Machine = {
  platform: "linux",
  uid: 0,
  systemd: true,
  program: { node: "/usr/bin/node", cli: "/usr/lib/node_modules/ai-gateway-lite/bin/ai-gw-lite.js" },
};

/** The service has a `/tmp` of its own. */
const HIDDEN = { node: "/usr/bin/node", cli: "/tmp/clone/bin/ai-gw-lite.js" };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "install-test-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const CONFIG = "/etc/ai_gw_lite/conf.yaml";
const ENV = "/etc/ai_gw_lite/env";
const UNIT = "/etc/systemd/system/ai-gw-lite.service";

function runSetup(options: Partial<InstallOptions> = {}, machine: Partial<Machine> = {}) {
  const output = { out: "", err: "" };
  const io = {
    stdout: (text: string) => {
      output.out += text;
    },
    stderr: (text: string) => {
      output.err += text;
    },
  };
  const code = install({ kind: "install", dryRun: false, root, ...options }, io, { ...MACHINE, ...machine });
  const happened = new Map(
    [...output.out.matchAll(/^(made|updated|unchanged|kept|removed|not there|run) +(.*)$/gm)].map(
      ([, what, path = ""]) => [path.replace(root, ""), what],
    ),
  );
  return { code, ...output, happened };
}

const read = (path: string) => readFileSync(join(root, path), "utf8");
const mode = (path: string) => (statSync(join(root, path)).mode & 0o777).toString(8);

describe("--install", () => {
  test("makes config, environment and unit, reports each, and shows the next command", () => {
    const { code, happened, out } = runSetup();
    expect(code).toBe(0);
    expect([CONFIG, ENV, UNIT].map((path) => happened.get(path))).toEqual(["made", "made", "made"]);
    expect([CONFIG, ENV, UNIT].map(mode)).toEqual(["644", "600", "644"]);
    expect(mode("/etc/ai_gw_lite")).toBe("755");
    expect(out).toMatch(/^next: editor \/etc\/ai_gw_lite\/env && systemctl enable --now ai-gw-lite /m);
  });

  test("makes a new token each time, never prints it, and the config is valid with it", () => {
    const token = () => /^GATEWAY_TOKEN=(\S+)$/m.exec(read(ENV))?.[1] ?? "";
    const { out } = runSetup();
    const first = token();
    expect(first).toMatch(/^gw-[\w-]{43}$/);
    expect(out).not.toContain(first);
    const { diagnostics } = compile(sourceFromBytes("conf.yaml", readFileSync(join(root, CONFIG))), {
      env: (name) => (name === "GATEWAY_TOKEN" ? first : undefined),
      readFile: () => ({ ok: false, reason: "none" }),
    });
    expect(diagnostics).toEqual([]);
    expect(read(CONFIG)).not.toContain("$schema");
    rmSync(join(root, ENV));
    runSetup();
    expect(token()).not.toBe(first);
  });

  test("changes nothing the second time; keeps config and environment, and updates the unit", () => {
    runSetup();
    writeFileSync(join(root, CONFIG), "mine");
    writeFileSync(join(root, ENV), "MINE=1");
    const again = runSetup();
    expect([CONFIG, ENV, UNIT].map((path) => again.happened.get(path))).toEqual(["kept", "kept", "unchanged"]);
    const moved = runSetup({}, { program: { ...MACHINE.program, cli: "/opt/other/bin/ai-gw-lite.js" } });
    expect(moved.happened.get(UNIT)).toBe("updated");
    expect([read(CONFIG), read(ENV)]).toEqual(["mine", "MINE=1"]);
    expect(read(UNIT)).toContain(`ExecStart=/usr/bin/node /opt/other/bin/ai-gw-lite.js serve --config ${CONFIG}`);
  });

  test("keeps a link in place of the config, even a broken one", () => {
    mkdirSync(join(root, "/etc/ai_gw_lite"), { recursive: true });
    symlinkSync("/nowhere", join(root, CONFIG));
    expect(runSetup().happened.get(CONFIG)).toBe("kept");
  });

  test("reports the same in a dry run, and changes nothing", () => {
    const { code, happened } = runSetup({ dryRun: true });
    expect(code).toBe(0);
    expect(happened.get(UNIT)).toBe("made");
    expect(existsSync(join(root, "etc"))).toBe(false);
    const real = runSetup({ dryRun: true, root: undefined });
    expect(real.happened.get("systemctl daemon-reload")).toBe("run");
    expect(real.happened.get("systemctl enable ai-gw-lite")).toBe("run");
    expect(real.out).toMatch(/^next: editor \/etc\/ai_gw_lite\/env && systemctl start ai-gw-lite$/m);
  });

  test.each<[why: string, options: Partial<InstallOptions>, machine: Partial<Machine>, says: RegExp[]]>([
    ["no root", { root: undefined }, { uid: 1000 }, [/^would refuse: --install needs root/m]],
    ["no systemd", { root: undefined }, { systemd: false }, [/^would refuse: --install needs systemd/m]],
    ["a program in /tmp", { root: undefined }, { program: HIDDEN }, [/^would refuse: .*the service can't see/m]],
    ["a program in /tmp, with --root", {}, { program: HIDDEN }, [/^would refuse: .*the service can't see/m]],
    [
      "all of it",
      { root: undefined },
      { uid: 1000, systemd: false, program: HIDDEN },
      [/needs root/, /needs systemd/, /the service can't see/],
    ],
  ])("shows the actions in a dry run, and why the real run would refuse them: %s", (_why, options, machine, says) => {
    const { code, err, out, happened } = runSetup({ dryRun: true, ...options }, machine);
    expect(code).toBe(1);
    for (const pattern of says) expect(err).toMatch(pattern);
    expect(happened.get(UNIT)).toBe("made");
    expect(out).not.toContain("next:");
    expect(runSetup({ ...options, kind: "install" }, machine)).toMatchObject({ code: 1, out: "" });
    expect(existsSync(join(root, "etc"))).toBe(false);
  });

  test("refuses a program that the service's user can't read, and names the folder that is closed", () => {
    const home = join(root, "opt/private");
    mkdirSync(home, { recursive: true, mode: 0o700 });
    writeFileSync(join(home, "cli.js"), "", { mode: 0o644 });
    const { code, err } = runSetup({}, { program: { ...MACHINE.program, cli: join(home, "cli.js") } });
    expect(code).toBe(1);
    expect(err).toContain("would run /opt/private/cli.js, which the service's user can't read");
    expect(err).toContain(`(${home})`);
  });

  test("writes the path that a program below the root folder has later", () => {
    const cli = join(root, "usr/lib/ai-gateway-lite/bin/ai-gw-lite.js");
    mkdirSync(join(cli, ".."), { recursive: true });
    writeFileSync(cli, "");
    expect(runSetup({}, { program: { ...MACHINE.program, cli } }).code).toBe(0);
    expect(read(UNIT)).toContain("ExecStart=/usr/bin/node /usr/lib/ai-gateway-lite/bin/ai-gw-lite.js serve");
  });

  test("says which file can't be written", () => {
    writeFileSync(join(root, "etc"), "no folder");
    expect(runSetup()).toMatchObject({ code: 1, err: expect.stringContaining("/etc") });
  });
});

describe("--uninstall", () => {
  test("removes the unit and keeps the rest; a second time changes nothing", () => {
    runSetup();
    const { code, happened } = runSetup({ kind: "uninstall" });
    expect(code).toBe(0);
    expect(happened.get(UNIT)).toBe("removed");
    expect([CONFIG, ENV].map((path) => happened.get(path))).toEqual(["kept", "kept"]);
    expect(existsSync(join(root, UNIT))).toBe(false);
    expect(runSetup({ kind: "uninstall" }).happened.get(UNIT)).toBe("not there");
  });
});

test.each<[why: string, options: Partial<InstallOptions>, machine: Partial<Machine>, says: RegExp]>([
  ["no Linux", {}, { platform: "darwin" }, /--install needs Linux with systemd; this is darwin/],
  ["no Linux, for uninstall", { kind: "uninstall" }, { platform: "win32" }, /--uninstall needs Linux/],
  ["no root", { root: undefined }, { uid: 1000 }, /needs root: run it with sudo/],
  ["no systemd", { root: undefined }, { systemd: false }, /needs systemd, which does not run here/],
  ["no such root", { root: "/no/such/root" }, {}, /--root \/no\/such\/root: no such folder/],
  [
    "a program in a folder that the service can't see",
    { root: undefined },
    { program: { node: "/tmp/node", cli: "/usr/x.js" } },
    /the service can't see/,
  ],
  ["the same with --root", {}, { program: HIDDEN }, /the service can't see/],
  ["no Linux, in a dry run", { dryRun: true }, { platform: "darwin" }, /--install needs Linux/],
  [
    "no such root, in a dry run",
    { dryRun: true, root: "/no/such/root" },
    {},
    /--root \/no\/such\/root: no such folder/,
  ],
])("refused with a reason and exit code 1: %s", (_why, options, machine, says) => {
  const { code, err, out } = runSetup(options, machine);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(says);
});

describe("the unit", () => {
  const unit = (cli: string, node = "/usr/bin/node") => unitText(TEMPLATE, { node, cli });
  const values = (text: string, key: string) =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value]) => value);

  test("checks before it signals", () => {
    expect(values(unit("/x.js"), "ExecReload")).toEqual([
      `/usr/bin/node /x.js check --config ${CONFIG}`,
      "/bin/kill -HUP $MAINPID",
    ]);
  });

  test("starts in a folder of its own that it may write to: the ledger is there, and only root and the service read it", () => {
    const text = unit("/x.js");
    expect(values(text, "StateDirectory")).toEqual(["ai-gw-lite"]);
    expect(values(text, "WorkingDirectory")).toEqual(["%S/ai-gw-lite"]);
    expect([values(text, "StateDirectoryMode"), values(text, "UMask")]).toEqual([["0700"], ["0077"]]);
  });

  test("allows many connections, forbids core dumps, and has threads for name look-ups", () => {
    const text = unit("/x.js");
    expect(values(text, "LimitNOFILE")).toEqual(["65536"]);
    expect(values(text, "LimitCORE")).toEqual(["0"]);
    expect(values(text, "Environment")).toEqual(["UV_THREADPOOL_SIZE=16"]);
  });

  test.each([
    ["/opt/100% mine/cli.js", '"/opt/100%% mine/cli.js"'],
    ['/opt/a"b$c/cli.js', '"/opt/a\\"b$$c/cli.js"'],
    ["/opt/plain/cli.js", "/opt/plain/cli.js"],
  ])("writes the path %s as systemd reads it", (path, word) => {
    expect(values(unit(path), "ExecStart")).toEqual([`/usr/bin/node ${word} serve --config ${CONFIG}`]);
  });

  test("makes home folders readable only when Node or the package is in one", () => {
    expect(values(unit("/usr/lib/x.js"), "ProtectHome")).toEqual(["yes"]);
    expect(values(unit("/usr/lib/x.js", "/home/u/.nvm/node"), "ProtectHome")).toEqual(["read-only"]);
  });

  const analyze = (...args: string[]) => spawnSync("systemd-analyze", args, { encoding: "utf8" });
  const there = analyze("--version").status === 0;

  test.skipIf(!there)("is accepted by systemd without a warning", () => {
    const file = join(root, "ai-gw-lite.service");
    // `verify` checks that the program exists.
    writeFileSync(file, unit(join(PACKAGE, "bin/ai-gw-lite.js"), process.execPath));
    const { status, stderr } = analyze("verify", "--man=no", file);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test.skipIf(!there)("has a low exposure, by systemd's own scale of 0 to 10", () => {
    const file = join(root, "ai-gw-lite.service");
    writeFileSync(file, unit("/x.js"));
    const { status, stdout } = analyze("security", "--offline=true", "--threshold=15", "--no-pager", file);
    expect(stdout).toMatch(/Overall exposure level for ai-gw-lite.service: 1\.\d/);
    expect(status).toBe(0);
  });
});
