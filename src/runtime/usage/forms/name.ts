// Reads names of models and of service tiers out of JSON values.

/** Longer names are none. They would be written to the ledger. */
const MAX_NAME_LENGTH = 256;

/** The name, or `undefined` where the value is none. */
export function nameIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= MAX_NAME_LENGTH ? value : undefined;
}
