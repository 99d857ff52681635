// What has to be done to set the service up, or to take it back? Worked out first, as a list, so that a dry run can show it.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type ProgramPaths, unitText } from "./install-unit.ts";

/** One thing to do, in order. */
export type Action =
  | { readonly kind: "folder"; readonly path: string; readonly mode: number }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly mode: number;
      readonly content: string;
      /** The file is the operator's once it is there. */
      readonly keep: boolean;
    }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "left"; readonly path: string }
  | {
      readonly kind: "systemctl";
      readonly args: readonly string[];
      /** Only where this file is. */
      readonly ifThere?: string;
    };

export interface SetUpFacts {
  /** Paths are taken below it; empty for the machine itself. */
  readonly root: string;
  readonly program: ProgramPaths;
  /** Texts of the package's `config/` folder, by file name. */
  readonly template: (name: string) => string;
}

export const SERVICE = "ai-gw-lite";
const FOLDER = "/etc/ai_gw_lite";
const CONFIG = `${FOLDER}/conf.yaml`;
const ENV = `${FOLDER}/env`;
const UNIT = `/etc/systemd/system/${SERVICE}.service`;

/** The config names no secret, so that the service's own user can read it; the environment does, and only systemd reads it. */
const MODES = { folder: 0o755, config: 0o644, env: 0o600, unit: 0o644 } as const;

export function installActions({ root, program, template }: SetUpFacts): Action[] {
  const token = randomBytes(24).toString("base64url");
  const env = template(`${SERVICE}.env`).replaceAll("@GATEWAY_TOKEN@", token);
  const at = (path: string): string => join(root, path);
  return [
    { kind: "folder", path: at(FOLDER), mode: MODES.folder },
    {
      kind: "file",
      path: at(CONFIG),
      mode: MODES.config,
      content: withoutSchema(template("default.yaml")),
      keep: true,
    },
    { kind: "file", path: at(ENV), mode: MODES.env, content: env, keep: true },
    { kind: "folder", path: at("/etc/systemd/system"), mode: MODES.folder },
    {
      kind: "file",
      path: at(UNIT),
      mode: MODES.unit,
      content: unitText(template(`${SERVICE}.service`), program),
      keep: false,
    },
    ...systemctl(root, ["daemon-reload"]),
    ...systemctl(root, ["enable", SERVICE]),
  ];
}

export function uninstallActions({ root }: Pick<SetUpFacts, "root">): Action[] {
  const at = (path: string): string => join(root, path);
  return [
    ...systemctl(root, ["disable", "--now", SERVICE], at(UNIT)),
    { kind: "remove", path: at(UNIT) },
    ...systemctl(root, ["daemon-reload"]),
    { kind: "left", path: at(CONFIG) },
    { kind: "left", path: at(ENV) },
  ];
}

/** What to type next. */
export function nextCommand(kind: "install" | "uninstall", running: boolean): string {
  if (kind === "uninstall") return `rm -r ${FOLDER}   # if config and keys are to go too`;
  return running ? `systemctl restart ${SERVICE}` : `editor ${ENV} && systemctl start ${SERVICE}`;
}

/** The first lines point editors at the schema by a path that holds in the package only. */
function withoutSchema(config: string): string {
  return config.replace(/^# yaml-language-server:.*\n#\n/, "");
}

/** Below another root systemd is not told: it manages this machine. */
function systemctl(root: string, args: readonly string[], ifThere?: string): Action[] {
  if (root !== "") return [];
  return [ifThere === undefined ? { kind: "systemctl", args } : { kind: "systemctl", args, ifThere }];
}
