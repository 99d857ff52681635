# syntax=docker/dockerfile:1
# Builds an image of AI Gateway Lite. The gateway runs without root, without a shell and on a read-only file system.
# Mount the folder of the config, not the file: a mounted file does not follow a rename, so a reload would read the old file.
#
#   docker build -t ai-gw-lite .
#   docker run --read-only --cap-drop ALL -p 127.0.0.1:8080:8080 -v ./config:/etc/ai_gw_lite:ro --env-file env ai-gw-lite

ARG NODE=24-bookworm-slim

FROM node:${NODE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev && find dist \( -name '*.map' -o -name '*.d.ts' -o -name '.tsbuildinfo' \) -delete

FROM node:${NODE}
WORKDIR /opt/ai-gw-lite
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY package.json ./
COPY bin ./bin
COPY schema ./schema
COPY config ./config
# The config for a container without a mounted one.
RUN install -D -m 644 config/default.yaml /etc/ai_gw_lite/conf.yaml
ENV GATEWAY_LISTEN=0.0.0.0:8080 UV_THREADPOOL_SIZE=16
EXPOSE 8080
USER node
# 127.0.0.1 and not a name, so that the check does not depend on DNS. Set HEALTH_URL if the config uses another port or TLS.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["node", "-e", "fetch(process.env.HEALTH_URL || 'http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/opt/ai-gw-lite/bin/ai-gw-lite.js"]
CMD ["serve", "--config", "/etc/ai_gw_lite/conf.yaml"]
