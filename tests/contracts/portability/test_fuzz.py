"""Ten thousand damaged files: each ends in a draft or in a named error, and writes nothing."""

from __future__ import annotations

import resource
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from gator_engine.adapters.portability import PortableFiles
from gator_engine.config import Settings
from gator_engine.domain.persona_tree import Reading, from_tree
from gator_engine.errors import InvalidInput
from gator_engine.ports import CardFacts
from tests.contracts.portability.mutations import damaged, good_files, rebuilt

CHUNKS, FILES_A_CHUNK = 20, 500
MOST_GROWTH_MIB = 200
FACTS = CardFacts(1, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
READER = PortableFiles(Settings(max_upload_mb=5))
GOOD = good_files(READER, FACTS)


def peak_mib() -> float:
    """The most memory this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def read(data: bytes) -> Reading | InvalidInput:
    try:
        return from_tree(READER.read(data, "file").fields)
    except InvalidInput as error:
        return error


def test_every_good_file_is_read() -> None:
    for data in GOOD:
        reading = read(data)
        assert isinstance(reading, Reading), reading


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_damaged_files_end_in_a_draft_or_a_named_error(chunk: int, tmp_path: Path) -> None:
    random, ends, before = Random(chunk), Counter[str](), peak_mib()
    for number in range(FILES_A_CHUNK):
        data = damaged(random, GOOD) if number % 2 else rebuilt(random, READER, FACTS)
        result = read(data)
        if isinstance(result, InvalidInput):
            ends["refused"] += 1
            assert all(problem.field and problem.problem for problem in result.problems)
        else:
            ends["ready" if result.profile and not result.problems else "with problems"] += 1
            assert result.profile or result.problems
    # A mutation that breaks everything, or nothing, would prove nothing.
    assert min(ends["refused"], ends["with problems"], ends["ready"]) > FILES_A_CHUNK // 50, ends
    assert peak_mib() - before < MOST_GROWTH_MIB
    assert [path.name for path in tmp_path.rglob("*")] == ["home"]
