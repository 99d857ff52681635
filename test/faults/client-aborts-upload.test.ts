// The client disconnects in the middle of its upload: the upstream sees a cut request, never a shorter complete one.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();
const LIMITS = ["concurrency: {downstream_max_inflight: 1, upstream_per_key_max_inflight: 1}"];

const framings = [
  ["a length", "Content-Length: 1000", "half"],
  ["chunks", "Transfer-Encoding: chunked", "4\r\nhalf\r\n"],
] as const;
const ends = ["reset", "close", "halfClose"] as const;

test.each(framings.flatMap((framing) => ends.map((leave) => [...framing, leave] as const)))(
  "an upload framed by %s, cut",
  async (_name, header, part, leave) => {
    const upstream = await scene.upstream(() => {});
    const gateway = await scene.gateway({ base: upstream.url, top: LIMITS });
    const client = await scene.client(gateway);
    await client.send(requestText("POST", "/up/files", [AUTH, header], part));
    const upload = await upstream.nextRequest();

    await client[leave]();
    await expect(within("the upstream's request to be cut", upload.body)).rejects.toThrow();
    expect(await within("the upstream to be aborted", upload.closed)).toBe("aborted");
    await untilFree(gateway);
    expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 499 });
  },
);
