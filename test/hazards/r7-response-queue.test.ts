// Hazard R7: bytes after a response are never read as the next response. They may be a body where none is allowed, a second
// response, or late bytes.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";

const scene = setScene();
const POISON = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
const MINE = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine";

const answers = [
  ["HEAD with a body", "HEAD", `HTTP/1.1 200 OK\r\nContent-Length: ${POISON.length}\r\n\r\n`],
  ["HEAD with chunks", "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
  ["204 with a body", "GET", "HTTP/1.1 204 No Content\r\n\r\n"],
  ["204 with a length", "GET", `HTTP/1.1 204 No Content\r\nContent-Length: ${POISON.length}\r\n\r\n`],
  ["304 with a body", "GET", `HTTP/1.1 304 Not Modified\r\nContent-Length: ${POISON.length}\r\n\r\n`],
  ["a body longer than its length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
  ["bytes behind the last chunk", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
] as const;

test.each(answers.flatMap((answer) => [[...answer, "at once"] as const, [...answer, "later"] as const]))(
  "%s (%s): %s",
  async (_name, method, answer, when) => {
    const upstream = await scene.rawUpstream(async (connection, index) => {
      await connection.requestHead();
      if (index > 0) return connection.send(MINE);
      await connection.send(when === "at once" ? answer + POISON : answer);
    });
    const gateway = await scene.gateway({ base: upstream.url });
    const client = await scene.client(gateway);
    await client.send(requestText(method, "/up/a", [AUTH]));
    const head = await client.head();
    await client.body(head, method);
    await untilFree(gateway);
    if (when === "later") await upstream.accepted[0]?.send(POISON);
    const victim = await scene.client(gateway);
    await victim.send(requestText("GET", "/up/b", [AUTH]));
    expect((await victim.response()).text).toBe("mine");
  },
);
