"""`python -m benchmarks NAME [--json] [--quick] [--tiny]`, `--list`, `--all`.

`--tiny` is for benchmarks that need a machine of their own: it proves their way on any machine.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks._report import report

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Every benchmark: a file of this folder that does not begin with an underscore."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def run_one(name: str, quick: bool, tiny: bool = False) -> dict[str, Any]:
    """Run one benchmark in this process. Raises SystemExit where it has no tiny form."""
    run = importlib.import_module(f"benchmarks.{name}").run
    if not tiny:
        return report(name, run(quick), quick=quick)
    if "tiny" not in inspect.signature(run).parameters:
        raise SystemExit(f"{name} has no tiny form; leave --tiny out.")
    return report(name, run(quick, tiny=True), quick=quick)


def describe(name: str) -> str:
    """The first line of what a benchmark says of itself."""
    doc = inspect.getdoc(importlib.import_module(f"benchmarks.{name}")) or ""
    return doc.splitlines()[0] if doc else ""


def show(result: dict[str, Any], as_json: bool) -> None:
    """Print one JSON object on the last line, or a table for people."""
    if as_json:
        print(json.dumps(result))
        return
    for key, value in result.items():
        print(f"{key:<24} {json.dumps(value) if isinstance(value, dict | list) else value}")


def run_all(quick: bool) -> int:
    """Run each benchmark in a process of its own, and print the figures as a table."""
    failed = []
    for name in names():
        argv = [sys.executable, "-m", "benchmarks", name, "--json", *(["--quick"] if quick else [])]
        done = subprocess.run(argv, capture_output=True, text=True)
        if done.returncode != 0:
            failed.append(name)
            print(f"\n{name}: failed\n{done.stderr.strip()[-1000:]}")
            continue
        result = json.loads(done.stdout.strip().splitlines()[-1])
        print(f"\n{name}")
        for key, value in result.items():
            if key not in {"benchmark", "machine", "versions", "quick"}:
                print(f"  {key:<24} {value}")
    return 1 if failed else 0


def main() -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=names())
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer")
    parser.add_argument("--tiny", action="store_true", help="tiny models, only to prove the way")
    parser.add_argument("--list", action="store_true", help="name all benchmarks")
    parser.add_argument("--all", action="store_true", help="run all of them")
    options = parser.parse_args()
    if options.list:
        for name in names():
            print(f"{name:<20} {describe(name)}")
        return 0
    if options.all:
        return run_all(options.quick)
    if not options.name:
        parser.error("name a benchmark, or use --list or --all")
    show(run_one(options.name, options.quick, options.tiny), options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
