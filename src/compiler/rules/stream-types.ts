// Checks the media types whose responses count as streams.

import type { Rule } from "./rule.ts";
import { eachUpstream } from "./walks.ts";

/** Reports a media type that the list has already. */
const duplicateStreamType: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const first = new Map<string, number>();
    upstream.stream_types.forEach((type, index) => {
      if (!first.has(type.toLowerCase())) first.set(type.toLowerCase(), index);
    });
    upstream.stream_types.forEach((written, index) => {
      const type = written.toLowerCase();
      const group = `${type.slice(0, type.indexOf("/"))}/*`;
      const same = first.get(type);
      const other = same !== undefined && same < index ? same : type === group ? undefined : first.get(group);
      const path = pathOf("stream_types", index);
      if (other === undefined || !known(path) || !known(pathOf("stream_types", other))) return;
      report({
        code: "rule/stream-types",
        path,
        message: "this entry has no effect: the list has this type already",
        help: "remove it",
        related: [{ path: pathOf("stream_types", other), message: "listed here" }],
      });
    });
  }
};

/** Reports a list without event streams: they would be cut off as a response that is no stream. */
const noEventStream: Rule = (config, { report, known, written }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const path = pathOf("stream_types");
    if (!written(path) || upstream.stream_types.some((type) => /^text\/(?:event-stream|\*)$/i.test(type))) continue;
    if (upstream.stream_types.some((_, index) => !known(pathOf("stream_types", index)))) continue;
    report({
      code: "rule/stream-types",
      path,
      at: "key",
      message: "`text/event-stream` is not in the list: streamed answers would be cut off at request_timeout_ms",
      help: "add `text/event-stream`; the list replaces the default one",
    });
  }
};

export const STREAM_TYPE_RULES: readonly Rule[] = [duplicateStreamType, noEventStream];
