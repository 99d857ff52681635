// Takes a coding that the gateway can't decode off the `accept-encoding` of a request whose response is metered.

const IS_ZSTD = /^\s*zstd\s*(?:;|$)/i;

/**
 * Takes `zstd` off the codings that a request accepts (contract, section 13, "Codings").
 * @param head a flat name, value list. It is changed here
 */
export function refuseZstd(head: string[]): void {
  for (let i = 0; i + 1 < head.length; i += 2) {
    if (head[i]?.toLowerCase() !== "accept-encoding") continue;
    const value = head[i + 1] as string;
    if (!/zstd/i.test(value)) continue;
    const rest = value.split(",").filter((coding) => !IS_ZSTD.test(coding));
    // Without the header any coding would be accepted.
    head[i + 1] = rest.join(",").trim() || "identity";
  }
}
