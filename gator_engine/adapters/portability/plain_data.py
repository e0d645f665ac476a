"""Plain data (mappings, lists, texts, numbers) out of hostile JSON or YAML, and into it.

Bounded whatever the text is: its size, its depth, and how many values it holds. YAML is read as
events and nothing else: aliases and tags, which make small files grow or build objects, are
refused. Both notations refuse names that stand twice, numbers that are not finite, NUL characters
and broken Unicode.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from gator_engine.errors import InvalidInput

MOST_TEXT_BYTES = 16 * 2**20
MOST_VALUES = 100_000
# Texts hold commas too, so more of them than values.
MOST_COMMAS = 10 * MOST_VALUES
DEEPEST = 32
MOST_DIGITS = 400

# What may stand unquoted in YAML and is no text: the JSON subset of YAML 1.2's core schema.
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?")
_UNFIT = re.compile("[\x00\ud800-\udfff]")
# Line ends that YAML would turn into others unless they are escaped.
_MUST_ESCAPE = re.compile("[\r\x85\u2028\u2029\ufeff]")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def decoded(data: bytes, where: str) -> str:
    """Bytes as UTF-8 text. Raises InvalidInput naming `where`."""
    if len(data) > MOST_TEXT_BYTES:
        limit = f"{MOST_TEXT_BYTES // 2**20} MiB of text"
        raise InvalidInput(where, f"has {len(data) / 2**20:.1f} MiB", limit)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(where, "is not UTF-8 text", "UTF-8") from error


def parsed(text: str, where: str) -> dict[str, Any]:
    """The mapping that JSON (starts with a brace) or YAML text holds.

    Raises InvalidInput naming `where`, or the path of a value that cannot be kept.
    """
    data = from_json(text, where) if text.lstrip().startswith("{") else from_yaml(text, where)
    if not isinstance(data, dict):
        raise InvalidInput(where, "does not hold named fields", "a mapping")
    return data


def from_json(text: str, where: str) -> Any:
    """Raises InvalidInput naming `where`."""
    # A parser makes an object of 60 bytes from two characters: count before it does.
    if text.count("[") + text.count("{") > MOST_VALUES or text.count(",") > MOST_COMMAS:
        raise InvalidInput(where, "holds too many values", f"{MOST_VALUES}")
    try:
        data = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_not_finite, parse_int=_integer
        )
    except RecursionError as error:
        raise InvalidInput(where, "is nested too deeply", f"{DEEPEST} levels") from error
    except ValueError as error:  # also JSONDecodeError
        raise InvalidInput(where, f"is not valid JSON: {error}") from error
    check_plain(data, where)
    return data


def from_yaml(text: str, where: str) -> Any:
    """Raises InvalidInput naming `where`."""
    try:
        data = _document(text, where)
    except (yaml.YAMLError, ValueError) as error:
        problem = " ".join(str(error).split())[:200]
        if "nesting depth" in problem:  # libyaml looks ahead, and has a limit of its own (0.2.6)
            raise InvalidInput(where, "is nested too deeply", f"{DEEPEST} levels") from error
        raise InvalidInput(where, f"is not valid YAML: {problem}") from error
    check_plain(data, where)
    return data


def check_plain(data: Any, where: str) -> None:
    """Raises InvalidInput for what is too deep, too much, not finite or not storable text."""
    waiting, seen = [(data, 1)], 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST:
            raise InvalidInput(where, "is nested too deeply", f"{DEEPEST} levels")
        if seen > MOST_VALUES:
            raise InvalidInput(where, "holds too many values", f"{MOST_VALUES}")
        if isinstance(value, dict):
            waiting += [(inner, depth + 1) for pair in value.items() for inner in pair]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]
        elif isinstance(value, str) and (unfit := _UNFIT.search(value)):
            what = "a NUL character" if unfit[0] == "\x00" else "half of a surrogate pair"
            raise InvalidInput(where, f"holds {what}", "valid Unicode text")
        elif isinstance(value, float) and not math.isfinite(value):
            raise InvalidInput(where, "holds a number that is not finite", "finite")


def to_json(data: Any, *, indent: int | None = None) -> str:
    """JSON text, readable as it stands in every script."""
    check_plain(data, "persona")
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=indent)


def to_yaml(data: Any) -> str:
    """YAML text in the order of the fields, texts of several lines as blocks."""
    check_plain(data, "persona")
    text: str = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes texts so that every reader gets the same characters back."""


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _MUST_ESCAPE.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text_node)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _not_finite(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")


def _document(text: str, where: str) -> Any:
    events = _events(text, where)
    if isinstance(first := next(events), yaml.StreamEndEvent):
        return None
    data = _built(first, events, where, 1)
    if not isinstance(next(events), yaml.StreamEndEvent):
        raise InvalidInput(where, "holds several YAML documents", "1")
    return data


def _events(text: str, where: str) -> Iterator[yaml.Event]:
    """The events that make up values, without those that only frame them."""
    framing = (yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)
    for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        if number > MOST_VALUES:
            raise InvalidInput(where, "holds too many values", f"{MOST_VALUES}")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise InvalidInput(where, "uses YAML aliases or anchors", "plain values")
        if tag := getattr(event, "tag", None):
            raise InvalidInput(where, f"uses the YAML tag {tag[:60]}", "plain values")
        if not isinstance(event, framing):
            yield event


def _built(event: yaml.Event, events: Iterator[yaml.Event], where: str, depth: int) -> Any:
    """The value that starts with `event`."""
    if depth > DEEPEST:
        raise InvalidInput(where, "is nested too deeply", f"{DEEPEST} levels")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(following := next(events), yaml.SequenceEndEvent):
            items.append(_built(following, events, where, depth + 1))
        return items
    pairs = []
    while not isinstance(following := next(events), yaml.MappingEndEvent):
        name = _built(following, events, where, depth + 1)
        if not isinstance(name, str):
            raise InvalidInput(where, "has a name that is not text", "text")
        pairs.append((name, _built(next(events), events, where, depth + 1)))
    return _unique(pairs)


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if not event.implicit[0]:  # quoted, or a block: always text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return _integer(text)
    return float(text) if _NUMBER.fullmatch(text) else text
