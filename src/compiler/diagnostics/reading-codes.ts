// Lists the diagnostic codes for reading a config file: its bytes, its YAML, its `${…}` references and its schema.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config language has `${…}` too.

import { type CodeEntry, error } from "./code-entry.ts";

export const READING_CODES = {
  "file/unreadable": error(
    "A file can't be read",
    "Without the file there is nothing to check.",
    "Check the path and the permissions of the file.",
  ),
  "file/too-large": error(
    "A file is too large",
    "A config may have at most 4 MiB, so that reading it takes bounded time.",
    "Remove what does not belong to the config.",
  ),
  "file/encoding": error("A file is not UTF-8", "Values and positions could be wrong.", "Save the file as UTF-8."),

  "yaml/syntax": error(
    "The YAML can't be parsed",
    "What follows a syntax error could be misread.",
    "Fix the location shown. The rest of the file is checked on the next run.",
  ),
  "yaml/unquoted-interpolation": error(
    "`${…}` without quotes inside [ ] or { }",
    "Inside [ ] and { }, YAML ends an unquoted value at a brace.",
    "Put the value in double quotes.",
  ),
  "yaml/empty": error(
    "The file contains no config",
    "A config needs at least `listen`, `gateway_auth` and `routes`.",
    "Start from config/dev.yaml.",
  ),
  "yaml/multiple-documents": error(
    "More than one YAML document",
    "A config is one YAML document.",
    "Remove the `---` line and everything after it.",
  ),
  "yaml/duplicate-key": error(
    "A key is written twice",
    "Only one of the two values could be used, and YAML parsers differ in which one.",
    "Keep one of the two.",
  ),
  "yaml/key": error("A key is not plain text", "All keys of a config are plain text.", "Write the key as plain text."),
  "yaml/alias": error(
    "An alias that can't be resolved",
    "There is no anchor of this name before the alias, or the alias is inside the value that the anchor names.",
    "Define the anchor before the alias. If the `*` is part of the value, quote the value.",
  ),
  "yaml/alias-limit": error(
    "Aliases make the file too large",
    "With aliases, a small file can stand for a huge one. The size is therefore limited.",
    "Write the values out.",
  ),
  "yaml/merge": error(
    "`<<` without a mapping",
    "Only mappings can be merged.",
    "Write `<<: *name` with the anchor of a mapping, or a list of such aliases.",
  ),
  "yaml/tag": error(
    "A YAML tag without a meaning here",
    "The gateway does not know the tag, so the value would not be what the tag asks for.",
    "Remove the tag. If the `!` is part of the value, quote the value.",
  ),
  "yaml/directive": error(
    "A YAML directive without a meaning here",
    "A config is YAML 1.2 without directives.",
    "Remove the line.",
  ),
  "yaml/number": error(
    "A number in an ambiguous format",
    "YAML parsers read `010` in different ways, and numbers beyond 2^53 lose digits.",
    "Write a plain decimal number. If it is meant as text, quote it.",
  ),
  "yaml/control-character": error(
    "A control character in the file",
    "YAML does not allow control characters, and a terminal might act on them.",
    "Remove the character, or write it as an escape sequence in double quotes.",
  ),
  "yaml/too-deep": error(
    "The file is nested too deeply",
    "No config needs more than 64 levels.",
    "Look for brackets that are opened many times.",
  ),
  "yaml/too-many-nodes": error(
    "The file contains too many lines and values",
    "The number is limited, so that reading a file takes bounded time.",
    "Remove what is not needed, or split the routes over several gateways.",
  ),

  "env/missing": error(
    "An environment variable is not set",
    "The value would be empty without any notice.",
    "Set the variable, or write a fallback: `${NAME:-…}`. To check a file without its secrets, use `--allow-missing-env`.",
  ),
  "env/malformed": error(
    "A malformed `${…}`",
    "The text would be used as it is, or cut off.",
    "Write `${NAME}`, `${NAME:-fallback}` or `${file:PATH}`. For a literal `${`, write `$${`.",
  ),
  "env/file": error(
    "A file named in `${file:…}` can't be read",
    "The value would be empty.",
    "Check the path and the permissions of the file. Relative paths are taken from the working directory.",
  ),
  "env/other-syntax": error(
    "A reference in another tool's syntax, or a placeholder",
    "The gateway replaces only `${NAME}`, `${NAME:-fallback}` and `${file:PATH}`. Any other text is used as it is written: as a token, it would let in every client that sends this text. A variable or file whose value looks like this is a warning, so that a config can be checked with made-up secrets.",
    "Write `${NAME}` or `${file:PATH}`. For `~` at the start of a path, write the whole path, or `${HOME}`. A folder that is really called `~` can be written as `./~`.",
  ),
  "env/in-key": error("`${…}` in a key", "Only values can contain `${…}`; keys can't.", "Write the key as plain text."),

  "schema/unknown-key": error(
    "An unknown key",
    "The gateway would ignore the key without any notice.",
    "Use the suggested key, or look it up in the config reference.",
  ),
  "schema/missing-key": error("A required key is missing", "The config is not complete without it.", "Add the key."),
  "schema/half-pair": error(
    "One key of a pair is missing",
    "The two keys have an effect only together.",
    "Add the other key, or remove this one.",
  ),
  "schema/type": error(
    "A value of the wrong type",
    "The key takes values of another type.",
    "Write a value of the type shown.",
  ),
  "schema/enum": error(
    "A value that is not in the list",
    "The key takes only the values listed.",
    "Choose one of them.",
  ),
  "schema/range": error(
    "A number out of range",
    "The gateway can't work with a number outside the range.",
    "Choose a number within the range.",
  ),
  "schema/too-few": error("An empty list or mapping", "At least one entry is needed.", "Add an entry."),
  "schema/pattern": error(
    "A text in the wrong format",
    "The key takes only text in a certain format.",
    "Write the text in the format shown.",
  ),
} as const satisfies { readonly [code: string]: CodeEntry };
