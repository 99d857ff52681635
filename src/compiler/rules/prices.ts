// Checks the configured prices: entries that are never used, and prices in another unit.

import type { Price } from "../schema/config.generated.ts";
import { quote, shownValue } from "../schema/labels.ts";
import { covers } from "./model-patterns.ts";
import type { Rule } from "./rule.ts";

/** How many pairs of patterns are compared: more are in no real config, and each costs time. */
const MAX_PAIRS = 200_000;

/** Reports an entry all of whose models an earlier entry matches. */
const unreachablePrice: Rule = ({ usage: { prices } }, { report, known, file }) => {
  if (prices.length * prices.length > MAX_PAIRS) return;
  const at = (index: number) => ["usage", "prices", index, "model"];
  prices.forEach(({ model }, index) => {
    const earlier = prices.findIndex((other, i) => i < index && known(at(i)) && covers(other.model, model));
    if (earlier === -1) return;
    const same = prices[earlier]?.model === model;
    report({
      code: "rule/unreachable-price",
      path: at(index),
      message: same
        ? "this model has a price in the list already, and the first one counts"
        : `this price is never used: ${shownValue(at(earlier), file)} comes first and matches all models that this matches`,
      help: same ? "remove one of the two" : "move it before the other one, or remove it",
      related: [{ path: at(earlier), message: "the entry that counts" }],
    });
  });
};

/** USD per million tokens. Models that are sold cost between 0.01 and 600; this leaves room on both sides. */
const LEAST = 0.001;
const MOST = 1000;
const CHECKED = ["input_usd_per_mtok", "output_usd_per_mtok"] as const satisfies readonly (keyof Price)[];

/** Reports a price that was most likely meant for another number of tokens. A model may cost nothing. */
const priceUnit: Rule = ({ usage: { prices } }, { report }) => {
  prices.forEach((price, index) => {
    const key = CHECKED.find((one) => (price[one] > 0 && price[one] < LEAST) || price[one] > MOST);
    if (key === undefined) return;
    const tooLow = price[key] < LEAST;
    report({
      code: "rule/price-unit",
      path: ["usage", "prices", index, key],
      message: `${quote(key)} is in USD per million tokens: ${tooLow ? "no model costs so little" : "no model costs so much"}`,
      help: tooLow
        ? "multiply the price of one token by 1,000,000, or that of a thousand tokens by 1,000"
        : "write the price of a million tokens, in USD",
    });
  });
};

export const PRICE_RULES: readonly Rule[] = [unreachablePrice, priceUnit];
