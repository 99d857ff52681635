// Shows the gateway's version, its uptime, its workers, whether Redis is used, and the result of its last config reload.

import { el, setText } from "../dom.ts";
import { NO_VALUE } from "../formats.ts";
import type { Locale } from "../locale.ts";
import { card, type View } from "./card.ts";

export function gatewayCard({ texts, formats }: Locale): View {
  const { gateway } = texts;
  const fact = (name: string, term: string) => {
    const value = el("dd", { "data-fact": name }, NO_VALUE);
    return { value, root: el("div", {}, el("dt", {}, term), value) };
  };
  const version = fact("version", gateway.version);
  const uptime = fact("uptime", gateway.uptime);
  const started = fact("started", gateway.started);
  const workers = fact("workers", gateway.workers);
  const redis = fact("redis", gateway.redis);
  const isUsed = el("span", { class: "badge" });
  redis.value.replaceChildren(isUsed);
  const reload = fact("reload", gateway.reload);
  const reloads = fact("reloads", gateway.reloads);
  const result = el("span", { class: "badge", hidden: true });
  const when = el("span", {}, NO_VALUE);
  reload.value.replaceChildren(result, when);
  const facts = [version, uptime, started, workers, redis, reload, reloads].map(({ root }) => root);
  const { root } = card("gateway", gateway.title, el("dl", { class: "facts" }, ...facts));
  return {
    root,
    update({ reload: last, ...summary }) {
      setText(version.value, summary.version);
      setText(uptime.value, formats.duration(summary.uptime_seconds));
      setText(started.value, formats.dayAndTime(summary.started_at_unix_ms));
      workers.root.hidden = summary.workers === undefined;
      const { alive = 0, configured = 0 } = summary.workers ?? {};
      setText(workers.value, gateway.workerCounts(formats.count(alive), formats.count(configured)));
      redis.root.hidden = summary.state === undefined;
      const isAway = summary.state?.up === false;
      isUsed.classList.toggle("bad", isAway);
      setText(isUsed, isAway ? gateway.redisAway : gateway.redisUsed);
      result.hidden = last.last_result === null;
      result.classList.toggle("bad", last.last_result === "failure");
      setText(result, last.last_result === "failure" ? gateway.rejected : gateway.applied);
      const at = last.last_at_unix_ms;
      setText(when, at === null ? gateway.never : formats.ago(Math.max(0, (summary.generated_at_unix_ms - at) / 1000)));
      setText(
        reloads.value,
        gateway.reloadCounts(formats.count(last.success_total), formats.count(last.failure_total)),
      );
    },
  };
}
