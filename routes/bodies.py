"""What stands in the body of an API request: JSON objects, read field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from gator_engine.errors import InvalidInput

LARGEST_JSON = 2 * 2**20
DEEPEST = 32


@dataclass(frozen=True)
class Fields:
    """The fields of a JSON object; each is taken as the type it has to be."""

    given: Mapping[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without a `default` it has to be there. Raises InvalidInput."""
        return str(self._take(name, str, "a text", default))

    def whole(self, name: str) -> int:
        """A whole number. Raises InvalidInput."""
        return int(self._take(name, int, "a whole number", None))

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty when it is not there. Raises InvalidInput."""
        found: list[Any] = self._take(name, list, "a list of texts", [])
        for number, one in enumerate(found):
            if not isinstance(one, str):
                raise InvalidInput(f"{name}[{number}]", "is not a text", "a list of texts")
        return found

    def inner(self, name: str, default: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """An object; without a `default` it has to be there. Raises InvalidInput."""
        found: Mapping[str, Any] = self._take(name, dict, "an object", default)
        return found

    def only(self, *names: str) -> Fields:
        """Itself, if it has no other fields. Raises InvalidInput naming the first one."""
        for name in self.given:
            if name not in names:
                raise InvalidInput(name[:60], "is unknown", ", ".join(names))
        return self

    def _take(self, name: str, kind: type, said: str, default: object) -> Any:
        if name not in self.given:
            if default is None:
                raise InvalidInput(name, "must be given", said)
            return default
        value = self.given[name]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise InvalidInput(name, f"is not {said}", said)
        return value


def fields_of(body: bytes) -> Fields:
    """The JSON object in a body. Raises InvalidInput naming `body` for anything else."""
    try:
        found = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("body", "is not JSON in UTF-8", "a JSON object") from error
    if not isinstance(found, dict):
        raise InvalidInput("body", "is not an object", "a JSON object")
    _check_depth(found)
    return Fields(found)


def _check_depth(found: dict[str, Any]) -> None:
    """Level by level: whoever sends the body decides how deep it goes."""
    level: list[Any] = [found]
    for _ in range(DEEPEST):
        inner = [one for part in level for one in _parts(part)]
        level = [one for one in inner if isinstance(one, dict | list)]
        if not level:
            return
    raise InvalidInput("body", "is nested too deeply", f"{DEEPEST} levels")


def _parts(part: Any) -> list[Any]:
    return list(part.values()) if isinstance(part, dict) else part


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
