// Hazard R11: an upstream behind CGI or WSGI reads `_` as `-`. Token, key and forwarding headers are also dropped in that spelling.

import { expect, test } from "vitest";
import { AUTH, TOKEN } from "../support/config.ts";
import { requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";

const scene = setScene();

test("twins of what the gateway drops or sets", async () => {
  const upstream = await scene.upstream();
  const gateway = await scene.gateway({
    base: upstream.url,
    sources: "[{type: authorization_bearer}, {type: header, name: x-gw-token}]",
    upstream: ["remove_headers: [x-internal-user]"],
  });
  const client = await scene.client(gateway);
  const twins = [
    "X_Gw_Token: twin",
    "x-gw_token: twin",
    "X_Internal_User: root",
    "X_Forwarded_For: 1.2.3.4",
    "X_Real_Ip: 1.2.3.4",
    "Transfer_Encoding: chunked",
    "Content_Length: 9",
    "X_Request_Id: twin",
    "Proxy_Authorization: x",
  ];
  await client.send(requestText("GET", "/up/x", [AUTH, ...twins, "X_Kept: 1"]));
  expect((await client.response()).status).toBe(200);
  const arrival = await upstream.nextRequest();
  expect(arrival.names.filter((name) => name.includes("_"))).toEqual(["x_kept"]);
  expect(arrival.rawHeaders.join("\n")).not.toContain(TOKEN);
});
