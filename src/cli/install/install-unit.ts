// What does the systemd unit say on this machine? The template with this Node and this package in it.

/** Where the program is, as absolute paths. */
export interface ProgramPaths {
  readonly node: string;
  readonly cli: string;
}

/** @param template `config/ai-gw-lite.service` of the package */
export function unitText(template: string, { node, cli }: ProgramPaths): string {
  const inHomes = [node, cli].some((path) => /^\/(home|root|run\/user)\//.test(path));
  return template
    .replaceAll("@NODE@", () => unitArgument(node))
    .replaceAll("@CLI@", () => unitArgument(cli))
    .replaceAll("@PROTECT_HOME@", inHomes ? "read-only" : "yes");
}

/** A word of a command line as systemd reads it: `%` and `$` doubled, quoted where it holds what would end it (systemd.service(5)). */
function unitArgument(path: string): string {
  const plain = path.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s"'\\;]/.test(plain) ? `"${plain.replaceAll(/["\\]/g, "\\$&")}"` : plain;
}
