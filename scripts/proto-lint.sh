#!/usr/bin/env bash
# Lints the proto files with buf, which is installed from PyPI where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v buf >/dev/null; then
    buf lint proto
    exit
fi
venv="${CARGO_TARGET_DIR:-target}/python"
if ! [ -x "$venv/bin/buf" ]; then
    echo "installing buf into $venv"
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet buf-bin
fi
"$venv/bin/buf" lint proto
