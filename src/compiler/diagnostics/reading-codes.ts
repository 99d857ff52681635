// Which findings come of reading a file: its bytes, its YAML, its references, its shape?

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { type CodeEntry, error } from "./code-entry.ts";

export const READING_CODES = {
  "file/unreadable": error(
    "A file can't be read",
    "There is nothing to check.",
    "Look at the path and its permissions.",
  ),
  "file/too-large": error(
    "A file is too large",
    "A config is at most 4 MiB, so that reading one takes bounded time.",
    "Split off what is no config.",
  ),
  "file/encoding": error("A file is not UTF-8", "Positions and values would be guesses.", "Save the file as UTF-8."),

  "yaml/syntax": error(
    "The YAML can't be parsed",
    "Nothing after it can be trusted.",
    "Mend the place shown; what follows is checked on the next run.",
  ),
  "yaml/unquoted-interpolation": error(
    "`${…}` unquoted inside [ ] or { }",
    "There the brace ends a plain value.",
    "Put the value in double quotes.",
  ),
  "yaml/empty": error(
    "The file holds no config",
    "A gateway without routes has nothing to do.",
    "Start from config/dev.yaml.",
  ),
  "yaml/multiple-documents": error(
    "More than one document",
    "A config is one YAML document.",
    "Drop the `---` line and what follows.",
  ),
  "yaml/duplicate-key": error(
    "A key stands twice",
    "Only one of the two could count, and which one differs from reader to reader.",
    "Keep one.",
  ),
  "yaml/key": error("A key is no text", "Keys are plain words here.", "Write the key out."),
  "yaml/alias": error(
    "An alias means nothing",
    "It names no anchor before it, or one that it is a part of.",
    "Define the anchor first, or quote the value.",
  ),
  "yaml/alias-limit": error(
    "Aliases grow the file too far",
    "A small file could stand for a huge one.",
    "Write the values out.",
  ),
  "yaml/merge": error(
    "`<<` has no mapping",
    "Only mappings can be merged.",
    "Merge an anchored mapping, or a list of them.",
  ),
  "yaml/tag": error(
    "A tag has no meaning here",
    "The value would not be what it seems.",
    "Drop the tag, or quote the value.",
  ),
  "yaml/directive": error(
    "A directive has no meaning here",
    "Configs are YAML 1.2, without directives.",
    "Drop the line.",
  ),
  "yaml/number": error(
    "A number in a doubtful form",
    "Readers differ on `010`, and digits past 2^53 are lost.",
    "Write it in plain decimal, or quote it where a text is meant.",
  ),
  "yaml/control-character": error(
    "A control character",
    "YAML has none, and a terminal might act on it.",
    "Remove it; in double quotes it can be written as an escape.",
  ),
  "yaml/too-deep": error(
    "The file nests too deep",
    "No config needs more than 64 levels.",
    "Look for a bracket that is opened over and over.",
  ),
  "yaml/too-many-nodes": error("The file holds too much", "Reading a file takes bounded time.", "Split the config."),

  "env/missing": error(
    "An environment variable is not set",
    "The value would be empty, and nobody would know.",
    "Set it, or write a fallback: `${NAME:-…}`. For linting without secrets there is --allow-missing-env.",
  ),
  "env/malformed": error(
    "A malformed `${…}`",
    "It would be taken literally, or cut short.",
    "Write `${NAME}`, `${NAME:-fallback}` or `${file:PATH}`; `$${` is a literal `${`.",
  ),
  "env/file": error(
    "A file named by `${file:…}` can't be read",
    "The value would be empty.",
    "Look at the path and its permissions. Relative paths are taken from the working directory.",
  ),
  "env/in-key": error("`${…}` in a key", "Keys are fixed names.", "Write the key out."),

  "schema/unknown-key": error(
    "An unknown key",
    "It would silently do nothing.",
    "Look at the suggestion, or at the list of keys in the config reference.",
  ),
  "schema/missing-key": error("A key is missing", "The config means nothing without it.", "Add it."),
  "schema/half-pair": error(
    "One half of a pair is missing",
    "Neither half means anything alone.",
    "Add the other half, or drop this one.",
  ),
  "schema/type": error(
    "A value of the wrong type",
    "It can't be used as it stands.",
    "Write a value of the type named.",
  ),
  "schema/enum": error(
    "A value that is not in the list",
    "Only the values listed mean something.",
    "Choose one of them.",
  ),
  "schema/range": error(
    "A number out of range",
    "It would mean nothing, or overflow a timer.",
    "Choose one in the range.",
  ),
  "schema/too-few": error("An empty list or mapping", "At least one entry is needed.", "Add one."),
  "schema/pattern": error("A text of the wrong form", "It can't be used as it stands.", "Write it in the form named."),
} as const satisfies { readonly [code: string]: CodeEntry };
