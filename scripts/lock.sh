#!/usr/bin/env bash
# Compiles requirements.txt and requirements-dev.txt from pyproject.toml, pinned and hashed.
#
# torch is left out (it is installed by a step of its own) but must take part in the resolution as
# the CPU build, or its CUDA relatives would be locked for everybody. setuptools comes with torch.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

uv=$(command -v uv || echo .venv/bin/uv)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

torch=$(sed -n 's/^torch = \["\(torch==[^"]*\)"\]$/\1/p' pyproject.toml)
echo "$torch+cpu" >"$work/override.txt"

# uv does not read pip's configuration: a folder of wheels named there must be passed on.
links=${PIP_FIND_LINKS:-$(.venv/bin/python -m pip config get global.find-links 2>/dev/null || true)}
if [ -n "$links" ]; then source_of_torch=(--find-links "$links"); else source_of_torch=(--torch-backend cpu); fi

compile() {
    local target=$1; shift
    "$uv" pip compile pyproject.toml "$@" --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-package torch --no-emit-package setuptools \
        --override "$work/override.txt" "${source_of_torch[@]}" --output-file "$work/$target" >/dev/null
    {
        echo "# Compiled from pyproject.toml by \`make lock\`; do not edit. torch is installed apart, see scripts/install.sh."
        cat "$work/$target"
    } >"$target"
}

# The dev set is solved first and constrains the run set, so that one contains the other exactly.
compile requirements-dev.txt --extra dev
sed 's/ *\\$//; /^ *--hash/d; /^ *#/d' requirements-dev.txt >"$work/constraints.txt"
compile requirements.txt --constraint "$work/constraints.txt"
