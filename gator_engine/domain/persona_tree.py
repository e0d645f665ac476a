"""A profile as plain data (mappings, lists, texts, numbers) and back, with every problem named.

Everything follows from the dataclasses of `domain.personas`: a new field needs no edit here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from gator_engine.domain.persona_rules import LONG, MOST_ENTRIES, profile_problems
from gator_engine.domain.personas import PersonaProfile
from gator_engine.errors import FieldProblem

Tree = Mapping[str, Any]

# Above this the rules would take seconds; a form never gets near it. Counted in characters, and
# a value weighs as much as a sentence.
MUCH = 500_000
VALUE_WEIGHT = 100
LONGEST_NAME_SHOWN = 60
MOST_PROBLEMS = 200


@dataclass(frozen=True)
class Reading:
    """What plain data gave: a profile unless something is missing or of the wrong type.

    A profile may still break rules: `problems` lists all of them. `unknown` are the paths that no
    field of a profile has, such as "voice.accent".
    """

    profile: PersonaProfile | None
    problems: tuple[FieldProblem, ...]
    unknown: tuple[str, ...]


def to_tree(profile: PersonaProfile) -> dict[str, Any]:
    """Every field by name; enums by value, tuples as lists."""
    tree: dict[str, Any] = _adapter().dump_python(profile, mode="json")
    return tree


def from_tree(tree: Tree) -> Reading:
    """The profile that plain data describes; texts are never read as numbers or the reverse.

    `tree` must be JSON-able. Fields that are left out take their
    standard values, except those that have none (name, handle, age): these become problems.
    """
    unknown = tuple(_unknown(tree, PersonaProfile, ""))
    try:
        text = json.dumps(tree, allow_nan=False)
    except ValueError:
        problem = FieldProblem("persona", "holds a number that is not finite", "finite")
        return Reading(None, (problem,), unknown)
    try:
        profile = _adapter().validate_json(text, strict=True)
    except ValidationError as error:
        return Reading(None, _limited([*_oversized(tree, ""), *_wrong(error)]), unknown)
    oversized = list(_oversized(tree, "")) if _weight(tree) > MUCH else []
    return Reading(profile, _limited(oversized or profile_problems(profile)), unknown)


def patched(tree: Tree, patch: Tree) -> dict[str, Any]:
    """The plain data with a JSON Merge Patch on it (RFC 7396): objects are merged field by field,
    everything else is replaced, and null takes a field away, so that its standard value counts."""
    merged = dict(tree)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping):
            inner = merged.get(name)
            merged[name] = patched(inner if isinstance(inner, Mapping) else {}, value)
        else:
            merged[name] = value
    return merged


def path_of(steps: Sequence[str | int]) -> str:
    """Field names and positions as one path: ("pillars", 0, "name") → "pillars[0].name"."""
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


@cache
def _adapter() -> TypeAdapter[PersonaProfile]:
    return TypeAdapter(PersonaProfile)


def _wrong(error: ValidationError) -> Iterator[FieldProblem]:
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        message = found["msg"].removeprefix("Input ")
        problem = "must be given" if found["type"] == "missing" else message
        yield FieldProblem(path_of(found["loc"]) or "persona", problem)


def _unknown(value: Any, kind: Any, path: str) -> Iterator[str]:
    """Paths below `path` that the type does not have."""
    if is_dataclass(kind) and isinstance(value, Mapping):
        fields = get_type_hints(kind)
        for name, inner in value.items():
            below = _below(path, name)
            if name in fields:
                yield from _unknown(inner, fields[name], below)
            else:
                yield below
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            for item in get_args(kind)[:1]:
                yield from _unknown(inner, item, f"{path}[{number}]")
    elif isinstance(value, Mapping):
        for part in filter(is_dataclass, get_args(kind)):
            yield from _unknown(value, part, path)


def _oversized(value: Any, path: str) -> Iterator[FieldProblem]:
    """Texts and lists beyond what any field may hold, without looking at the words."""
    if isinstance(value, str) and len(value) > LONG:
        yield FieldProblem(path, f"has {len(value)} characters", f"{LONG}")
    elif isinstance(value, list):
        if len(value) > MOST_ENTRIES:
            yield FieldProblem(path, f"has {len(value)} entries", f"{MOST_ENTRIES}")
        for number, inner in enumerate(value):
            yield from _oversized(inner, f"{path}[{number}]")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _oversized(inner, _below(path, name))


def _below(path: str, name: object) -> str:
    """The path of a named value; names that nobody can read are shortened."""
    shown = str(name)[:LONGEST_NAME_SHOWN]
    return f"{path}.{shown}" if path else shown


def _weight(value: Any) -> int:
    if isinstance(value, Mapping):
        return VALUE_WEIGHT + sum(map(_weight, value.values()))
    if isinstance(value, list):
        return VALUE_WEIGHT + sum(map(_weight, value))
    return VALUE_WEIGHT + (len(value) if isinstance(value, str) else 0)


def _limited(problems: Sequence[FieldProblem]) -> tuple[FieldProblem, ...]:
    if len(problems) <= MOST_PROBLEMS:
        return tuple(problems)
    more = FieldProblem("persona", f"has {len(problems) - MOST_PROBLEMS} more problems")
    return (*problems[:MOST_PROBLEMS], more)
