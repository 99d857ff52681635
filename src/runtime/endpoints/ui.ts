// What is served at `{path}/ui` and below it? The dashboard: four built files, kept in memory, under a strict policy.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Reply } from "../../plan/replies.ts";

/**
 * Answers for the page and its assets.
 * @param below what follows `{path}/ui`: empty for the page itself, else `/` and the asset's name
 * @param rawHeaders of the request, names and values in turn
 * @returns nothing where there is no such asset
 */
export type Page = (below: string, rawHeaders: readonly string[]) => Reply | undefined;

/** Where the build puts the page, seen from the sources as from the build. */
const BUILT = new URL("../../../dist/ui/", import.meta.url);

const ASSETS: readonly { readonly below: string; readonly file: string; readonly contentType: string }[] = [
  { below: "", file: "index.html", contentType: "text/html; charset=utf-8" },
  { below: "/app.js", file: "app.js", contentType: "text/javascript; charset=utf-8" },
  { below: "/app.css", file: "app.css", contentType: "text/css; charset=utf-8" },
  { below: "/icon.svg", file: "icon.svg", contentType: "image/svg+xml" },
];

/** Nothing but our own files, nothing inline, no frame around us, and no string ever becomes code. */
const POLICY = [
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
  POLICY,
  "x-content-type-options",
  "nosniff",
  "referrer-policy",
  "no-referrer",
  "cross-origin-resource-policy",
  "same-origin",
  // Kept by the browser, asked for each time: a new version shows at the next look.
  "cache-control",
  "no-cache",
];

/** The page's addresses are relative to it: one with a slash at its end would lead them astray. */
const WITHOUT_SLASH: Reply = Object.freeze({
  outcome: "success",
  status: 308,
  body: "",
  contentType: "text/plain",
  headers: ["location", "../ui"],
  close: false,
});

interface Asset {
  readonly etag: string;
  readonly whole: Reply;
  readonly unchanged: Reply;
}

/**
 * Reads the built page.
 * @param dir default: where `npm run build` puts it
 * @returns nothing when it was never built
 */
export function readPage(dir: URL = BUILT): Page | undefined {
  const assets = new Map<string, Asset>();
  for (const { below, file, contentType } of ASSETS) {
    const body = read(new URL(file, dir));
    if (body === undefined) return undefined;
    assets.set(below, assetOf(body, contentType));
  }
  return (below, rawHeaders) => {
    const asset = assets.get(below);
    if (asset === undefined) return below === "/" ? WITHOUT_SLASH : undefined;
    return knows(rawHeaders, asset.etag) ? asset.unchanged : asset.whole;
  };
}

function assetOf(body: string, contentType: string): Asset {
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const headers = Object.freeze([...HEADERS, "etag", etag]);
  const whole: Reply = Object.freeze({ outcome: "success", status: 200, body, contentType, headers, close: false });
  // With the body, so that the length told is the 200's (RFC 9110, 8.6); Node sends none of it with a 304.
  return { etag, whole, unchanged: Object.freeze({ ...whole, status: 304 }) };
}

/** Whether `if-none-match` names the tag. */
function knows(rawHeaders: readonly string[], etag: string): boolean {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== "if-none-match") continue;
    const tags = (rawHeaders[at + 1] ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
    if (tags.includes(etag)) return true;
  }
  return false;
}

function read(file: URL): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
