// Makes WebSocket handshakes that differ from a good one at random, and says what must become of each.

import { AUTH, TOKEN } from "../support/config.ts";
import { frame, KEY } from "../support/websocket.ts";

export const PREFIX = "openai-insecure-api-key.";

/** The config's token sources, which the changes below try. */
export const SOURCES = `[{type: authorization_bearer}, {type: header, name: x-api-key}, {type: websocket_protocol, prefix: ${PREFIX}}, {type: query, name: key}]`;

/**
 * What must become of a request: it opens a WebSocket, it is refused and nothing goes upstream, it goes upstream as a request that asks for
 * no WebSocket, or any of these.
 */
export type Fate = "opens" | "refused" | "plain" | "any";

/** A request in the making. */
interface Draft {
  method: string;
  target: string;
  version: string;
  /** Header lines. */
  lines: string[];
  /** What comes before the head. */
  before: string;
  /** What comes behind the head at once. */
  behind: Buffer;
}

export interface FuzzedHandshake {
  readonly bytes: Buffer;
  readonly fate: Fate;
  /** The names of the changes, for the text of a failure. */
  readonly changes: readonly string[];
}

type Random = () => number;
type Change = (draft: Draft, random: Random) => void;

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Sets the lines of a header. */
function set(name: string, ...lines: readonly string[]): Change {
  return (draft) => {
    draft.lines = [...draft.lines.filter((line) => !line.toLowerCase().startsWith(`${name}:`)), ...lines];
  };
}

function add(...lines: readonly string[]): Change {
  return (draft) => void draft.lines.push(...lines);
}

function oneOf(...changes: readonly Change[]): Change {
  return (draft, random) => pick(random, changes)(draft, random);
}

function behind(...texts: readonly (string | Buffer)[]): Change {
  return (draft, random) => {
    draft.behind = Buffer.concat([draft.behind, Buffer.from(pick(random, texts))]);
  };
}

function all(...changes: readonly Change[]): Change {
  return (draft, random) => {
    for (const change of changes) change(draft, random);
  };
}

const noAuth = set("authorization");
const token = `${PREFIX}${TOKEN}`;
const inQuery =
  (query: string): Change =>
  (draft) => {
    draft.target += `${draft.target.includes("?") ? "&" : "?"}${query}`;
  };

