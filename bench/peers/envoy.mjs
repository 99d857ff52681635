// Writes the config of envoy: a plain reverse proxy with reused connections and without limits that the load could meet.

const CONNECT_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const MANY = 100_000;

/** @param {number} port */
const address = (port) => ({ socket_address: { address: "127.0.0.1", port_value: port } });

/** @param {import("../targets.mjs").Where} where */
export function envoyConfig({ port, upstreamPort }) {
  const thresholds = [{ max_connections: MANY, max_pending_requests: MANY, max_requests: MANY }];
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: address(upstreamPort) } }] }];
  const cluster = { name: "up", connect_timeout: "10s", type: "STATIC", circuit_breakers: { thresholds } };
  const manager = {
    "@type": `type.googleapis.com/${CONNECT_MANAGER}`,
    stat_prefix: "in",
    stream_idle_timeout: "0s",
    route_config: {
      virtual_hosts: [
        { name: "all", domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: "up", timeout: "0s" } }] },
      ],
    },
    http_filters: [
      {
        name: "envoy.filters.http.router",
        typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
      },
    ],
  };
  const filters = [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }];
  return {
    static_resources: {
      listeners: [{ name: "in", address: address(port), tcp_backlog_size: 8192, filter_chains: [{ filters }] }],
      clusters: [{ ...cluster, load_assignment: { cluster_name: "up", endpoints } }],
    },
  };
}
