#!/usr/bin/env bash
# Makes a Python environment of our own with the packages named, and prints its folder. Installs what
# is missing, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

venv="${CARGO_TARGET_DIR:-target}/python"
if ! [ -x "$venv/bin/pip" ]; then
    echo "making a Python environment in $venv" >&2
    mkdir -p "$(dirname "$venv")"
    if ! python3 -m venv "$venv" >&2; then
        echo "python3 or its venv is missing: installing them" >&2
        apt-get update -qq >&2 && apt-get install -y -qq python3 python3-venv >&2
        python3 -m venv "$venv" >&2
    fi
fi
for package in "$@"; do
    if ! "$venv/bin/pip" show --quiet "$package" 2>/dev/null; then
        echo "installing $package into $venv" >&2
        "$venv/bin/pip" install --quiet "$package" >&2
    fi
done
(cd "$venv" && pwd)
