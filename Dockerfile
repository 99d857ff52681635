# syntax=docker/dockerfile:1
# Builds an image of AI Gateway Lite. The gateway runs without root and on a read-only file system. docs/deploy.md shows how to use it.
#
#   docker build -t ai-gw-lite .

ARG NODE=24-bookworm-slim

FROM node:${NODE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:${NODE}
WORKDIR /opt/ai-gw-lite
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY package.json ./
COPY bin ./bin
COPY schema ./schema
COPY prices ./prices
COPY config ./config
# The config of a container into which none is mounted.
COPY config/default.yaml /etc/ai_gw_lite/conf.yaml
# The working directory: the ledger of usage is in it, unless the config says otherwise. Mount a volume here, or the ledger is lost
# with the container. Any user that the container runs as may write to it.
WORKDIR /var/lib/ai-gw-lite
RUN chmod 1777 .
# A container is reached by its own address, never by its loopback. config/default.yaml listens where GATEWAY_LISTEN says.
ENV GATEWAY_LISTEN=0.0.0.0:8080 UV_THREADPOOL_SIZE=16
EXPOSE 8080
USER node
# Asks where the config listens, with TLS or without. For a config in another file, give the container a health check of its own.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["node", "/opt/ai-gw-lite/bin/ai-gw-lite.js", "healthcheck", "--config", "/etc/ai_gw_lite/conf.yaml"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/opt/ai-gw-lite/bin/ai-gw-lite.js"]
CMD ["serve", "--config", "/etc/ai_gw_lite/conf.yaml"]
