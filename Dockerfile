# Loam in a container: Node runs the TypeScript as it is, so nothing is built.
ARG NODE=24.21.0

FROM node:${NODE}-bookworm-slim AS install
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings Node: the copy that npm would bring for bare machines stays out.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/node-linux-* node_modules/node-darwin-* node_modules/node-bin-* node_modules/node-win-* \
       node_modules/.bin/node

FROM node:${NODE}-bookworm-slim
ENV NODE_ENV=production LOAM_HOST=0.0.0.0 LOAM_DATA_DIR=/data
WORKDIR /app
COPY --from=install /app/node_modules node_modules
COPY package.json LICENSE ./
COPY bin bin
COPY islands islands
COPY src src
COPY docs docs
RUN ln -s /app/bin/loam.js /usr/local/bin/loam \
  && install -d -o node -g node -m 0700 /data \
  && install -d -o node -g node node_modules/.cache
USER 1000
# Types are stripped once, here, instead of at every start. Node keeps what came of it by user and by path.
RUN NODE_COMPILE_CACHE=node_modules/.cache/loam node -e 'fs.globSync("src/{main,cli/index,cli/*-command}.ts").map((file) => import(path.resolve(file)))'
VOLUME /data
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.LOAM_PORT ?? 4000}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/loam.js"]
CMD ["start"]
