# The backend (target `backend`), and Grafana with the plugin (target `grafana`).
FROM node:20.20.2-bookworm-slim AS packages
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 make g++ \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/install-sqlite.mjs scripts/
RUN npm ci --include=dev

FROM packages AS build
COPY . .
RUN npm run build

# Without the embedded ClickHouse, which is optional: containers have a server.
FROM packages AS production-packages
RUN npm prune --omit=dev --omit=optional

FROM node:20.20.2-bookworm-slim AS backend
ENV NODE_ENV=production VITALS_CONFIG=/etc/vitals/config.yaml
WORKDIR /app
COPY --from=production-packages /app/node_modules node_modules
COPY --from=build /app/build/bin build/bin
COPY --from=build /app/build/release.json build/release.json
COPY package.json ./
COPY scripts/first-secrets.mjs scripts/
COPY catalogues/ catalogues/
# A new volume takes the owner of the folder that it is mounted over.
RUN install -d -o node -g node -m 0700 /data \
  && install -d -o node -g node -m 0755 /run/grafana /run/prometheus /run/clickhouse-password /run/clickhouse-users
USER node
EXPOSE 9470
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
  CMD ["node", "build/bin/vitals.js", "healthcheck"]
CMD ["node", "build/bin/vitals.js", "serve"]

FROM grafana/grafana:13.2.2 AS grafana
# Not below /var/lib/grafana: a volume there would keep the plugin of the first start.
COPY --from=build /app/dist /opt/grafana-plugins/appliance-vitals-app
