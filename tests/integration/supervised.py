"""Runs a real supervisor over small Python programs, for the tests: `supervised HOME SPEC.json`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gator_engine.errors import GatorError
from workers.supervisor import Backoff, Part, Supervisor


def say(text: str) -> None:
    """Tell the test."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def broken() -> bool:
    """A readiness check with a fault of its own."""
    raise ZeroDivisionError


def main(home: Path, spec: Path) -> None:
    """Keep the programs of the spec running; say READY, and name the error that ended it all."""
    parts = []
    for entry in json.loads(spec.read_text()):
        flag = home / entry["ready_file"] if entry.get("ready_file") else None
        parts.append(
            Part(
                name=entry["name"],
                argv=(sys.executable, "-c", entry["code"], str(home)),
                ready=broken if entry.get("broken_check") else flag.exists if flag else None,
                ready_s=entry.get("ready_s", 20.0),
                gate=entry.get("gate", False),
                grace_s=entry.get("grace_s", 5.0),
                nice=entry.get("nice", 0),
            )
        )
    backoff = Backoff(first_s=0.1, most_s=0.5, healthy_s=1.0, tries=2)
    try:
        Supervisor(home, parts, on_ready=lambda: say("READY"), backoff=backoff).run()
    except GatorError as error:
        say(f"{type(error).__name__}: {error}")
        sys.exit(3)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
