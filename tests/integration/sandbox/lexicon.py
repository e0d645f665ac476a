"""A checker of values against lexicons, the AT protocol's schema language.

Source: https://atproto.com/specs/lexicon. It knows what the lexicons used here contain, and fails
on anything it does not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import regex

LEXICONS = Path(__file__).resolve().parents[4] / "shared" / "specs" / "lexicons"
PLAIN = {"integer": int, "boolean": bool}


def problems(value: Any, lexicon: str, part: str) -> list[str]:
    """What is wrong with a value as the "record", "input" or "output" of a lexicon."""
    main = _document(lexicon)["defs"]["main"]
    schema = main["record"] if part == "record" else main[part]["schema"]
    return list(_check(value, schema, lexicon, part))


@cache
def _document(lexicon: str) -> dict[str, Any]:
    return dict(json.loads((LEXICONS / f"{lexicon.replace('.', '/')}.json").read_text()))


def _resolve(ref: str, lexicon: str) -> tuple[Mapping[str, Any], str]:
    home, _, name = ref.partition("#")
    home = home or lexicon
    return _document(home)["defs"][name or "main"], home


def _at_hand(ref: str, lexicon: str) -> bool:
    home = ref.partition("#")[0] or lexicon
    return (LEXICONS / f"{home.replace('.', '/')}.json").is_file()


def _check(value: Any, schema: Mapping[str, Any], lexicon: str, path: str) -> Iterator[str]:
    kind = schema["type"]
    if kind == "ref":
        # Parts that a publisher never sends are not among the lexicons at hand.
        if _at_hand(schema["ref"], lexicon):
            target, home = _resolve(schema["ref"], lexicon)
            yield from _check(value, target, home, path)
    elif kind == "union":
        yield from _union(value, schema, lexicon, path)
    elif kind == "object":
        yield from _object(value, schema, lexicon, path)
    elif kind == "array":
        yield from _array(value, schema, lexicon, path)
    elif kind == "string":
        yield from _string(value, schema, path)
    elif kind == "blob":
        yield from _blob(value, schema, path)
    elif kind in PLAIN:
        if not isinstance(value, PLAIN[kind]) or value < schema.get("minimum", value):
            yield f"{path} is {value!r}"
    elif kind != "unknown":
        raise AssertionError(f"the checker does not know {kind}")


def _union(value: Any, schema: Mapping[str, Any], lexicon: str, path: str) -> Iterator[str]:
    named = value.get("$type", "")
    names = {
        ref if "#" in ref and ref[0] != "#" else _full(ref, lexicon): ref for ref in schema["refs"]
    }
    if named not in names:
        yield f"{path} is {named!r}, not one of {sorted(names)}"
        return
    target, home = _resolve(names[named], lexicon)
    yield from _check({k: v for k, v in value.items() if k != "$type"}, target, home, path)


def _full(ref: str, lexicon: str) -> str:
    return f"{lexicon}{ref}" if ref.startswith("#") else ref


def _object(value: Any, schema: Mapping[str, Any], lexicon: str, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is no object"
        return
    yield from (
        f"{path}.{name} is missing" for name in schema.get("required", []) if name not in value
    )
    for name, inner in value.items():
        if name in schema["properties"]:
            yield from _check(inner, schema["properties"][name], lexicon, f"{path}.{name}")
        elif name != "$type":
            yield f"{path}.{name} is not in the lexicon"


def _array(value: Any, schema: Mapping[str, Any], lexicon: str, path: str) -> Iterator[str]:
    if not isinstance(value, list) or len(value) > schema.get("maxLength", len(value)):
        yield f"{path} is no list, or too long"
        return
    for number, inner in enumerate(value):
        yield from _check(inner, schema["items"], lexicon, f"{path}[{number}]")


def _string(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path} is no text"
        return
    if len(value.encode()) > schema.get("maxLength", 10**9):
        yield f"{path} has too many bytes"
    if len(regex.findall(r"\X", value)) > schema.get("maxGraphemes", 10**9):
        yield f"{path} has too many characters"
    shape = {
        "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
        "did": r"did:[a-z]+:[A-Za-z0-9._:%-]+",
        "tid": r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}",
        "at-uri": r"at://did:[a-z]+:[a-z0-9]+/[A-Za-z0-9.]+/[A-Za-z0-9_~.:-]+",
        "cid": r"b[a-z2-7]{58}",
        "handle": r"([a-z0-9-]+\.)+[a-z]+",
        "nsid": r"([a-zA-Z0-9-]+\.)+[a-zA-Z]+",
        "uri": r"https?://\S+|data:\S+",
        "language": r"[a-z]{2,3}(-[A-Za-z0-9]+)*",
    }.get(schema.get("format", ""), r"(?s:.*)")
    if not regex.fullmatch(shape, value):
        yield f"{path} is {value!r}, no {schema['format']}"


def _blob(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    if not isinstance(value, dict) or set(value) != {"$type", "ref", "mimeType", "size"}:
        yield f"{path} is no blob"
        return
    accepted = [one.removesuffix("*") for one in schema.get("accept", [])]
    if accepted and not any(value["mimeType"].startswith(one) for one in accepted):
        yield f"{path} is {value['mimeType']}"
    if value["size"] > schema.get("maxSize", value["size"]):
        yield f"{path} is too large"
