#!/usr/bin/env bash
# Runs the opt-in tests against a real Bluesky PDS: installs its server from the npm registry into a
# cache folder (once), and lets the tests start it on loopback.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v npm >/dev/null || { echo "make test-pds needs Node and npm." >&2; exit 1; }
cache="${XDG_CACHE_HOME:-$HOME/.cache}/gator-pds"
mkdir -p "$cache"
cp tests/services/pds/package.json tests/services/pds/package-lock.json tests/services/pds/run_pds.js "$cache/"
if ! cmp -s "$cache/package-lock.json" "$cache/.installed"; then
    (cd "$cache" && npm ci --no-audit --no-fund --loglevel=error)
    cp "$cache/package-lock.json" "$cache/.installed"
fi
PDS_FOLDER="$cache" .venv/bin/python -m pytest -m pds -p no:randomly
