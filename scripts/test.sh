#!/usr/bin/env bash
# All tests. What they need beside Rust is installed here where it is missing, and said.
set -euo pipefail
cd "$(dirname "$0")/.."

# A client in another language is part of the proof.
venv="$(scripts/python.sh grpcio grpcio-tools)"

# The store on Redis is tested on real servers, which the tests start themselves.
if ! command -v redis-server >/dev/null || ! command -v redis-cli >/dev/null; then
    echo "redis-server is missing: installing it"
    apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server
fi

out="$(mktemp)"
trap 'rm -f "$out"' EXIT
failed=0
SANAD_PYTHON="$venv/bin/python" cargo test --all-features --no-fail-fast 2>&1 | tee "$out" || failed=1

awk '/^test result:/ { passed += $4; failed += $6; skipped += $8 }
     END { printf "\ntests: %d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$out"
exit "$failed"
