// A request that names two models can't choose the cheaper price: where the response names none, the model that the provider takes counts.

import { expect, it } from "vitest";
import { setScene } from "../support/scene.ts";
import { startBooks, tokenOf } from "./books-scene.ts";

const scene = setScene();
const PRICES = ["dear", "cheap"].map(
  (model, i) => `{model: ${model}, input_usd_per_mtok: ${1 - i}, output_usd_per_mtok: ${1 - i}}`,
);

it.each([
  ["without a budget: the body passes", ""],
  ["with a budget: the body is held", "budgets: [{per: total, usd: 1}]"],
])("%s", async (_, limits) => {
  const upstream = await scene.upstream((req, res) => {
    req.resume().once("end", () => {
      res.writeHead(200, { "content-type": "application/json" });
      res.end('{"created":1,"usage":{"input_tokens":500000,"output_tokens":500000}}');
    });
  });
  const client = { id: "alice", ...(limits === "" ? {} : { limits }) };
  const books = await startBooks({ base: upstream.url, clients: [client], usage: `prices: [${PRICES.join(", ")}]` });
  const headers = { authorization: `Bearer ${tokenOf("alice")}`, "content-type": "application/json" };
  for (const path of ["v1/images/generations?model=cheap", "deployments/dear/images/generations?model=cheap"]) {
    const body = path.startsWith("v1") ? '{"model":"dear","max_tokens":1}' : '{"max_tokens":1}';
    const init = { method: "POST", headers, body };
    const response = await fetch(`${books.gateway.url}/up/${path}`, init);
    expect(response.status).toBe(path.startsWith("v1") || limits === "" ? 200 : 429);
    await response.arrayBuffer();
  }
  const lines = await books.lines();
  expect(lines.map(({ requested_model, cost_usd }) => [requested_model, cost_usd])).toEqual(
    lines.map(() => ["dear", 1]),
  );
  expect(lines).toHaveLength(limits === "" ? 2 : 1);
  await books.gateway.close();
});
