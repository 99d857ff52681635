// Serves the dashboard page at `{path}/ui`: four built files, kept in memory, with a strict content security policy.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Reply } from "../../plan/replies.ts";
import { headerValues } from "../headers/find-header.ts";

/**
 * Answers a request for the page or one of its assets.
 * @param below the rest of the path after `{path}/ui`: empty for the page itself, else `/` and the asset's name
 * @param rawHeaders the request's headers, a flat name, value list
 * @returns nothing when there is no such asset
 */
export type Page = (below: string, rawHeaders: readonly string[]) => Reply | undefined;

/** The folder into which the build puts the page. The bundle keeps the addresses of the source files, so it finds the folder too. */
const BUILD_FOLDER = new URL("../../../dist/ui/", import.meta.url);

const ASSETS: readonly { readonly below: string; readonly file: string; readonly contentType: string }[] = [
  { below: "", file: "index.html", contentType: "text/html; charset=utf-8" },
  { below: "/app.js", file: "app.js", contentType: "text/javascript; charset=utf-8" },
  { below: "/app.css", file: "app.css", contentType: "text/css; charset=utf-8" },
  { below: "/icon.svg", file: "icon.svg", contentType: "image/svg+xml" },
];

/** Allows only our own files: nothing inline, no embedding in a frame, and no string that becomes code. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const HEADERS: readonly string[] = [
  "content-security-policy",
  CONTENT_SECURITY_POLICY,
  "x-content-type-options",
  "nosniff",
  "referrer-policy",
  "no-referrer",
  "cross-origin-resource-policy",
  "same-origin",
  // The browser may keep the files, but must ask each time whether they changed. So a new version shows at the next load.
  "cache-control",
  "no-cache",
];

/** The page refers to its assets by relative addresses, which would be wrong under `{path}/ui/`. */
const REDIRECT_WITHOUT_SLASH: Reply = Object.freeze({
  outcome: "success",
  status: 308,
  body: "",
  contentType: "text/plain",
  headers: ["location", "../ui"],
  close: false,
});

interface Asset {
  readonly etag: string;
  readonly ok: Reply;
  readonly notModified: Reply;
}

/**
 * Reads the built page into memory.
 * @param dir default: the folder into which `npm run build` puts it
 * @returns nothing when the page was never built
 */
export function readPage(dir: URL = BUILD_FOLDER): Page | undefined {
  const assets = new Map<string, Asset>();
  for (const { below, file, contentType } of ASSETS) {
    const body = read(new URL(file, dir));
    if (body === undefined) return undefined;
    assets.set(below, assetOf(body, contentType));
  }
  return (below, rawHeaders) => {
    const asset = assets.get(below);
    if (asset === undefined) return below === "/" ? REDIRECT_WITHOUT_SLASH : undefined;
    return hasEtag(rawHeaders, asset.etag) ? asset.notModified : asset.ok;
  };
}

function assetOf(body: string, contentType: string): Asset {
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const headers = Object.freeze([...HEADERS, "etag", etag]);
  const ok: Reply = Object.freeze({ outcome: "success", status: 200, body, contentType, headers, close: false });
  // The 304 keeps the body, because its content-length must be that of the 200 (RFC 9110, section 8.6).
  // Node itself sends no body with a 304.
  return { etag, ok, notModified: Object.freeze({ ...ok, status: 304 }) };
}

/** Whether the client says, by `if-none-match`, that it has this version. */
function hasEtag(rawHeaders: readonly string[], etag: string): boolean {
  const tags = headerValues(rawHeaders, "if-none-match").flatMap((value) => value.split(","));
  return tags.some((tag) => tag.trim().replace(/^W\//, "") === etag);
}

function read(file: URL): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
