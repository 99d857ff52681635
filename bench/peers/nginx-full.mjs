// Writes the config of an nginx that does what the gateway does for each request: it checks a token, sets the provider's key, changes
// headers both ways, counts a rate and requests in flight, and writes a line of JSON. Its limits are too high to refuse anything.

import { TOKEN } from "../gateway-config.mjs";

/** @param {import("../targets.mjs").Where} where */
export const nginxFullConfig = ({ port, upstreamPort, dir }) => `
daemon off; master_process off; worker_processes 1; pid ${dir}/nginx.pid; error_log ${dir}/nginx-error.log;
worker_rlimit_nofile 16384;
events { worker_connections 12000; }
http {
  client_max_body_size 0;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
  keepalive_requests 100000000;
  map_hash_bucket_size 128;
  map $http_authorization $known { default 0; "Bearer ${TOKEN}" 1; }
  limit_req_zone $http_authorization zone=rate:10m rate=1000000r/s;
  limit_conn_zone $http_authorization zone=client:10m;
  limit_conn_zone $server_name zone=key:10m;
  log_format line escape=json '{"time":$msec,"id":"$request_id","method":"$request_method","path":"$uri","status":$status,'
    '"received":$request_length,"sent":$bytes_sent,"seconds":$request_time,"upstream":"$upstream_response_time","client":"$remote_addr"}';
  access_log ${dir}/access.log line buffer=64k flush=1s;
  upstream up { server 127.0.0.1:${upstreamPort}; keepalive 1024; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=8192;
    server_name gateway.test;
    location /api/last/ {
      if ($known = 0) { return 401; }
      limit_req zone=rate burst=100000 nodelay;
      limit_conn client 60000;
      limit_conn key 60000;
      proxy_pass http://up/v1/; proxy_http_version 1.1; proxy_set_header connection "";
      proxy_set_header authorization "Bearer upstream-key-0123456789";
      proxy_set_header x-org bench;
      proxy_set_header x-unwanted "";
      proxy_set_header cookie "";
      proxy_set_header user-agent bench;
      proxy_hide_header x-powered-by;
      add_header x-request-id $request_id always;
      proxy_buffering off; proxy_request_buffering off; proxy_read_timeout 300s;
    }
    location /status { stub_status; }
  }
}
`;
