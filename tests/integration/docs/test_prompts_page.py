"""docs/prompts.md says what the code does: its tables and its Python are run."""

from __future__ import annotations

import re
from pathlib import Path

from gator_engine import AspectRatio, BriefDraft, BriefKind, open_studio, run_jobs
from gator_engine.domain.dynamic_prompts import list_all
from gator_engine.domain.grids import Axis, AxisKind
from gator_engine.domain.weighting import parse_weights

PAGE = (Path(__file__).parents[3] / "docs" / "prompts.md").read_text("utf-8")
LISTS = {"colour": ("red", "{dark|light} blue")}


def rows(heading: str) -> list[tuple[str, str]]:
    """(written, means) of the table below a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| `(.+?)` \| (.+) \|$", section, re.M)
    assert found
    return [(written.replace(r"\|", "|"), means) for written, means in found]


def test_the_table_of_weights() -> None:
    for written, means in rows("Weights"):
        told = re.findall(r"`([^`]+)` × ([\d.]+)", means)
        spans = [(span.text.strip(), span.weight) for span in parse_weights(written)]
        shown = [(text, float(weight)) for text, weight in told]
        heavy = [pair for pair in spans if pair[1] != 1.0] or spans
        assert heavy == shown, written


def test_the_table_of_dynamic_prompts() -> None:
    for written, means in rows("Dynamic prompts"):
        assert list(list_all(written, LISTS).texts) == re.findall(r"`([^`]+)`", means), written


def test_the_python_of_the_page(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    assert len(blocks) == 3
    with open_studio(home=tmp_path / "s", queue="inline") as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile)
        draft = BriefDraft(
            persona.id,
            BriefKind.IMAGE,
            "card",
            prompt="a red {door|gate}",
            formats=(AspectRatio.SQUARE,),
            texts={"title": "Doors"},
        )
        names = {"studio": studio, "draft": draft, "Axis": Axis, "AxisKind": AxisKind}
        for block in blocks:
            lines = block.split("sheet = ")
            exec(lines[0], names)
            if len(lines) > 1:
                run_jobs(studio)
                exec(f"sheet = {lines[1]}", names)
        assert len(names["drafts"]) == 2  # type: ignore[arg-type]
        assert names["sheet"].title.startswith("Grid:")  # type: ignore[attr-defined]
        assert studio.prompts.history("red door", persona.id)
