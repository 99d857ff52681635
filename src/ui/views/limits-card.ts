// Shows how much of each limit is in use, for the gateway and for each route that has a limit.

import type { Locale } from "../locale.ts";
import type { Summary } from "../summary.ts";
import { card, type View } from "./card.ts";
import { type Gauge, gaugeList, isNearlyFull } from "./gauges.ts";

/** How many gauges are shown at first: those of the gateway, and of the routes with the most requests. */
const MAX_GAUGES = 8;

export function limitsCard(locale: Locale): View {
  const gauges = gaugeList(locale, "limits", MAX_GAUGES);
  const { root } = card("limits", locale.texts.limits.title, gauges.list, gauges.button);
  return { root, update: (summary) => gauges.show(gaugesOf(summary, locale)) };
}

function gaugesOf({ limits, routes }: Summary, { texts, formats }: Locale): Gauge[] {
  const { count } = formats;
  const now = limits.downstream_inflight_current;
  const max = limits.downstream_max_inflight;
  const gateway: Gauge = {
    name: texts.limits.gateway,
    value: max === null ? texts.limits.noLimit : texts.limits.of(count(now), count(max)),
    note: texts.limits.peakDay(count(limits.downstream_inflight_peak_24h)),
    ...(max === null ? {} : { ratio: now / max }),
  };
  const rate: Gauge = {
    name: texts.limits.rate,
    value:
      limits.rate_per_minute === null ? texts.limits.noLimit : texts.limits.perMinute(count(limits.rate_per_minute)),
    note: "",
  };
  const limited = routes.flatMap((route): Gauge[] => {
    const { upstream_max_inflight: limit, queue_waiting: waiting } = route;
    if (limit === null) return [];
    const inUse = Math.max(0, route.inflight_current - waiting);
    return [
      {
        name: texts.limits.upstream(route.route_id),
        value: texts.limits.of(count(inUse), count(limit)),
        note: waiting === 0 ? texts.limits.perKey : texts.limits.waiting(count(waiting)),
        ratio: inUse / limit,
      },
    ];
  });
  const none: Gauge = { name: texts.limits.noUpstreamLimit, value: "", note: "" };
  // In a long list, limits that are nearly full come first, so that they are visible.
  if (limited.length + 2 > MAX_GAUGES) limited.sort((a, b) => Number(isNearlyFull(b)) - Number(isNearlyFull(a)));
  return [gateway, rate, ...(limited.length === 0 ? [none] : limited)];
}
