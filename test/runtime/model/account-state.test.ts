// Checks that account state in a JSON body is found, by a search for the words first.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountPathTest, mayNameAccountState, namesAccountState } from "../../../src/runtime/model/account-state.ts";
import { cutBody, cuts, usualChunkings } from "./chunkings.ts";

describe("account state in a body", () => {
  it.each([
    ['{"input":"x","previous_response_id":"resp_1"}', true, true],
    ['{"input":"x","previous_response_id":null}', true, false],
    ['{"background":true,"input":"x"}', true, true],
    ['{"background":false}', true, false],
    ['{"input":"x","previous_response_id":"cut off', true, true],
    ['{"input":"a \\"background\\" and a previous_response_id in it"}', false, false],
    ['{"input":"a previous_response_id"}', true, false],
    ['{"backgrounds":true,"previous_response_ids":"x"}', false, false],
    ['{"a":{"background":true}}', true, false],
    ['{"b\\u0061ckground":true}', true, true],
    ['{"backgroun\\u0064":true}', false, false],
    ["", false, false],
  ])("%s: may %s, does %s", (body, may, does) => {
    for (const chunks of usualChunkings(Buffer.from(body))) {
      expect(mayNameAccountState(chunks)).toBe(may);
      expect(namesAccountState(chunks)).toBe(does);
    }
  });

  it("is found wherever the body is cut", () => {
    const text = fc.constantFrom("", "x", '"', "_response_id", "kground", "x".repeat(30));
    fc.assert(
      fc.property(text, text, cuts, (before, after, shares) => {
        const body = Buffer.from(
          JSON.stringify({ [`a${before}`]: after, previous_response_id: "r", [`z${after}`]: before }),
        );
        expect(namesAccountState(cutBody(body, shares))).toBe(true);
      }),
    );
  });
});

describe("account state in a path", () => {
  it.each([
    ["/up", true, "/up/v1/files", true],
    ["/up", true, "/up/v1/responses/resp_1", true],
    ["/up", true, "/up/v1/chat/completions", false],
    ["/up", true, "/up", false],
    // A prefix that stays here is no path of the provider.
    ["/files", true, "/files/v1/chat/completions", false],
    ["/team/threads", true, "/team/threads/v1/messages", false],
    ["/responses", true, "/responses/v1/chat/completions", false],
    ["/files", true, "/files/v1/files", true],
    ["/v1/files", false, "/v1/files/file-1", true],
    ["/v1/files", false, "/v1/files", true],
    ["/", true, "/v1/files", true],
    ["/", true, "/v1/chat/completions", false],
  ])("prefix %s, stripped: %s, path %s: %s", (prefix, stripPrefix, path, does) => {
    expect(accountPathTest({ prefix, stripPrefix })(path)).toBe(does);
  });
});
