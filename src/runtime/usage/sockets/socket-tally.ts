// Describes what gathers the usage that the messages of one WebSocket tell.

import type { UsageReport } from "../usage-report.ts";
import type { Message } from "./message-reader.ts";

/** Gathers the usage of the messages of one API. It never throws. */
export interface SocketTally {
  readonly hasTold: boolean;
  fromClient(message: Message): void;
  fromUpstream(message: Message): void;
  /** @param isWhole each direction could be read to its end */
  report(isWhole: boolean): UsageReport;
}
