// Reads responses as metering does, and keeps what it was shown.

import { createHash } from "node:crypto";
import type { BodyTap, Meter } from "../../src/runtime/upstream/body-tap.ts";

/** What a tap was shown of one response. */
export interface ReadBody {
  readonly status: number | undefined;
  readonly upstream: string | undefined;
  readonly chunks: Buffer[];
  /** What it was told of the end, each time. */
  readonly ends: boolean[];
  readonly path: string;
}

export interface RecordingMeter {
  readonly meter: Meter;
  readonly read: ReadBody[];
  /** All bytes of the only response that was read. */
  text(): string;
}

export function recordingMeter(): RecordingMeter {
  const read: ReadBody[] = [];
  return {
    read,
    text: () => Buffer.concat(read.flatMap(({ chunks }) => chunks)).toString("latin1"),
    meter: (x) => ({
      requestTap: undefined,
      held: () => {},
      tapResponse: (response) =>
        recorded(read, { status: response.statusCode, path: x.path, upstream: x.upstream?.id }),
    }),
  };
}

function recorded(read: ReadBody[], head: Pick<ReadBody, "status" | "path" | "upstream">): BodyTap {
  const body: ReadBody = { ...head, chunks: [], ends: [] };
  read.push(body);
  return {
    push(bytes) {
      if (body.ends.length > 0) throw new Error("bytes after the end");
      body.chunks.push(Buffer.from(bytes));
    },
    ended(complete) {
      body.ends.push(complete);
    },
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
