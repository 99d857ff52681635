// Checks a SOCKS proxy whose credentials are in a URL: in the config, and in the environment. The proxy is a small one of the test.

import { expect, test } from "vitest";
import { AUTH } from "../support/config.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { setScene } from "../support/scene.ts";
import type { RawConnection } from "../support/upstream.ts";

const scene = setScene();
const URL_TEXT = "socks5://us%40er:p%3Ass%2Fw%20%C3%BC@127.0.0.1";

async function bytes(connection: RawConnection, length: number): Promise<Buffer> {
  await connection.until(`${length} bytes`, () => connection.bytes.length >= length || undefined);
  return connection.take(length);
}

/** A SOCKS5 proxy that asks for a name and a password (RFC 1928, RFC 1929), and answers as the upstream itself. */
async function socksProxy() {
  const seen: { user: string; password: string; host: string }[] = [];
  const upstream = await scene.rawUpstream(async (connection) => {
    const [, methods = 0] = await bytes(connection, 2);
    await bytes(connection, methods);
    await connection.send(Uint8Array.of(5, 2));
    const text = async () => (await bytes(connection, (await bytes(connection, 1))[0] ?? 0)).toString();
    await bytes(connection, 1);
    const [user, password] = [await text(), await text()];
    await connection.send(Uint8Array.of(1, 0));
    await bytes(connection, 4);
    const host = await text();
    await bytes(connection, 2);
    seen.push({ user, password, host });
    await connection.send(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  });
  return { port: upstream.port, seen };
}

test.each(["in the config", "in the environment"])("%s", async (where) => {
  const proxy = await socksProxy();
  const url = `${URL_TEXT}:${proxy.port}`;
  const value = where === "in the config" ? `proxy: "${url}"` : "proxy: env";
  const env = where === "in the config" ? undefined : { ALL_PROXY: url };
  const gateway = await scene.gateway({ base: "http://name.invalid", upstream: [value] }, env && { env });
  const response = await exchange(gateway.port, requestText("GET", "/up/x", [AUTH]));
  expect(response).toMatchObject({ status: 200, text: "ok" });
  expect(proxy.seen).toEqual([{ user: "us@er", password: "p:ss/w ü", host: "name.invalid" }]);
});
