#!/usr/bin/env bash
# Installs the programs the tests need and that are not on this machine yet:
# Chromium (browser tier), PostgreSQL (SQL tier), ffmpeg (media tier).
set -euo pipefail

missing=()
command -v chromium chromium-browser google-chrome >/dev/null || missing+=(chromium)
command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v ffmpeg >/dev/null || missing+=(ffmpeg)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    echo "setup        installing ${missing[*]}"
    apt-get update -qq
    # Without a font for emoji, Chromium shows boxes in the screenshots.
    apt-get install -qq -y --no-install-recommends "${missing[@]}" fonts-noto-color-emoji >/dev/null
    exit 0
fi
echo "The tests need ${missing[*]}. Install with your package manager, for example:" >&2
echo "    sudo apt-get install ${missing[*]}" >&2
[ "${CI:-}" = true ] && exit 1
echo "Going on without; what needs them is skipped." >&2
