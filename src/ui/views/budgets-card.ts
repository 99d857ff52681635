// Shows how much of each client's budgets is used, what is left, and when the period ends. Without budgets it is hidden.

import type { Locale } from "../locale.ts";
import { usageOf } from "../summary.ts";
import type { BudgetFigures } from "../usage.ts";
import { card, type View } from "./card.ts";
import { type Gauge, gaugeList } from "./gauges.ts";

/** How many budgets are shown at first. */
const MAX_BUDGETS = 9;

export function budgetsCard(locale: Locale): View {
  const gauges = gaugeList(locale, "budgets", MAX_BUDGETS);
  const { root } = card("budgets", locale.texts.usage.budgets, gauges.list, gauges.button);
  return {
    root,
    update(summary) {
      const budgets = usageOf(summary)?.budgets ?? [];
      root.hidden = budgets.length === 0;
      // In a long list, those that are nearly used up come first, so that they are visible.
      const order = budgets.length > MAX_BUDGETS ? [...budgets].sort((a, b) => ratioOf(b) - ratioOf(a)) : budgets;
      gauges.show(order.map((budget) => gaugeOf(budget, locale)));
    },
  };
}

function gaugeOf(budget: BudgetFigures, { texts: { usage }, formats }: Locale): Gauge {
  const { client, per, unit, used, reserved, max, ends_at_unix_ms: endsAt } = budget;
  const amount = (value: number) => (unit === "usd" ? formats.usd(value) : formats.shortCount(value));
  const total = unit === "usd" ? amount(max) : usage.tokens(amount(max));
  const notes = [
    usage.left(amount(Math.max(0, max - used - reserved))),
    ...(reserved === 0 ? [] : [usage.reserved(amount(reserved))]),
    ...(endsAt === undefined ? [] : [usage.until(formats.utc(endsAt))]),
  ];
  return {
    name: usage.budget(client, usage.periods[per]),
    value: usage.of(amount(used), total),
    note: notes.join(" · "),
    ratio: ratioOf(budget),
  };
}

/** A budget of nothing is used up. */
function ratioOf({ used, max }: BudgetFigures): number {
  return max === 0 ? 1 : used / max;
}
