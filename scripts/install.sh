#!/usr/bin/env bash
# Installs what the lock says into .venv; does nothing, quickly, when that has been done.
#
#   scripts/install.sh run   what Gator needs to run
#   scripts/install.sh dev   the same and what it takes to work on it
#
# GATOR_TORCH_INDEX   package index to take torch from (a CPU, CUDA or ROCm build); empty: pip's own
# GATOR_INSTALLER     uv or pip; empty: uv when it can be had, because it is ten times faster
# PYTHON              interpreter to make .venv with; empty: the newest suitable one on PATH
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

what="${1:-run}"
case "$what" in
    run) lock=requirements.txt ;;
    dev) lock=requirements-dev.txt ;;
    *) echo "usage: scripts/install.sh run|dev" >&2; exit 2 ;;
esac
bin=.venv/bin

# A stamp is a copy of the lock that was installed. The dev set holds everything of the run set.
cmp -s "$lock" ".venv/.installed-$what" && exit 0
if [ "$what" = run ] && cmp -s requirements-dev.txt .venv/.installed-dev; then exit 0; fi

say() { echo "setup        $*"; }

suitable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

make_venv() {
    [ -x "$bin/python" ] && return
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if suitable "$candidate"; then
            say "creating .venv with $("$candidate" --version)"
            "$candidate" -m venv .venv || {
                echo "Could not create .venv. On Debian and Ubuntu: apt install python3-venv" >&2
                exit 1
            }
            return
        fi
    done
    echo "Gator needs Python 3.11 or newer; found none on PATH. Set PYTHON to one." >&2
    exit 1
}

pip_install() { "$bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }

# torch stands apart from the lock: which build is right is a choice of the machine.
install_torch() {
    local wanted
    wanted=$(sed -n 's/^torch = \["\(torch==[^"]*\)"\]$/\1/p' pyproject.toml)
    local version=${wanted#torch==}
    if compgen -G ".venv/lib/python3*/site-packages/torch-$version*.dist-info" >/dev/null; then return; fi
    say "installing $wanted (the largest part)"
    pip_install ${GATOR_TORCH_INDEX:+--index-url "$GATOR_TORCH_INDEX"} "$wanted"
}

find_uv() {
    if [ "${GATOR_INSTALLER:-}" = pip ]; then return 1; fi
    if command -v uv; then return; fi
    if [ ! -x "$bin/uv" ]; then pip_install --require-hashes -r scripts/uv.txt >/dev/null 2>&1 || return 1; fi
    echo "$bin/uv"
}

install_lock() {
    local uv
    if uv=$(find_uv); then
        say "installing $lock with uv"
        if "$uv" pip install --quiet --python "$bin/python" --no-deps --require-hashes -r "$lock"; then return; fi
        say "uv did not manage; going on with pip"
    fi
    say "installing $lock with pip (a few minutes)"
    pip_install --no-deps --require-hashes -r "$lock"
}

# Notebooks and commands find the packages from any folder, without an installation to keep fresh.
link_sources() {
    "$bin/python" - <<'PY'
import pathlib, sysconfig
folder = pathlib.Path(sysconfig.get_paths()["purelib"])
(folder / "gator.pth").write_text(f"{pathlib.Path.cwd()}\n")
PY
}

make_venv
rm -f .venv/.installed-run .venv/.installed-dev
install_torch
install_lock
"$bin/python" -m pip check >/dev/null || { "$bin/python" -m pip check >&2; exit 1; }
link_sources
cp "$lock" ".venv/.installed-$what"
say "done"
