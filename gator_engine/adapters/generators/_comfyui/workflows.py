"""Workflows in ComfyUI's API format, with slots such as {{prompt}} that a brief fills.

A string that is one slot and nothing else becomes a value of the slot's type; a slot inside longer
text is written into it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gator_engine.errors import InvalidInput

BUILT_IN = "text_to_image"
MOST_BYTES = 2 * 1024 * 1024
FIELD = "settings.workflow"
_BUILT_IN_FILE = Path(__file__).with_name(f"{BUILT_IN}.json")
_SLOT = re.compile(r"\{\{\s*(\w+)\s*\}\}")

SLOTS: Mapping[str, Callable[[Any], Any]] = {
    "prompt": str,
    "negative": str,
    "seed": int,
    "width": int,
    "height": int,
    "steps": int,
    "guidance": float,
    "denoise": float,
    "sampler": str,
    "scheduler": str,
    "model": str,
    "image": str,
    "mask": str,
}
"""Every slot and the type of its value; `image` and `mask` are names of uploaded files."""


@dataclass(frozen=True)
class Workflow:
    """A graph (node id → class and inputs) and the slots found in it."""

    name: str
    graph: Mapping[str, Any]
    slots: frozenset[str]

    @property
    def classes(self) -> tuple[str, ...]:
        """The node classes that it uses, each once."""
        return tuple(sorted({node["class_type"] for node in self.graph.values()}))

    def filled(self, values: Mapping[str, object]) -> dict[str, Any]:
        """The graph with every slot filled; `values` has all of them."""
        typed = {name: SLOTS[name](values[name]) for name in self.slots}
        return {key: _filled(node, typed) for key, node in self.graph.items()}


def names(folder: Path) -> tuple[str, ...]:
    """The built-in workflow and one for each .json file of the folder, by name."""
    try:
        own = sorted(path.stem for path in folder.glob("*.json") if path.is_file())
    except OSError:
        own = []
    return (BUILT_IN, *(name for name in own if name != BUILT_IN))


def load(folder: Path, name: str) -> Workflow:
    """A workflow by name; a file of the folder wins over the built-in one.

    Raises InvalidInput naming `settings.workflow` and what is wrong with the file.
    """
    own = folder / f"{name}.json"
    path = _BUILT_IN_FILE if name == BUILT_IN and not own.is_file() else own
    if name not in names(folder):
        raise InvalidInput(FIELD, f"there is no workflow {name!r}", ", ".join(names(folder)))
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InvalidInput(FIELD, f"{path.name} is too large", f"{MOST_BYTES} bytes")
        graph = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(FIELD, f"{path.name} cannot be read as JSON") from error
    return Workflow(name, _checked(graph, path.name), frozenset(_slots(graph, path.name)))


def _checked(graph: Any, file: str) -> Mapping[str, Any]:
    if isinstance(graph, dict) and isinstance(graph.get("nodes"), list):
        problem = f"{file} was saved for ComfyUI's editor"
        raise InvalidInput(FIELD, problem, "the API format: Workflow → Export (API)")
    nodes = graph.values() if isinstance(graph, dict) else ()
    sound = [
        isinstance(node, dict)
        and isinstance(node.get("class_type"), str)
        and isinstance(node.get("inputs"), dict)
        for node in nodes
    ]
    if not sound or not all(sound):
        raise InvalidInput(FIELD, f"{file} holds no workflow", "nodes with class_type and inputs")
    return dict(graph)


def _slots(value: Any, file: str) -> Iterator[str]:
    for text in _texts(value):
        for match in _SLOT.finditer(text):
            if match[1] not in SLOTS:
                allowed = ", ".join(f"{{{{{name}}}}}" for name in SLOTS)
                raise InvalidInput(FIELD, f"{file} has the unknown slot {match[0]}", allowed)
            yield match[1]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _filled(value: Any, typed: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(part, typed) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, typed) for part in value]
    if not isinstance(value, str):
        return value
    if whole := _SLOT.fullmatch(value.strip()):
        return typed[whole[1]]
    # A slot's own value may hold braces: one pass, never read again.
    return _SLOT.sub(lambda match: str(typed[match[1]]), value)
