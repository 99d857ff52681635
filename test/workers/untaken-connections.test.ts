// Checks which connections the primary closes that were on their way to a worker. The test plays the workers.

import type { Worker } from "node:cluster";
import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { closeUntaken } from "../../src/cli/serve/workers/untaken-connections.ts";

class PlayedProcess extends EventEmitter {
  send = vi.fn(() => true);
}

/** A worker, and what node:cluster does with it. */
function played(id: number) {
  const process = new PlayedProcess();
  closeUntaken({ id, process, disconnect: vi.fn() } as unknown as Worker);
  return {
    hand: (seq: number, connection: object) => {
      (process.send as (...args: unknown[]) => boolean)({ act: "newconn", seq }, connection);
    },
    answer: (ack: number, accepted: boolean) => process.emit("internalMessage", { ack, accepted }),
    end: () => process.emit("close"),
  };
}

describe("a connection on its way to a worker", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => void vi.useRealTimers();
  });

  const [one, two] = [played(1), played(2)];

  it("stays open when the worker has taken it", () => {
    const connection = { close: vi.fn() };
    one.hand(1, connection);
    one.answer(1, true);
    vi.advanceTimersByTime(10_000);
    expect(connection.close).not.toHaveBeenCalled();
  });

  it("is closed when the worker has refused it, and no other one gets it", () => {
    const connection = { close: vi.fn() };
    one.hand(2, connection);
    one.answer(2, false);
    vi.advanceTimersByTime(999);
    expect(connection.close).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(connection.close).toHaveBeenCalledOnce();
  });

  it.each(["before the answer is seen here", "later"])("stays open when another one gets it %s", (when) => {
    const connection = { close: vi.fn() };
    one.hand(3, connection);
    if (when !== "later") two.hand(1, connection);
    one.answer(3, false);
    if (when === "later") two.hand(1, connection);
    two.answer(1, true);
    vi.advanceTimersByTime(10_000);
    expect(connection.close).not.toHaveBeenCalled();
  });

  it("is closed when the worker ends without an answer", () => {
    const connection = { close: vi.fn() };
    two.hand(2, connection);
    two.end();
    expect(connection.close).toHaveBeenCalledOnce();
  });
});
