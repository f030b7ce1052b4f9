#!/usr/bin/env bash
# All tests. What they need beside Rust is installed here where it is missing, and said.
set -euo pipefail
cd "$(dirname "$0")/.."

# A client in another language is part of the proof.
venv="$(scripts/python.sh grpcio grpcio-tools)"

out="$(mktemp)"
trap 'rm -f "$out"' EXIT
failed=0
SANAD_PYTHON="$venv/bin/python" cargo test --all-features --no-fail-fast 2>&1 | tee "$out" || failed=1

awk '/^test result:/ { passed += $4; failed += $6; skipped += $8 }
     END { printf "\ntests: %d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$out"
exit "$failed"
