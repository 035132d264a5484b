# Sourced by .ci/run: what the tests need besides Node. Each test that kills a server starts its own; here it is only installed.
missing=()
have() { command -v "$1" >/dev/null 2>&1; }

have chromium || missing+=(chromium fonts-dejavu-core)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
[ -x /usr/sbin/pgbouncer ] || have pgbouncer || missing+=(pgbouncer)
python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3 python3-venv)
have java || missing+=(default-jre-headless)
have mvn || missing+=(maven)
have openssl || missing+=(openssl)
have ip || missing+=(iproute2)
have strace || missing+=(strace)
have mariadbd || [ -x /usr/sbin/mariadbd ] || missing+=(mariadb-server)
have redis-server || missing+=(redis-server)
have nats-server || missing+=(nats-server)
ls /usr/sbin/rabbitmq-server /usr/lib/rabbitmq/bin/rabbitmq-server >/dev/null 2>&1 || missing+=(rabbitmq-server)

if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# Kafka's server is jars from Maven Central; a second run finds them.
export LOAM_TEST_KAFKA_HOME="${LOAM_TEST_KAFKA_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/loam-tests/kafka-4.1.1}"
if [ ! -e "$LOAM_TEST_KAFKA_HOME/kafka-clients-4.1.1.jar" ]; then
  mvn -q -B -f test/services/kafka/pom.xml dependency:copy-dependencies -DoutputDirectory="$LOAM_TEST_KAFKA_HOME"
fi

# Debian's Go is too old for what is built with it; the module proxy has every toolchain as a zip.
go_release=go1.26.3.linux-$([ "$(uname -m)" = aarch64 ] && echo arm64 || echo amd64)
if ! have go; then
  go_home="${XDG_CACHE_HOME:-$HOME/.cache}/loam-tests/$go_release"
  if [ ! -x "$go_home/bin/go" ]; then
    python3 - "$go_release" "$go_home" <<'PYTHON'
import io, os, sys, urllib.request, zipfile
release, home = sys.argv[1:]
prefix = f'golang.org/toolchain@v0.0.1-{release}/'
url = f'https://proxy.golang.org/golang.org/toolchain/@v/v0.0.1-{release}.zip'
with zipfile.ZipFile(io.BytesIO(urllib.request.urlopen(url, timeout=300).read())) as archive:
    for name in archive.namelist():
        path = os.path.join(home, name.removeprefix(prefix))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(archive.read(name))
        if '/bin/' in name or '/pkg/tool/' in name:
            os.chmod(path, 0o755)
PYTHON
  fi
  export PATH="$go_home/bin:$PATH"
fi

# Servers that are programs in Go: built once, found by a second run.
go_tools="${XDG_CACHE_HOME:-$HOME/.cache}/loam-tests/go"
built() { [ -x "$go_tools/${1##*/}" ] || GOBIN="$go_tools" CGO_ENABLED=0 go install "$1@$2"; }
built github.com/versity/versitygw/cmd/versitygw v1.8.0
export LOAM_TEST_VERSITYGW="$go_tools/versitygw"
built github.com/fsouza/fake-gcs-server v1.56.1
export LOAM_TEST_FAKE_GCS="$go_tools/fake-gcs-server"

# SQS is played by moto.
moto="${XDG_CACHE_HOME:-$HOME/.cache}/loam-tests/moto"
if [ ! -x "$moto/bin/moto_server" ]; then
  python3 -m venv "$moto"
  "$moto/bin/pip" install --quiet 'moto[sqs]==5.2.5' flask==3.1.3 flask-cors==6.0.5
fi
export LOAM_TEST_MOTO="$moto/bin/moto_server"

# Azure's storage is played by azurite, Microsoft's own. Its dependencies are too many for ours.
azurite="${XDG_CACHE_HOME:-$HOME/.cache}/loam-tests/azurite-3.37.0"
export LOAM_TEST_AZURITE="$azurite/node_modules/azurite/dist/src/blob/main.js"
if [ ! -e "$LOAM_TEST_AZURITE" ]; then
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$azurite" azurite@3.37.0
fi

# MongoDB is played by FerretDB. Its module leaves out the file with its version, without which it refuses to start.
export LOAM_TEST_FERRETDB="$go_tools/ferretdb"
if [ ! -x "$LOAM_TEST_FERRETDB" ]; then
  ferretdb=$(mktemp -d)
  module=$(cd / && go mod download -json github.com/FerretDB/FerretDB@v1.24.2 | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
  cp -r "$module/." "$ferretdb" && chmod -R u+w "$ferretdb"
  echo v1.24.2 >"$ferretdb/build/version/version.txt"
  (cd "$ferretdb" && CGO_ENABLED=0 go build -o "$LOAM_TEST_FERRETDB" ./cmd/ferretdb)
  rm -rf "$ferretdb"
fi
