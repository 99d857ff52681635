// Writes the configs of nginx, haproxy and caddy: plain reverse proxies on one thread, with reused connections and no buffering.

/** @typedef {{ port: number, upstreamPort: number, dir: string }} Ports */

/** @param {Ports} ports */
export const nginxConfig = ({ port, upstreamPort, dir }) => `
daemon off; master_process off; worker_processes 1; pid ${dir}/nginx.pid; error_log ${dir}/nginx-error.log;
worker_rlimit_nofile 16384;
events { worker_connections 12000; }
http {
  access_log off; client_max_body_size 0;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
  keepalive_requests 100000000;
  upstream up { server 127.0.0.1:${upstreamPort}; keepalive 1024; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=8192;
    location / {
      proxy_pass http://up; proxy_http_version 1.1; proxy_set_header connection "";
      proxy_buffering off; proxy_request_buffering off; proxy_read_timeout 300s;
    }
  }
}
`;

/** @param {Ports} ports */
export const haproxyConfig = ({ port, upstreamPort }) => `
global
  nbthread 1
  maxconn 8000
defaults
  mode http
  option http-no-delay
  timeout connect 10s
  timeout client 300s
  timeout server 300s
frontend in
  bind 127.0.0.1:${port} backlog 8192
  default_backend up
backend up
  http-reuse always
  server one 127.0.0.1:${upstreamPort} pool-max-conn -1
`;

/** @param {Ports} ports */
export const caddyConfig = ({ port, upstreamPort }) => `
{
  admin off
  auto_https off
  log {
    level ERROR
  }
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${upstreamPort} {
    flush_interval -1
    transport http {
      keepalive_idle_conns_per_host 1024
    }
  }
}
`;
