// Lists the actions that install or uninstall the systemd service. A dry run shows the list without carrying it out.

import { join } from "node:path";
import { newToken } from "../token/new-token.ts";

/** One step of an installation. */
export type Action =
  | { readonly kind: "folder"; readonly path: string; readonly mode: number }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly mode: number;
      readonly content: string;
      /** An existing file belongs to the operator and is kept. */
      readonly keep: boolean;
    }
  | { readonly kind: "remove"; readonly path: string }
  /** The path is not touched. It is shown so that the operator knows about it. */
  | { readonly kind: "left"; readonly path: string }
  | {
      readonly kind: "systemctl";
      readonly args: readonly string[];
      /** The call is skipped when this file does not exist. */
      readonly ifThere?: string;
    };

/** Where the program is, as absolute paths. */
export interface ProgramPaths {
  readonly node: string;
  readonly cli: string;
}

export interface SetupFacts {
  /** All paths are taken below this folder; empty for the machine itself. */
  readonly root: string;
  readonly program: ProgramPaths;
  /** Reads a file of the package's `config/` folder by its name. */
  readonly template: (name: string) => string;
}

export const SERVICE = "ai-gw-lite";
const FOLDER = "/etc/ai_gw_lite";
const CONFIG = `${FOLDER}/conf.yaml`;
const ENV = `${FOLDER}/env`;
const UNIT = `/etc/systemd/system/${SERVICE}.service`;

/** The service's user must read the config, which contains no secret. Only systemd reads the environment file, which does. */
const MODES = { folder: 0o755, config: 0o644, env: 0o600, unit: 0o644 } as const;

/** The actions of `--install`, in order. The environment file gets a new random gateway token. */
export function installActions({ root, program, template }: SetupFacts): Action[] {
  const env = template(`${SERVICE}.env`).replaceAll("@GATEWAY_TOKEN@", newToken());
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

/** The actions of `--uninstall`, in order. Config and environment file stay. */
export function uninstallActions({ root }: Pick<SetupFacts, "root">): Action[] {
  const at = (path: string): string => join(root, path);
  return [
    ...systemctl(root, ["disable", "--now", SERVICE], at(UNIT)),
    { kind: "remove", path: at(UNIT) },
    ...systemctl(root, ["daemon-reload"]),
    { kind: "left", path: at(CONFIG) },
    { kind: "left", path: at(ENV) },
  ];
}

/** The command that the operator should run next. With another root, it is to be run on the machine that gets the files. */
export function nextCommand(kind: "install" | "uninstall", root: string, running: boolean): string {
  if (kind === "uninstall") return `rm -r ${join(root, FOLDER)}   # to remove config and keys, too`;
  if (root !== "") return `editor ${ENV} && systemctl enable --now ${SERVICE}   # on the machine that gets these files`;
  return running ? `systemctl restart ${SERVICE}` : `editor ${ENV} && systemctl start ${SERVICE}`;
}

/** Removes the first lines: they point editors at the schema by a path that exists in the package only. */
function withoutSchema(config: string): string {
  return config.replace(/^# yaml-language-server:.*\n#\n/, "");
}

/** With another root systemd is not called, because it manages this machine. */
function systemctl(root: string, args: readonly string[], ifThere?: string): Action[] {
  if (root !== "") return [];
  return [ifThere === undefined ? { kind: "systemctl", args } : { kind: "systemctl", args, ifThere }];
}

/** The systemd unit of this machine. @param template the text of `config/ai-gw-lite.service` */
export function unitText(template: string, { node, cli }: ProgramPaths): string {
  const inHomes = [node, cli].some((path) => /^\/(home|root|run\/user)\//.test(path));
  return template
    .replaceAll("@NODE@", () => unitArgument(node))
    .replaceAll("@CLI@", () => unitArgument(cli))
    .replaceAll("@PROTECT_HOME@", inHomes ? "read-only" : "yes");
}

/** Escapes one argument of a command line for systemd: doubles `%` and `$`, adds quotes where needed (systemd.service(5)). */
function unitArgument(path: string): string {
  const plain = path.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s"'\\;]/.test(plain) ? `"${plain.replaceAll(/["\\]/g, "\\$&")}"` : plain;
}
