// Checks which upstream of a pool a WebSocket gets, by the model in its query (contract, sections 14 and 15).

import { expect, it, onTestFinished } from "vitest";
import { startMock } from "../../src/mock/start.ts";
import { CREATE, type MeteredScene, meteredScene, open, refusal } from "./metered-scene.ts";

/** @param items lines of two upstreams, without the `base_url` of the first */
async function pool(first: string, second: string): Promise<MeteredScene> {
  const other = await startMock({ paceMs: 0 });
  onTestFinished(() => other.close());
  const route = ["upstreams:", `  - {id: first${first}}`, `  - {id: second, base_url: "${other.url}"${second}}`];
  return meteredScene({ route });
}

it("goes to the upstream whose models match, and the line names it", async () => {
  const metered = await pool(', models: ["gpt-*"]', ', models: ["mock-*"]');
  const client = await open(metered, { path: "/v1/responses?model=mock-1" });
  await client.ask(CREATE, "response.completed");
  await client.close();
  expect(await metered.lines()).toMatchObject([{ upstream: "second", requested_model: "mock-1", usage: "reported" }]);
  expect(metered.mock.stats.requests).toBe(0);
  expect(await refusal(metered, { path: "/v1/responses?model=other" })).toMatchObject({ status: 403 });
});

it("is refused where the query names no model", async () => {
  const metered = await pool(', models: ["gpt-*"]', ', models: ["mock-*"]');
  expect(await refusal(metered)).toMatchObject({ status: 400, code: "model_unreadable" });
  expect(await metered.lines()).toEqual([]);
});

it("is refused where the model would have to be replaced", async () => {
  const metered = await pool(", rename_models: {gpt-5: mock-1}", ", rename_models: {gpt-5: mock-2}");
  expect(await refusal(metered, { path: "/v1/responses?model=gpt-5" })).toMatchObject({
    status: 400,
    code: "model_unreadable",
  });
  await (await open(metered, { path: "/v1/responses?model=other" })).close();
});
