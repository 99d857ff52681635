// Which gateway is this, since when, and did it take its last config?

import { el, setText } from "../dom.ts";
import { NONE } from "../formats.ts";
import type { Reader, View } from "../reader.ts";
import { card } from "./card.ts";

export function gatewayCard({ words, formats }: Reader): View {
  const { gateway } = words;
  const fact = (name: string, term: string) => {
    const value = el("dd", { "data-fact": name }, NONE);
    return { value, root: el("div", {}, el("dt", {}, term), value) };
  };
  const version = fact("version", gateway.version);
  const uptime = fact("uptime", gateway.uptime);
  const started = fact("started", gateway.started);
  const reload = fact("reload", gateway.reload);
  const reloads = fact("reloads", gateway.reloads);
  const result = el("span", { class: "badge", hidden: true });
  const when = el("span", {}, NONE);
  reload.value.replaceChildren(result, when);
  const facts = [version, uptime, started, reload, reloads].map(({ root }) => root);
  const { root } = card("gateway", gateway.title, el("dl", { class: "facts" }, ...facts));
  return {
    root,
    update({ reload: last, ...summary }) {
      setText(version.value, summary.version);
      setText(uptime.value, formats.span(summary.uptime_seconds));
      setText(started.value, formats.moment(summary.started_at_unix_ms));
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
