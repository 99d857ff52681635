// Copies bytes from socket to socket without reading HTTP: the lowest cost on this platform. Arguments: port, upstream port.

import { connect, createServer } from "node:net";

const [port, upstreamPort] = process.argv.slice(2);
createServer({ noDelay: true }, (client) => {
  const upstream = connect({ port: Number(upstreamPort), host: "127.0.0.1", noDelay: true });
  client.pipe(upstream);
  upstream.pipe(client);
  client.on("error", () => upstream.destroy());
  upstream.on("error", () => client.destroy());
  client.on("close", () => upstream.destroy());
}).listen(Number(port), "127.0.0.1", 8192);
