// Reads what has to be known of a request before its upstream is chosen: the models it names (contract, section 12), whether
// it names state that lives with one account of the provider (contract, section 7), and whether it is asked to report its usage
// (contract, section 13).

import type { ForwardSpec } from "../../plan/forward.ts";
import { codingOf, decodeForLook } from "../decode.ts";
import type { LiveExchange } from "../exchange/exchange.ts";
import { headerValues, onlyValue } from "../headers/find-header.ts";
import { hasBody } from "../headers/request-head.ts";
import { accountPathTest, namesAccountState } from "../model/account-state.ts";
import { DECODED_TO_HELD } from "../model/decode-body.ts";
import type { BodyEdit } from "../model/rename-model.ts";
import { type RequestModels, requestModels } from "../model/request-model.ts";
import { askEdit, mayBeAsked } from "../usage/ask/ask-edit.ts";

export interface ReadRequest {
  readonly models: RequestModels;
  /** It names state of one account. */
  readonly bound: boolean;
  /** Asks it to report its usage; `undefined`: its body stays as it is. */
  readonly ask: BodyEdit | undefined;
}

/** What is asked of the requests of a route. */
export interface Questions {
  readonly model: boolean;
  readonly accountState: boolean;
  /** Whether it is to be asked for its usage. */
  readonly ask: boolean;
}

const NOTHING_ASKED: RequestModels = Object.freeze({ kind: "none" });

/** Most requests of a pool that asks for nothing but the account's state. */
const UNBOUND: ReadRequest = Object.freeze({ models: NOTHING_ASKED, bound: false, ask: undefined });

/** Makes the function that reads the requests of a route. It calls back at once where no body has to be held. */
export function requestReader(
  forward: ForwardSpec,
  asked: Questions,
): (x: LiveExchange, then: (x: LiveExchange, request: ReadRequest) => void) => void {
  const { upstreams, modelScanBytes: maxBytes } = forward;
  const isAccountPath = accountPathTest(forward);
  const questions = { model: asked.model, maxBytes, idleMs: upstreams[0]?.streamIdleTimeoutMs ?? 0 };

  return function readRequest(x, then) {
    const boundByPath = asked.accountState && isAccountPath(x.path);
    const asks = asked.ask && mayBeAsked(x, maxBytes);
    const mayName = asked.accountState && !boundByPath && mayBeJson(x.rawHeaders);
    if (!hasBody(x.framing) || !(asked.model || asks || mayName)) {
      if (!asked.model && !boundByPath) return then(x, UNBOUND);
      return then(x, {
        models: asked.model ? requestModels(x, undefined) : NOTHING_ASKED,
        bound: boundByPath,
        ask: undefined,
      });
    }
    const body = x.readBody(questions);
    body.whenRead(() => {
      const models = asked.model ? requestModels(x, body.model) : NOTHING_ASKED;
      const bound = boundByPath || (asked.accountState && bodyNamesState(body.held.chunks, x.rawHeaders, maxBytes));
      const ask = asks && body.held.ended ? askEdit(body.held.chunks, maxBytes) : undefined;
      if (models === NOTHING_ASKED && !bound && ask === undefined) then(x, UNBOUND);
      else then(x, { models, bound, ask });
    });
  };
}

/** @param maxBytes how much of a body may be held. A coded one may decode to some times as much */
function bodyNamesState(chunks: readonly Buffer[], rawHeaders: readonly string[], maxBytes: number): boolean {
  const codings = headerValues(rawHeaders, "content-encoding");
  if (codings.length === 0) return namesAccountState(chunks);
  const coding = codingOf(codings);
  const decoded = coding && decodeForLook(Buffer.concat(chunks), coding, DECODED_TO_HELD * maxBytes);
  return decoded !== undefined && namesAccountState([decoded]);
}

/** These types are no JSON. What has another type may be: curl sends JSON as a form unless it is told otherwise. */
const NO_JSON = /^\s*(?:multipart|audio|video|image)\/|^\s*application\/octet-stream/i;

function mayBeJson(rawHeaders: readonly string[]): boolean {
  return !NO_JSON.test(onlyValue(rawHeaders, "content-type") ?? "");
}
