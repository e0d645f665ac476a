"""Checks a generator's settings against the options it declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind
from gator_engine.errors import CapabilityError, InvalidInput

_TYPES: dict[OptionKind, tuple[type, ...]] = {
    OptionKind.INTEGER: (int,),
    OptionKind.NUMBER: (int, float),
    OptionKind.TEXT: (str,),
    OptionKind.CHOICE: (str,),
    OptionKind.FLAG: (bool,),
    OptionKind.LORAS: (list, tuple),
    OptionKind.REFERENCES: (list, tuple),
    OptionKind.PICTURE: (str,),
    OptionKind.MODEL: (str,),
}
MOST_ATTACHED = 8
STRONGEST_LORA = 2.0


def check_options(capabilities: GeneratorCapabilities, settings: Mapping[str, object]) -> None:
    """Raises CapabilityError for an unknown option, InvalidInput for a value out of bounds."""
    known = {option.name: option for option in capabilities.options}
    for name, value in settings.items():
        if name not in known:
            allowed = ", ".join(sorted(known)) or "no options"
            raise CapabilityError(capabilities.label, f"the option {name!r}", allowed)
        _check_value(known[name], value)


def with_defaults(
    capabilities: GeneratorCapabilities, settings: Mapping[str, object]
) -> dict[str, object]:
    """The settings, checked, with every option that was left out at its default."""
    check_options(capabilities, settings)
    return {option.name: option.default for option in capabilities.options} | dict(settings)


def check_pictures(capabilities: GeneratorCapabilities, given: Mapping[str, object]) -> None:
    """Raises InvalidInput naming the first picture that is needed and not there.

    `given` are a brief's settings (ids) or a request's pictures (bytes), by option name.
    """
    for option in capabilities.pictures:
        if option.required and not given.get(option.name):
            problem = f"is empty; {capabilities.label} needs it"
            raise InvalidInput(f"settings.{option.name}", problem, "a picture of the library")


def _check_value(option: Option, value: object) -> None:
    where = f"settings.{option.name}"
    right_type = isinstance(value, _TYPES[option.kind])
    # bool is an int in Python, but True is no number of steps.
    if not right_type or (isinstance(value, bool) and option.kind is not OptionKind.FLAG):
        raise InvalidInput(where, f"{value!r} is not of the type {option.kind}")
    if option.kind is OptionKind.CHOICE and value not in option.choices:
        raise InvalidInput(where, f"{value!r} is not offered", ", ".join(option.choices))
    if isinstance(value, list | tuple):
        _check_attached(option, where, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        low = option.minimum if option.minimum is not None else value
        high = option.maximum if option.maximum is not None else value
        if not low <= value <= high:
            raise InvalidInput(where, f"is {value}", f"{option.minimum}–{option.maximum}")


def _check_attached(option: Option, where: str, value: Sequence[object]) -> None:
    if len(value) > MOST_ATTACHED:
        raise InvalidInput(where, f"holds {len(value)}", f"{MOST_ATTACHED}")
    fits = _is_lora if option.kind is OptionKind.LORAS else _is_name
    if not all(fits(item) for item in value):
        allowed = f"(path, weight from -{STRONGEST_LORA:g} to {STRONGEST_LORA:g})"
        limit = allowed if option.kind is OptionKind.LORAS else "ids of library pictures"
        raise InvalidInput(where, f"{list(value)!r} cannot be used", limit)


def _is_name(item: object) -> bool:
    return isinstance(item, str) and bool(item.strip())


def _is_lora(item: object) -> bool:
    if not isinstance(item, list | tuple) or len(item) != 2 or not _is_name(item[0]):
        return False
    weight = item[1]
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    return number and abs(weight) <= STRONGEST_LORA
