// Lets a client use only the models that it may use (contract, section 12, `models`).

import type { ModelNames } from "../../plan/exchange.ts";
import { modelMatcher } from "../../plan/model-patterns.ts";
import { replyFor } from "../../plan/replies.ts";
import type { Guard, ModelScopeSpec, Verdict } from "../../plan/steps.ts";

const UNREADABLE = replyFor("model_unreadable");
const NOT_IN_QUERY = replyFor("model_unreadable", {
  message:
    "This client may use some models only, so a WebSocket has to name its model when it is opened: add ?model=NAME to its URL.",
});
const REFUSAL = replyFor("model_not_allowed", {
  message: "This token may not use the model of this request. Use another model, or ask for a token that may.",
});

type Matcher = (name: string) => boolean;

export function modelScope({ scanBytes, idleMs }: ModelScopeSpec): Guard {
  /** The matcher of each client's list of patterns. */
  const matchers = new WeakMap<readonly string[], Matcher>();

  function matcherOf(patterns: readonly string[]): Matcher {
    let matcher = matchers.get(patterns);
    if (matcher === undefined) {
      matcher = modelMatcher(patterns);
      matchers.set(patterns, matcher);
    }
    return matcher;
  }

  return function modelScope(x) {
    const patterns = x.client?.access?.models;
    if (patterns === undefined) return undefined;
    const names = x.readModels(scanBytes, idleMs);
    const matches = matcherOf(patterns);
    // What goes over a WebSocket is not read for a model, so it has to be named before (contract, section 15).
    if (x.asksWebSocket && !(names instanceof Promise) && names?.length === 0) return NOT_IN_QUERY;
    return names instanceof Promise ? names.then((late) => verdictOn(late, matches)) : verdictOn(names, matches);
  };
}

/** Every model that a request names must be allowed: which of them counts is the upstream's decision. */
function verdictOn(names: ModelNames, matches: Matcher): Verdict {
  if (names === undefined) return UNREADABLE;
  return names.every(matches) ? undefined : REFUSAL;
}
