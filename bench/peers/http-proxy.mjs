// Runs http-proxy alone, without any feature of the gateway. Arguments: port, upstream port, agent (keep-alive or default).

import { Agent, createServer } from "node:http";
import httpProxy from "http-proxy";

const [port, upstreamPort, agent] = process.argv.slice(2);
const proxy = httpProxy.createProxyServer({
  target: `http://127.0.0.1:${upstreamPort}`,
  ...(agent === "keep-alive" ? { agent: new Agent({ keepAlive: true, maxFreeSockets: 1024 }) } : {}),
});
proxy.on("error", (_error, _req, res) => res.destroy());
createServer((req, res) => proxy.web(req, res)).listen(Number(port), "127.0.0.1", 8192);
