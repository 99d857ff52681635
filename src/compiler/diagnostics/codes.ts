// Joins the tables of diagnostic codes into one. A code is never renamed once released.

import { CLIENT_CODES } from "./client-codes.ts";
import { MISTAKE_CODES } from "./mistake-codes.ts";
import { POOL_CODES } from "./pool-codes.ts";
import { READING_CODES } from "./reading-codes.ts";
import { RULE_CODES } from "./rule-codes.ts";
import { STATE_CODES } from "./state-codes.ts";
import { USAGE_CODES } from "./usage-codes.ts";

export const CODES = {
  ...READING_CODES,
  ...MISTAKE_CODES,
  ...POOL_CODES,
  ...CLIENT_CODES,
  ...USAGE_CODES,
  ...STATE_CODES,
  ...RULE_CODES,
} as const;

export type DiagnosticCode = keyof typeof CODES;
