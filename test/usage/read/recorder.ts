// Reads bodies in tests of the usage reader, and notes what is handed to the form.

import type { KeptMembers, ToldEvent, UsageAccumulator } from "../../../src/runtime/usage/forms/usage-form.ts";
import { BodyReader } from "../../../src/runtime/usage/read/body-reader.ts";
import { keptTree } from "../../../src/runtime/usage/read/kept-tree.ts";
import { UNKNOWN_USAGE, type UsageReport } from "../../../src/runtime/usage/usage-report.ts";

export const KEPT: KeptMembers = {
  usage: true,
  usageMetadata: true,
  model: true,
  type: true,
  eval_count: true,
  done: true,
  response: { usage: true, model: true },
  message: { usage: true, model: true },
  x_groq: { usage: true },
};

export const KEPT_TREE = keptTree(KEPT, ['"usage', 'eval_count"']);

/** Notes everything in order: events, `done`, and with what `result` was called. */
export class Recorder implements UsageAccumulator {
  readonly told: unknown[] = [];
  readonly isStream: boolean;

  constructor(isStream: boolean) {
    this.isStream = isStream;
  }

  take({ name, data }: ToldEvent): void {
    this.told.push(name === undefined ? data : [name, data]);
  }

  done(): void {
    this.told.push("done");
  }

  result(complete: boolean): UsageReport {
    this.told.push(complete ? "all" : "part");
    return { ...UNKNOWN_USAGE, known: complete ? "reported" : "partial" };
  }
}

/** How the recorder is made by what is under test. `recorder` is there as soon as the shape of the body is known. */
export class Recording {
  recorder: Recorder | undefined;
  readonly kept = KEPT_TREE;
  readonly createAccumulator = (isStream: boolean): Recorder => {
    this.recorder = new Recorder(isStream);
    return this.recorder;
  };
}

/** What a body without a coding told. Its first word says whether it was taken for a stream. */
export function readChunks(contentType: string | undefined, chunks: readonly Buffer[], complete = true): unknown[] {
  const recording = new Recording();
  const reader = new BodyReader(contentType, recording);
  for (const chunk of chunks) {
    // Nothing of a chunk may be needed once it was read.
    const copy = Buffer.from(chunk);
    reader.push(copy);
    copy.fill(0x58);
  }
  const report = reader.end(complete);
  const { recorder } = recording;
  if (recorder === undefined) return report === UNKNOWN_USAGE ? ["nothing"] : ["wrong"];
  return [recorder.isStream ? "stream" : "one", ...recorder.told];
}
