// Says what an error that Redis replies means: whether Redis can be used, and whether the script may have run.

export type ErrorReply =
  /** Redis does not know the script that its digest names. */
  | { readonly kind: "unknown-script" }
  /** Redis can't be used for now, or not over this connection. */
  | { readonly kind: "away"; readonly cause: string; readonly mayHaveRun: boolean }
  /** Redis can be used, but not for this call. */
  | { readonly kind: "refused"; readonly cause: string; readonly mayHaveRun: boolean };

/** What is told of replies after which no call would be done. A new connection finds out when this is over: the trial in it meets them, too. */
const AWAY: Readonly<Record<string, string>> = {
  LOADING: "Redis is loading its data",
  BUSY: "Redis is busy with a script",
  UNKILLABLE: "Redis is busy with a script",
  MASTERDOWN: "it is a replica that has lost its primary",
  READONLY: "it is a replica, which can't be written to",
  // Where Redis is told to refuse writes then, and not to forget counts (hazard D1).
  OOM: "Redis has no memory left",
  MISCONF: "Redis refuses writes because it can't save to its disk",
  NOREPLICAS: "Redis refuses writes because it has too few replicas",
  NOAUTH: "Redis wants a password",
  WRONGPASS: "Redis refuses the user or the password",
  MOVED: "the server is a part of a Redis Cluster",
  ASK: "the server is a part of a Redis Cluster",
  CLUSTERDOWN: "the Redis Cluster does not serve all keys",
};

const REFUSED: Readonly<Record<string, string>> = {
  NOPERM: "the user may not do what is needed in Redis: ACL LOG there says which command or key it was",
  CROSSSLOT:
    "on Redis Cluster a request can't be checked for several limits whose keys are on different nodes: the limits of requests in flight over " +
    'all clients or to an upstream. They work with a hash tag in state.redis.key_prefix, such as "ai-gw-lite:{team}:"',
  TRYAGAIN: "Redis Cluster is moving the keys of a request to another node",
  WRONGTYPE: "another program uses keys with the same names: give the gateways a state.redis.key_prefix of their own",
};

/** Redis replies these before it runs a script. */
const BEFORE_ANY_RUN = [
  "LOADING",
  "BUSY",
  "UNKILLABLE",
  "NOAUTH",
  "NOPERM",
  "MOVED",
  "ASK",
  "CLUSTERDOWN",
  "CROSSSLOT",
  "TRYAGAIN",
];

/** Redis adds the place in the script to an error that a running script meets. */
const INSIDE_A_SCRIPT = /user_script/;
/** Redis 6.2 puts the error of a command into a longer text; later versions begin with its code. */
const CODE_OF_COMMAND = /^ERR Error running script .*?: -([A-Z]{2,20}) /;
/** What Redis 7 and Valkey 9 reply when a command of a script is not allowed (fact F26). */
const NOT_ALLOWED = /^ERR (?:The user executing the script can't |ACL failure in script: )/;
const PLACE = /,? script: [0-9a-f]{40}, on .*$/;
const CODE = /^([A-Z]{2,20})(?: |$)/;

/** The longest text of Redis that is told. */
const LONGEST_TOLD = 160;

/** Whether an error of the client library is one that Redis replied. */
export function isErrorReply(error: unknown): error is Error {
  return error instanceof Error && error.name === "ReplyError";
}

/** @param message what Redis replied after the `-` */
export function readErrorReply(message: string): ErrorReply {
  const code = codeOf(message);
  const inside = INSIDE_A_SCRIPT.test(message);
  if (code === "NOSCRIPT" && !inside) return { kind: "unknown-script" };
  const mayHaveRun = inside || !BEFORE_ANY_RUN.includes(code);
  const away = Object.hasOwn(AWAY, code) ? AWAY[code] : undefined;
  if (away !== undefined) return { kind: "away", cause: away, mayHaveRun };
  const refused = Object.hasOwn(REFUSED, code) ? REFUSED[code] : undefined;
  return { kind: "refused", cause: refused ?? `a script failed in Redis: ${toldPart(message)}`, mayHaveRun };
}

function codeOf(message: string): string {
  if (NOT_ALLOWED.test(message)) return "NOPERM";
  return (CODE_OF_COMMAND.exec(message) ?? CODE.exec(message))?.[1] ?? "";
}

/** An error can repeat names of keys and values. Redis puts those between quotes, so the text is told only up to the first quote. */
function toldPart(message: string): string {
  const plain = message
    .replace(PLACE, "")
    .replace(/['"`][\s\S]*$/, "")
    .replaceAll(/[^\x20-\x7e]+/g, " ");
  return plain.slice(0, LONGEST_TOLD).trim();
}
