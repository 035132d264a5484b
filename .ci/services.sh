# Sourced by .ci/run: what the tests need besides Node. Each test that kills a server starts its own; here it is only installed.
missing=()
have() { command -v "$1" >/dev/null 2>&1; }

have chromium || missing+=(chromium fonts-dejavu-core)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3 python3-venv)

if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
