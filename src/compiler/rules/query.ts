// Checks the query parameters that are injected into upstream requests, and the media types of streams.

import { carriesSecret } from "./header-names.ts";
import type { Rule } from "./rule.ts";
import { eachDuplicate, eachUpstream } from "./walks.ts";

/** Reports a parameter that is injected twice: each replaces all parameters of its name. */
const duplicateParameter: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    const at = (index: number) => pathOf("inject_query", index, "name");
    const duplicates = eachDuplicate(upstream.inject_query, ({ name }, index) => (known(at(index)) ? name : undefined));
    for (const { index, first } of duplicates) {
      report({
        code: "rule/duplicate-injected-parameter",
        path: at(index),
        message: "this parameter is injected twice, and only the last one counts",
        help: "remove one of the two",
        related: [{ path: at(first), message: "first injected here" }],
      });
    }
  }
};

/** Reports a parameter of a key without a key in it. */
const emptyKeyParameter: Rule = (config, { report, known }) => {
  for (const { upstream, pathOf } of eachUpstream(config)) {
    upstream.inject_query.forEach(({ name, value }, index) => {
      const parameter = pathOf("inject_query", index);
      if (!known([...parameter, "name"]) || !carriesSecret(name) || value.trim() !== "") return;
      const message = "this parameter is sent without a key in it";
      const help = "check the variable it comes from, or remove the parameter";
      report({ code: "rule/empty-key-header", path: [...parameter, "value"], message, help });
    });
  }
};

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

export const QUERY_RULES: readonly Rule[] = [duplicateParameter, emptyKeyParameter, duplicateStreamType, noEventStream];
