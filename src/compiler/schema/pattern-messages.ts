// Explains a text of the wrong format: which format its key wants, and how to fix this text.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import type { Path } from "../diagnostics/location.ts";
import { otherSyntax } from "../diagnostics/other-syntax.ts";
import { literalAt, type ParsedFile, quote, valueLabel } from "./labels.ts";

export interface Explanation {
  readonly message: string;
  readonly help?: string | undefined;
}

/** @param name the label of the value. @param literal the text, where it may be shown */
type Explain = (name: string, literal: string | undefined) => Explanation;

/** @param value the text; it is shown only when it is written in the file and is not a secret */
export function explainPattern(path: Path, value: string, file: ParsedFile): Explanation {
  const name = valueLabel(path, file);
  if (value.trim() === "") return { message: `${name} must not be blank` };
  const key = path.findLast((segment) => !/^\d+$/.test(String(segment)));
  if (path.at(-3) === "inject_query") return { message: `${name} must be the name of a parameter, without spaces` };
  const literal = literalAt(path, file);
  const explain = path.at(-2) === "file" ? filePrefix : (BY_KEY[String(key)] ?? otherFormat);
  const explanation = explain(name, literal);
  const other = literal === undefined ? undefined : (otherSyntaxHelp(literal) ?? quotesHelp(literal));
  return other === undefined ? explanation : { message: explanation.message, help: other };
}

/** The help for a value that is a reference of another tool. */
export function otherSyntaxHelp(literal: string): string | undefined {
  const [head = ""] = literal.split(/[/:]/, 1);
  const whole = otherSyntax(literal);
  const other = whole ?? otherSyntax(head);
  if (other === undefined || other.form === "file:PATH") return undefined;
  const write =
    other.write === undefined ? "${NAME}" : `${other.write}${whole === undefined ? literal.slice(head.length) : ""}`;
  return `\`${other.form}\` is not replaced here: write ${write}`;
}

/** Typographic quotes, as text programs make them, are no quotes in YAML. */
function quotesHelp(literal: string): string | undefined {
  return /[“”„‘’«»]/.test(literal) ? "these quotes are part of the value: write plain ones, or none" : undefined;
}

const BY_KEY: { readonly [key: string]: Explain } = {
  id: (name) => ({ message: `${name} must be 1 to 64 letters, digits, dots, hyphens or underscores` }),
  expires_at: time,
  listen: address,
  address,
  prefix,
  path: prefix,
  base_url: url,
  endpoint: url,
  upstream_url: url,
  name: headerName,
  remove_headers: headerName,
  absent_headers: headerName,
  allow_headers: headerName,
  expose_headers: headerName,
  allow_methods: (name) => ({ message: `${name} must be an HTTP method, such as POST` }),
  method: (name) => ({ message: `${name} must be an HTTP method, such as POST` }),
  value: headerValue,
  key_prefix: (name) => ({ message: `${name} must be 1 to 128 ASCII characters without spaces` }),
  user_agent: headerValue,
  stream_types: (name) => ({ message: `${name} must be a media type, such as audio/mpeg or audio/*` }),
  proxy: (name) => ({
    message: `${name} must be a mapping, an http, https or socks URL, env or none`,
    help: "for example `proxy: http://proxy.internal:3128`",
  }),
};