const another = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: h\r\n${AUTH}\r\n\r\nPOST ${path} HTTP/1.1\r\nHost: h\r\n${AUTH}\r\nContent-Length: 2\r\n\r\nok`;

const CHANGES: Readonly<Record<string, readonly [Exclude<Fate, "opens"> | "keeps", Change]>> = {
  "early frames": ["keeps", behind(frame("early", { masked: true }), Buffer.alloc(100_000, 0x81), "\0", "G")],
  "requests behind it": ["keeps", behind(another("/up/behind"), another("/healthz"))],
  "names in other case": [
    "keeps",
    (draft) => {
      draft.lines = draft.lines.map((line) => line.replace(/^[^:]+/, (name) => name.toUpperCase()));
    },
  ],
  "blanks around values": [
    "keeps",
    (draft) => {
      draft.lines = draft.lines.map((line) => line.replace(/: */, ":\t ").replace(/$/, "  "));
    },
  ],
  "upgrade in other case": ["keeps", set("upgrade", "Upgrade: WebSocket")],
  "a list of upgrades": ["keeps", oneOf(set("upgrade", "Upgrade: h2c, websocket"), add("Upgrade: h2c"))],
  "a list of connections": [
    "keeps",
    oneOf(set("connection", "Connection: keep-alive, Upgrade"), add("Connection: x-a, cookie"), add("X-A: 1")),
  ],
  subprotocols: ["keeps", add("Sec-WebSocket-Protocol: a, b,, c", "Sec-WebSocket-Protocol: ,d ,")],
  extensions: ["keeps", add('Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x;y=","')],
  "token as a subprotocol": [
    "keeps",
    all(noAuth, set("sec-websocket-protocol", `Sec-WebSocket-Protocol: a, ${token}`)),
  ],
  "token in the query": ["keeps", all(noAuth, inQuery(`key=${TOKEN}&a=1`))],
  "token twice": ["keeps", inQuery(`token=${TOKEN}&key=${TOKEN}&access%5ftoken=${TOKEN}`)],
  "an accept of the client's": ["keeps", add("Sec-WebSocket-Accept: x", "Trailer: x", "TE: trailers", "Keep-Alive: 1")],

  "other version": [
    "refused",
    oneOf(
      set("sec-websocket-version"),
      set("sec-websocket-version", "Sec-WebSocket-Version: 8"),
      set("sec-websocket-version", "Sec-WebSocket-Version: 13, 8"),
      add("Sec-WebSocket-Version: 13"),
    ),
  ],
  "bad key": [
    "refused",
    oneOf(
      set("sec-websocket-key"),
      set("sec-websocket-key", "Sec-WebSocket-Key: "),
      set("sec-websocket-key", "Sec-WebSocket-Key: AAAA"),
      set("sec-websocket-key", `Sec-WebSocket-Key: ${KEY.slice(1)}=`),
      add(`Sec-WebSocket-Key: ${KEY}`),
    ),
  ],
  "other method": [
    "refused",
    (draft, random) => {
      draft.method = pick(random, ["POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);
    },
  ],
  "HTTP/1.0": [
    "refused",
    (draft) => {
      draft.version = "HTTP/1.0";
    },
  ],
  "a body": [
    "refused",
    oneOf(
      all(add("Content-Length: 4"), behind("body")),
      all(add("Transfer-Encoding: chunked"), behind("4\r\nbody\r\n0\r\n\r\n", "0\r\n\r\n", "zz\r\n")),
      all(add("Transfer-Encoding: chunked", "Content-Length: 3"), behind("0\r\n\r\n")),
      all(add("Transfer-Encoding: gzip, chunked"), behind("0\r\n\r\n")),
      all(add("Content-Length: 2", "Content-Length: 3"), behind("abc")),
    ),
  ],
  "a body and a request": ["refused", all(add("Content-Length: 4"), behind("body"), behind(another("/up/behind")))],
  "wrong token": [
    "refused",
    oneOf(
      noAuth,
      set("authorization", "Authorization: Bearer wrong"),
      add(AUTH),
      all(noAuth, add(`Sec-WebSocket-Protocol: ${token}, ${token}`)),
      all(noAuth, add(`Sec-WebSocket-Protocol: a, ${PREFIX}wrong`)),
      all(noAuth, inQuery("key=wrong")),
    ),
  ],
  "wrong host": [
    "refused",
    oneOf(
      add("Host: other"),
      set("host"),
      set("host", "Host: a b"),
      set("host", "Host: a@b"),
      set("host", "Host: a, b"),
    ),
  ],
  "other path": [
    "refused",
    (draft, random) => {
      draft.target = pick(random, ["/other", "/up/../x", "/up/%2e%2e/x", "*", "/up/a b", "/up//..//x"]);
    },
  ],
  "a broken head": [
    "refused",
    oneOf(
      add("No colon here"),
      add("Bad Name: x"),
      add("X-Control: a\0b"),
      add(" folded: x"),
      add(`X-Long: ${"x".repeat(40_000)}`),
      add("Expect: something"),
    ),
  ],
  CONNECT: [
    "refused",
    (draft) => {
      draft.method = "CONNECT";
      draft.target = "inner.test:443";
    },
  ],

  "no upgrade": [
    "plain",
    oneOf(set("upgrade"), set("upgrade", "Upgrade: h2c"), set("upgrade", "Upgrade: websocket/13")),
  ],
  "no connection: upgrade": [
    "plain",
    oneOf(set("connection"), set("connection", "Connection: keep-alive"), set("connection", "Connection: upgraded")),
  ],

  "an expectation": ["any", add("Expect: 100-continue")],
  "requests before it": [
    "any",
    (draft) => {
      draft.before = another("/up/before");
    },
  ],
  "absolute form": [
    "any",
    (draft) => {
      draft.target = `http://gateway.test${draft.target}`;
    },
  ],
  "a changed byte": ["any", (draft, random) => spoil(draft, random)],
};

const NAMES = Object.keys(CHANGES);

/** Replaces, drops or doubles a byte of one header line. */
function spoil(draft: Draft, random: Random): void {
  const index = Math.floor(random() * draft.lines.length);
  const line = draft.lines[index] ?? "";
  const at = Math.floor(random() * line.length);
  const instead = pick(random, ["", "\r", "\n", "\0", ":", ",", " ", "\x7f", "\xff", line.slice(at, at + 1).repeat(2)]);
  draft.lines[index] = line.slice(0, at) + instead + line.slice(at + 1);
}

function fateOf(changes: readonly string[]): Fate {
  const fates = new Set(changes.map((name) => CHANGES[name]?.[0]));
  const tokens = changes.filter((name) => name.includes("token"));
  // A good token and a wrong one: which of them decides is the subject of other tests.
  if (fates.has("any") || (fates.has("plain") && fates.has("refused")) || tokens.length > 1) return "any";
  if (fates.has("refused")) return "refused";
  return fates.has("plain") ? "plain" : "opens";
}

/** Makes one with up to three changes. @param path names it, without a query */
export function fuzzedHandshake(path: string, random: Random): FuzzedHandshake {
  const draft: Draft = {
    method: "GET",
    target: path,
    version: "HTTP/1.1",
    lines: [
      "Host: gateway.test",
      AUTH,
      "Connection: Upgrade",
      "Upgrade: websocket",
      `Sec-WebSocket-Key: ${KEY}`,
      "Sec-WebSocket-Version: 13",
    ],
    before: "",
    behind: Buffer.alloc(0),
  };
  // In the order of the list, each at most once.
  const wanted = new Set(Array.from({ length: Math.floor(random() * 4) }, () => pick(random, NAMES)));
  const changes = NAMES.filter((name) => wanted.has(name));
  for (const name of changes) CHANGES[name]?.[1](draft, random);
  const { method, target, version, lines, before } = draft;
  const head = `${before}${[`${method} ${target} ${version}`, ...lines].join("\r\n")}\r\n\r\n`;
  return { bytes: Buffer.concat([Buffer.from(head, "latin1"), draft.behind]), fate: fateOf(changes), changes };
}
