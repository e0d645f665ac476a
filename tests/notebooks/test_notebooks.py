"""Every notebook runs from its first cell to its last, and is kept as text beside it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]


def printed(notebook: nbformat.NotebookNode) -> str:
    """Everything the cells printed or showed as text."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found.append(output.get("text", ""))
            found.append(str(output.get("data", {}).get("text/plain", "")))
    return "\n".join(found)


@cache
def execute(path: Path) -> nbformat.NotebookNode:
    """Run a notebook in a fresh kernel; raises CellExecutionError with the failing cell."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(FOLDER)}}
    NotebookClient(notebook, timeout=240, kernel_name="python3", resources=resources).execute()
    return notebook


def test_there_are_notebooks() -> None:
    assert "00_quickstart" in NAMES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_the_notebook_and_its_text_say_the_same(path: Path) -> None:
    notebook, text = jupytext.read(path), jupytext.read(path.with_suffix(".py"))
    assert [(c.cell_type, c.source) for c in notebook.cells] == [
        (c.cell_type, c.source) for c in text.cells
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_outputs_are_stripped(path: Path) -> None:
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_every_notebook_runs(path: Path) -> None:
    assert all(c.execution_count for c in execute(path).cells if c.cell_type == "code")


@pytest.mark.timeout(300)
def test_the_quickstart_publishes_twice_and_reads_the_numbers() -> None:
    said = printed(execute(FOLDER / "00_quickstart.ipynb"))
    assert said.count(" published http://127.0.0.1:") == 2
    assert "2 posts, engagement" in said
    assert "engagement None" not in said
    assert "simulated: True" in said
    assert "followers" in said
