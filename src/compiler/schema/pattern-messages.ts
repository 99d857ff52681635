// What is said of a text of the wrong form? By its key: what form is wanted, and what this one lacks.

import type { Path } from "../read/tree.ts";
import { literalAt, quote, subjectOf, type Wording } from "./labels.ts";

export interface Words {
  readonly message: string;
  readonly help?: string | undefined;
}

/** @param name of the value, in quotes. @param literal the text, where it may be shown */
type Tell = (name: string, literal: string | undefined) => Words;

/** @param value the text; never shown unless it is a literal of the file and no secret */
export function patternWords(path: Path, value: string, wording: Wording): Words {
  const name = subjectOf(path, wording);
  if (value.trim() === "") return { message: `${name} must not be blank` };
  const key = path.findLast((segment) => !/^\d+$/.test(String(segment)));
  const tell = path.at(-2) === "file" ? filePrefix : (BY_KEY[String(key)] ?? otherForm);
  return tell(name, literalAt(path, wording));
}

const BY_KEY: { readonly [key: string]: Tell } = {
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
  user_agent: headerValue,
};

function address(name: string, literal: string | undefined): Words {
  return { message: `${name} must be host:port`, help: literal === undefined ? undefined : addressHelp(literal) };
}

function addressHelp(literal: string): string | undefined {
  const url = /^[a-z]+:\/\/([^/]+)/i.exec(literal);
  if (url !== null) return `drop the scheme: ${url[1]}`;
  if (/^:\d+$/.test(literal)) return `write 127.0.0.1${literal} for this machine only, or 0.0.0.0${literal} for all`;
  if (/^\d+$/.test(literal)) return `write 127.0.0.1:${literal}`;
  const v6 = /^([0-9a-f:]*:[0-9a-f:]*):(\d+)$/i.exec(literal);
  if (v6 !== null) return `put an IPv6 address in brackets: [${v6[1]}]:${v6[2]}`;
  if (/^[^\s:/]+$/.test(literal)) return `add a port: ${literal}:8080`;
  return undefined;
}

function prefix(name: string, literal: string | undefined): Words {
  if (literal !== undefined && !literal.startsWith("/")) {
    return { message: `${name} must start with /`, help: `write /${literal.replace(/\/+$/, "")}` };
  }
  if (literal?.endsWith("/"))
    return { message: `${name} must not end with /`, help: `write ${literal.replace(/\/+$/, "") || "/"}` };
  return { message: `${name} must start with / and must not end with one` };
}

function url(name: string, literal: string | undefined): Words {
  const message = `${name} must be an absolute http or https URL`;
  if (literal === undefined) return { message };
  if (/^[a-z][\w.-]*\.[a-z]{2,}(?:[/:]|$)/i.test(literal)) return { message, help: `write https://${literal}` };
  if (/^https?:\/?[^/]/i.test(literal)) return { message, help: "two slashes follow the colon" };
  return { message };
}

function headerName(name: string, literal: string | undefined): Words {
  const message =
    literal === undefined ? `${name} is no valid header name` : `${quote(literal)} is no valid header name`;
  const bare = literal?.trim().replace(/:.*$/s, "").trim();
  const mended = bare?.replace(/\s+/g, "-");
  return { message, help: mended && mended !== literal && /^[\w-]+$/.test(mended) ? `write ${mended}` : undefined };
}

function headerValue(name: string): Words {
  return {
    message: `${name} holds a character that a header can't carry`,
    help: "a line break, a control character or one outside of Latin-1; from a file or a variable, look at its end",
  };
}

function filePrefix(name: string): Words {
  return { message: `${name} starts a file name: it can't hold a slash or a space` };
}

function otherForm(name: string): Words {
  return { message: `${name} is not of the form wanted here` };
}
