// The client is gone before its response is sent, but its connection has not reported its end yet: the log says that it left
// (contract, section 4, "The client leaves").

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene, untilFree } from "../support/scene.ts";
import { waitingTail } from "../support/waiting-tail.ts";

const scene = setScene();

test.each([
  ["a response", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"],
  ["no HTTP", "nonsense\r\n\r\n"],
])("its connection ends, and in the same turn of the event loop the upstream sends %s: 499", async (_name, answer) => {
  const upstream = await scene.rawUpstream();
  const gateway = await scene.gateway({ base: upstream.url });
  const client = await scene.client(gateway);
  await client.send(requestText("GET", "/up/x", [AUTH]));
  const connection = await upstream.nextConnection();
  await connection.request();
  // Both reach the kernel before the gateway reads, the end of the connection first.
  client.reset();
  connection.socket.write(answer);
  expect(await gateway.completed()).toMatchObject({
    outcome: "client_closed",
    status: 499,
    bytes_sent: 0,
    ttfb_ms: null,
  });
  await untilFree(gateway);
});

test("its connection is reset while the last bytes wait: the response did not end whole", async () => {
  const { gateway, client } = await waitingTail(scene);
  client.reset();
  expect(await gateway.completed()).toMatchObject({ outcome: "client_closed", status: 200 });
});
