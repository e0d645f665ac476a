"""A writer process: appends a measurement of two likes again and again, and says what it stored.

Usage: python writer.py ROOT NAME COUNT. Each append has two rows that only make sense together
(one like each on two deliveries); a line on stdout acknowledges it once `append` has returned.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gator_engine.adapters.warehouse.facts import ParquetFacts
from gator_engine.domain.metrics import Metric, Snapshot

START = datetime(2026, 3, 10, 12, tzinfo=UTC)


def main(root: str, name: str, count: int) -> None:
    facts = ParquetFacts(Path(root))
    for number in range(count):
        at = START + timedelta(seconds=number)
        pair = [
            Snapshot(at, "birdsong", name, "nova", f"{name}-{number}-{half}", Metric.LIKES, 1.0)
            for half in "ab"
        ]
        facts.append(pair)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
