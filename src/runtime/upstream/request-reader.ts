// Reads what has to be known of a request before its upstream is chosen: the models it names (contract, section 12), and whether
// it names state that lives with one account of the provider (contract, section 7). It holds the body for that.

import type { ForwardSpec } from "../../plan/forward.ts";
import { replyFor } from "../../plan/replies.ts";
import { codingOf, decodeForLook } from "../decode.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import { headerValues, onlyValue } from "../headers/find-header.ts";
import { hasBody } from "../headers/request-head.ts";
import { accountPathTest, namesAccountState } from "../model/account-state.ts";
import { bodyFormat } from "../model/body-format.ts";
import { BodyScan } from "../model/body-scan.ts";
import { type RequestModels, requestModels } from "../model/request-model.ts";
import { HeldBody } from "./held-body.ts";
import type { WatchBody } from "./upload.ts";

const STALLED = replyFor("request_timeout");

export interface ReadRequest {
  readonly models: RequestModels;
  /** It names state of one account. */
  readonly bound: boolean;
  /** The first part of the body, if it was held. It may be all of it. */
  readonly body: HeldBody | undefined;
  /** Looks at the rest of the body; `undefined`: nothing of it matters. */
  readonly watch: WatchBody | undefined;
}

/** What is asked of the requests of a route. */
export interface Questions {
  readonly model: boolean;
  readonly accountState: boolean;
}

const NOTHING_ASKED: RequestModels = Object.freeze({ kind: "none" });

/** Most requests of a pool that asks for nothing but the account's state. */
const UNBOUND: ReadRequest = Object.freeze({ models: NOTHING_ASKED, bound: false, body: undefined, watch: undefined });

/** Makes the function that reads the requests of a route. It calls back at once where no body has to be held. */
export function requestReader(
  forward: ForwardSpec,
  asked: Questions,
): (x: LiveExchange, then: (x: LiveExchange, request: ReadRequest) => void) => void {
  const { upstreams, modelScanBytes } = forward;
  const isAccountPath = accountPathTest(forward);
  const idleMs = upstreams[0]?.streamIdleTimeoutMs ?? 0;

  return function readRequest(x, then) {
    const boundByPath = asked.accountState && isAccountPath(x.path);
    if (!hasBody(x.framing) || !(asked.model || (!boundByPath && mayBeJson(x.rawHeaders)))) {
      if (!asked.model && !boundByPath) return then(x, UNBOUND);
      const models = asked.model ? requestModels(x, undefined) : NOTHING_ASKED;
      return then(x, { models, bound: boundByPath, body: undefined, watch: undefined });
    }
    const scan = asked.model ? new BodyScan(bodyFormat(x.rawHeaders), modelScanBytes) : undefined;
    holdBody(x, idleMs, scan === undefined ? upTo(modelScanBytes) : scanned(scan), (body) => {
      const models = scan === undefined ? NOTHING_ASKED : requestModels(x, scan.result);
      const bound = boundByPath || (asked.accountState && bodyNamesState(body.chunks, x.rawHeaders, modelScanBytes));
      then(x, { models, bound, body, watch: scan && !body.ended ? watched(scan) : undefined });
    });
  };
}

/** @param maxBytes how much of a body may be held. A coded one may decode to some times as much */
function bodyNamesState(chunks: readonly Buffer[], rawHeaders: readonly string[], maxBytes: number): boolean {
  if (headerValues(rawHeaders, "content-encoding").length === 0) return namesAccountState(chunks);
  const coding = codingOf(headerValues(rawHeaders, "content-encoding"));
  const decoded = coding && decodeForLook(Buffer.concat(chunks), coding, 4 * maxBytes);
  return decoded !== undefined && namesAccountState([decoded]);
}

type IsEnough = (body: Buffer, last: boolean) => boolean;

/** Holds the body of a request until enough of it is known. The client must not rest for too long meanwhile. */
function holdBody(x: LiveExchange, idleMs: number, isEnough: IsEnough, onEnough: (body: HeldBody) => void): void {
  let stall: NodeJS.Timeout | undefined;
  const { req, responder, awaitsContinue } = x;
  if (awaitsContinue) responder.res.writeContinue();
  const body = new HeldBody(
    req,
    (bytes, last) => {
      // Most bodies come at once. For them there is no timer.
      if (!last && idleMs > 0) stall = stall?.refresh() ?? setTimeout(() => x.reply(STALLED), idleMs);
      return isEnough(bytes, last);
    },
    () => {
      clearTimeout(stall);
      if (x.done) return;
      try {
        onEnough(body);
      } catch (err) {
        // Nobody else would catch it here, and it would end the process.
        x.fail(err, "forward");
      }
    },
  );
  x.hold(() => {
    clearTimeout(stall);
    body.stop();
  });
}

/** A body is held up to the bound, so that all of it is known if it is not longer. */
function upTo(maxBytes: number): IsEnough {
  let bytes = 0;
  return (body) => {
    bytes += body.length;
    return bytes >= maxBytes;
  };
}

function scanned(scan: BodyScan): IsEnough {
  return (body, last) => {
    scan.push(body);
    if (last) scan.end();
    return scan.result !== undefined;
  };
}

/** Behind the bound, another model must not come: a parser that takes the last one would be led past `models`. */
function watched(scan: BodyScan): WatchBody {
  return (body, last) => {
    scan.push(body);
    if (last) scan.end();
    return !scan.isContradicted;
  };
}

/** These types are no JSON. What has another type may be: curl sends JSON as a form unless it is told otherwise. */
const NO_JSON = /^\s*(?:multipart|audio|video|image)\/|^\s*application\/octet-stream/i;

function mayBeJson(rawHeaders: readonly string[]): boolean {
  return !NO_JSON.test(onlyValue(rawHeaders, "content-type") ?? "");
}