function time(name: string, literal: string | undefined): Explanation {
  const message = `${name} must be an RFC 3339 time, such as 2027-01-31T00:00:00Z`;
  const [, day, clock, seconds = ":00", zone] =
    /^(\d{4}-\d{2}-\d{2})(?:[Tt\s]+(\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?\s*([Zz]|[+-]\d{2}:\d{2})?)?$/.exec(literal ?? "") ??
    [];
  if (day === undefined) return { message };
  if (clock === undefined) return { message, help: `write ${day}T00:00:00Z for the start of that day in UTC` };
  const written = `${day}T${clock}${seconds}`;
  return zone === undefined
    ? { message, help: `add the time zone: ${written}Z for UTC, or an offset such as ${written}+02:00` }
    : { message, help: `write ${written}${zone}` };
}

function address(name: string, literal: string | undefined): Explanation {
  return { message: `${name} must be host:port`, help: literal === undefined ? undefined : addressHelp(literal) };
}

function addressHelp(literal: string): string | undefined {
  const url = /^[a-z]+:\/\/([^/]+)/i.exec(literal);
  if (url !== null) return `remove the scheme: ${url[1]}`;
  if (/^:\d+$/.test(literal)) return `write 127.0.0.1${literal} for this machine only, or 0.0.0.0${literal} for all`;
  if (/^\d+$/.test(literal)) return `write 127.0.0.1:${literal}`;
  if (/^unix:|^\.{0,2}\//.test(literal)) return "the gateway has no Unix sockets: write host:port";
  if (/^[^\s:]+:\d+:\d+$/.test(literal)) return "write one host and one port; the container's own settings map ports";
  if (/^[^\s:]+:[a-z]+$/i.test(literal)) return "write the port as a number";
  const v6 = /^([0-9a-f:]*:[0-9a-f:]*):(\d+)$/i.exec(literal);
  if (v6 !== null) return `put an IPv6 address in brackets: [${v6[1]}]:${v6[2]}`;
  if (/^[^\s:/]+$/.test(literal)) return `add a port: ${literal}:8080`;
  return undefined;
}

function prefix(name: string, literal: string | undefined): Explanation {
  const message = `${name} must start with / and must not end with one`;
  if (literal === undefined) return { message };
  const [, path] = /^https?:\/\/[^/\s]*(\/[^\s?#]*)?$/i.exec(literal) ?? [];
  if (/^https?:/i.test(literal)) {
    return { message: `${name} must be a path`, help: path === undefined ? undefined : `write ${trimmedPath(path)}` };
  }
  if (!literal.startsWith("/")) {
    const message = `${name} must start with /`;
    if (/^[\w.~%+-]+(?:\/[\w.~%+-]*)*$/.test(literal)) return { message, help: `write ${trimmedPath(`/${literal}`)}` };
    // What is meant by a pattern is not certain, so no text is suggested.
    return { message, help: "write a plain path: a prefix is no pattern, and matches all paths below it" };
  }
  return literal.endsWith("/")
    ? { message: `${name} must not end with /`, help: `write ${trimmedPath(literal)}` }
    : { message };
}

function trimmedPath(path: string): string {
  return path.replace(/\/+$/, "") || "/";
}

function url(name: string, literal: string | undefined): Explanation {
  const message = `${name} must be an absolute http or https URL`;
  if (literal === undefined) return { message };
  if (/^[a-z][\w.-]*\.[a-z]{2,}(?:[/:]|$)/i.test(literal)) return { message, help: `write https://${literal}` };
  if (/^https?:\/?[^/]/i.test(literal)) return { message, help: "write two slashes after the colon" };
  return { message };
}

function headerName(name: string, literal: string | undefined): Explanation {
  const message =
    literal === undefined ? `${name} is not a valid header name` : `${quote(literal)} is not a valid header name`;
  const bare = literal?.trim().replace(/:.*$/s, "").trim();
  const fixed = bare?.replace(/\s+/g, "-");
  return { message, help: fixed && fixed !== literal && /^[\w-]+$/.test(fixed) ? `write ${fixed}` : undefined };
}

function headerValue(name: string): Explanation {
  return {
    message: `${name} has a character that is not allowed in a header`,
    help: "look for a line break at its end, a control character, or a character outside of Latin-1 such as `…` or a curly quote",
  };
}

function filePrefix(name: string): Explanation {
  return { message: `${name} is the start of a file name: it must not have a slash or a space` };
}

function otherFormat(name: string): Explanation {
  return { message: `${name} has the wrong format` };
}
