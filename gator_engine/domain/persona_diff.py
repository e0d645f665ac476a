"""What changed between two profiles, as changes that can be read, shown and applied one by one.

Everything follows from the dataclasses: a new field needs no edit here. The entries of a list of
parts (pillars, outfits …) are told apart by their first field, so that a pillar whose weight
changed is that pillar with another weight, wherever it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any

from gator_engine.domain.personas import PersonaProfile
from gator_engine.errors import InvalidInput

EXCERPT = 60


@dataclass(frozen=True)
class Entry:
    """The entry of a list whose first field is `key`; `kind` names what it is ("Pillar")."""

    key: str
    kind: str


@dataclass(frozen=True)
class Order:
    """The order of the entries of a list."""


Step = str | Entry | Order


@dataclass(frozen=True)
class Change:
    """One place that differs. None in `before` means added, None in `after` means removed."""

    steps: tuple[Step, ...]
    before: Any
    after: Any

    @property
    def path(self) -> str:
        """Such as `voice.tone.warmth`, `pillars[Process].weight` or `pillars.order`."""
        path = ""
        for step in self.steps:
            match step:
                case Entry(key, _):
                    path += f"[{key}]"
                case Order():
                    path += ".order"
                case name:
                    path += f".{name}" if path else name
        return path

    @property
    def description(self) -> str:
        """The change in plain words: "Warmth 50 → 75", "Added pillar Tools"."""
        return _described(self)


def diff(before: PersonaProfile, after: PersonaProfile) -> tuple[Change, ...]:
    """Every change that leads from one profile to the other, in the order of the form."""
    return tuple(_between((), before, after))


def apply(profile: PersonaProfile, changes: Sequence[Change]) -> PersonaProfile:
    """The profile with the changes made; all of `diff(a, b)` applied to `a` gives `b`.

    Some of the changes may be left out. Raises InvalidInput naming the path when a place does not
    exist in this profile or no longer holds what the change started from.
    """
    changed: Any = profile
    for change in changes:
        changed = _changed(changed, change.steps, change)
    result: PersonaProfile = changed
    return result


def summary(changes: Sequence[Change]) -> tuple[str, ...]:
    """One readable line for each change."""
    return tuple(change.description for change in changes)


def _between(steps: tuple[Step, ...], before: Any, after: Any) -> Iterator[Change]:
    if type(before) is type(after):
        if before == after:
            return
        if is_dataclass(before):
            for part in fields(before):
                inner = getattr(before, part.name), getattr(after, part.name)
                yield from _between((*steps, part.name), *inner)
            return
        old, new = _keyed(before), _keyed(after)
        if old is not None and new is not None:
            yield from _between_entries(steps, old, new)
            return
    yield Change(steps, before, after)


def _between_entries(
    steps: tuple[Step, ...], old: dict[str, Any], new: dict[str, Any]
) -> Iterator[Change]:
    kept, added = [key for key in old if key in new], [key for key in new if key not in old]
    for key, entry in old.items():
        if key not in new:
            yield Change((*steps, _entry(entry)), entry, None)
    for key in kept:
        yield from _between((*steps, _entry(old[key])), old[key], new[key])
    for key in added:
        yield Change((*steps, _entry(new[key])), None, new[key])
    unordered = (*kept, *added)
    if unordered != tuple(new):
        yield Change((*steps, Order()), unordered, tuple(new))


def _keyed(value: Any) -> dict[str, Any] | None:
    """The entries by their first field; None when that does not tell them apart."""
    if not isinstance(value, tuple) or not all(is_dataclass(entry) for entry in value):
        return None
    keyed = {_key(entry): entry for entry in value}
    plain = all(isinstance(key, str) for key in keyed)
    return keyed if plain and len(keyed) == len(value) else None


def _key(entry: Any) -> Any:
    return getattr(entry, fields(entry)[0].name)


def _entry(entry: Any) -> Entry:
    return Entry(_key(entry), type(entry).__name__)


def _changed(value: Any, steps: tuple[Step, ...], change: Change) -> Any:
    """`value` with the change made at `steps` below it."""
    if not steps:
        if value != change.before:
            raise InvalidInput(change.path, "was changed meanwhile", f"{change.before!r}"[:EXCERPT])
        return change.after
    step, below = steps[0], steps[1:]
    if isinstance(step, str):
        if not hasattr(value, step):
            raise InvalidInput(change.path, "does not exist in this persona")
        return replace(value, **{step: _changed(getattr(value, step), below, change)})
    entries = _keyed(value)
    if entries is None:
        raise InvalidInput(change.path, "the entries of this list cannot be told apart")
    if isinstance(step, Order):
        return _reordered(entries, change.after)
    return _with_entry(entries, step.key, below, change)


def _with_entry(
    entries: dict[str, Any], key: str, below: tuple[Step, ...], change: Change
) -> tuple[Any, ...]:
    adding = not below and change.before is None
    if adding == (key in entries):
        problem = "is there already" if adding else "does not exist in this persona"
        raise InvalidInput(change.path, problem)
    changed = _changed(entries.get(key), below, change)
    after = {**entries, key: changed}
    return tuple(entry for entry in after.values() if entry is not None)


def _reordered(entries: dict[str, Any], order: tuple[str, ...]) -> tuple[Any, ...]:
    """The entries in that order; those it does not name come last, as they stood."""
    known = [key for key in order if key in entries]
    return tuple(entries[key] for key in dict.fromkeys([*known, *entries]))


def _described(change: Change) -> str:
    last = change.steps[-1]
    owner = _owner(change.steps[:-1])
    if isinstance(last, Entry):
        verb = "Added" if change.before is None else "Removed"
        return f"{verb} {_words(last.kind)} {last.key}"
    if isinstance(last, Order):
        listed = _words(str(change.steps[-2]))
        return f"Reordered {listed}: {', '.join(change.after)}"
    what = f"{owner}: {_words(last)}" if owner else _capital(_words(last))
    if isinstance(change.before, tuple) and isinstance(change.after, tuple):
        return f"{what}: {_membership(change.before, change.after)}"
    return _from_to(what, change.before, change.after)


def _owner(steps: tuple[Step, ...]) -> str:
    """The list entry that a change is inside of: "Pillar Process", or "" when in none."""
    entries = [step for step in steps if isinstance(step, Entry)]
    return f"{_capital(_words(entries[-1].kind))} {entries[-1].key}" if entries else ""


def _from_to(what: str, before: Any, after: Any) -> str:
    if before is None or before == "":
        return f"{what} set to {_shown(after)}"
    if after is None or after == "":
        return f"{what} removed (was {_shown(before)})"
    return f"{what} {_shown(before)} → {_shown(after)}"


def _membership(before: tuple[Any, ...], after: tuple[Any, ...]) -> str:
    """What came into and left a list of texts."""
    old, new = Counter(map(_shown, before)), Counter(map(_shown, after))
    changes = (("added", new - old), ("removed", old - new))
    said = [f"{verb} {', '.join(texts.elements())}" for verb, texts in changes if texts]
    return "; ".join(said) or "reordered"


def _shown(value: Any) -> str:
    """A value as people read it; long texts as their beginning."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if is_dataclass(value) and fields(value):
        return _shown(_key(value))
    line = " ".join(str(value).split())
    line = f"{line[: EXCERPT - 1]}…" if len(line) > EXCERPT else line
    return f"“{line}”" if isinstance(value, str) and not isinstance(value, StrEnum) else line


def _words(name: str) -> str:
    """ "max_hashtags" → "max hashtags", "PlatformRating" → "platform rating"."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower()
    return re.sub(r"\blora(s?)\b", r"LoRA\1", plain)


def _capital(words: str) -> str:
    """As the beginning of a sentence; "LoRA" stays as it is."""
    return words[:1].upper() + words[1:]
