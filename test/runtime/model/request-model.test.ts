// Checks what the path, the query and the body of a request say together about its model.

import { describe, expect, it } from "vitest";
import type { BodyModel } from "../../../src/runtime/model/body-model.ts";
import { requestModels } from "../../../src/runtime/model/request-model.ts";

const SPAN = { start: 9, end: 16 };
const named = (name: string): BodyModel => ({ kind: "model", name, span: SPAN });
const NOTHING: BodyModel = { kind: "none", reason: "missing" };
const LATE: BodyModel = { kind: "none", reason: "past_bound" };
const BROKEN: BodyModel = { kind: "unreadable", reason: "malformed" };

function told(target: string, body: BodyModel | undefined, method = "POST"): string {
  const [path = "", query] = target.split("?");
  const models = requestModels({ method, path, query: query === undefined ? "" : `?${query}` }, body);
  if (models.kind !== "models") return models.kind === "none" ? "none" : models.reason;
  return models.places.map(({ name, span }) => (span === undefined ? name : `${name} in the body`)).join(", ");
}

const CHAT = "/v1/chat/completions";
const GEMINI = "/v1beta/models/gemini-x:generateContent";

describe("the models of a request", () => {
  it.each([
    [CHAT, named("a"), "a in the body"],
    [`${CHAT}?model=q`, named("a"), "q, a in the body"],
    ["/deployments/d/chat/completions?model=q", named("a"), "d, q, a in the body"],
    [GEMINI, NOTHING, "gemini-x"],
    [GEMINI, LATE, "gemini-x"],
    [GEMINI, named("models/gemini-x"), "gemini-x"],
    [GEMINI, named("models/other"), "gemini-x, models/other in the body"],
    [GEMINI, undefined, "gemini-x"],
    [GEMINI, BROKEN, "malformed"],
    [CHAT, NOTHING, "missing"],
    [CHAT, LATE, "past_bound"],
    [CHAT, BROKEN, "malformed"],
    [CHAT, undefined, "missing"],
    [`${CHAT}?model=a&model=a`, named("a"), "given_twice"],
  ])("POST %s with %j: %s", (target, body, expected) => {
    expect(told(target, body)).toBe(expected);
  });

  it.each(["GET", "HEAD", "DELETE"])("%s without a body carries none, unless path or query names one", (method) => {
    expect(told("/v1/models/gpt-x", undefined, method)).toBe("none");
    expect(told(GEMINI, undefined, method)).toBe("gemini-x");
    expect(told("/v1/realtime?model=a", undefined, method)).toBe("a");
    expect(told("/v1/x?model=a&model=b", undefined, method)).toBe("given_twice");
    expect(told("/v1/files/1", NOTHING, method)).toBe("missing");
    expect(told("/v1/files/1", named("a"), method)).toBe("a in the body");
  });

  it.each(["PUT", "PATCH", "OPTIONS", "get"])("%s without a body misses one", (method) => {
    expect(told("/v1/models/gpt-x", undefined, method)).toBe("missing");
  });
});
