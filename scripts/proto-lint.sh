#!/usr/bin/env bash
# Lints the proto files with buf, which is installed from PyPI where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v buf >/dev/null; then
    buf lint proto
else
    "$(scripts/python.sh buf-bin)/bin/buf" lint proto
fi
