#!/usr/bin/env bash
# All tests. What they need beside Rust is installed here where it is missing, and said.
set -euo pipefail
cd "$(dirname "$0")/.."

# The Python client of tests/python needs its libraries; a folder of our own keeps them.
venv="${CARGO_TARGET_DIR:-target}/python"
if ! "$venv/bin/python" -c 'import grpc, grpc_tools' 2>/dev/null; then
    if command -v python3 >/dev/null; then
        echo "installing grpcio for the Python client test into $venv"
        python3 -m venv "$venv" && "$venv/bin/pip" install --quiet grpcio grpcio-tools
    else
        echo "python3 is missing: trying to install it"
        apt-get update -qq && apt-get install -y -qq python3 python3-venv >/dev/null
        python3 -m venv "$venv" && "$venv/bin/pip" install --quiet grpcio grpcio-tools
    fi
fi

out="$(mktemp)"
trap 'rm -f "$out"' EXIT
SANAD_PYTHON="$(cd "$venv" && pwd)/bin/python" cargo test --all-features --no-fail-fast 2>&1 | tee "$out"

awk '/^test result:/ { passed += $4; failed += $6; ignored += $8 }
     END { printf "\ntests: %d passed, %d failed, %d skipped\n", passed, failed, ignored
           printf "%d passed, %d failed\n", passed, failed
           exit failed > 0 }' "$out"
