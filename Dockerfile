# syntax=docker/dockerfile:1

# Compiles, and bundles the workflows once: no process does so at its start.
FROM node:22.23.3-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM node:22.23.3-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The scripts would build, which needs what is left out here. The Temporal SDK brings its native part
# for five systems, 137 MB; two are Linux.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name '*-linux-gnu' \
    -exec rm -r {} +
COPY migrations ./migrations
COPY completions ./completions
COPY --from=build /app/dist ./dist
# So that a mounted handler file, wherever it is, finds 'holdfast' and its dependencies ('zod').
RUN ln -s /app node_modules/holdfast && ln -s /app/node_modules /node_modules
# A volume that is mounted here belongs to the user, too.
RUN install -d -o node -g node /var/lib/holdfast
USER node
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["--help"]
