"""What a brief's words set off in a persona: trigger rules, and the LoRAs in use."""

from __future__ import annotations

from collections.abc import Mapping

from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind
from gator_engine.domain.personas import (
    GenerationPreferences,
    Lora,
    TriggerEffect,
    TriggerRule,
)
from gator_engine.domain.text import mentions
from gator_engine.errors import InvalidInput

REFERENCE_STRENGTH = "reference_strength"
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def fired(preferences: GenerationPreferences, prompt: str) -> tuple[TriggerRule, ...]:
    """The rules whose phrase the prompt mentions, the highest priority first."""
    told = [rule for rule in preferences.triggers if mentions(prompt, rule.phrase)]
    return tuple(sorted(told, key=lambda rule: -rule.priority))


def loras_in_use(preferences: GenerationPreferences, prompt: str) -> tuple[Lora, ...]:
    """Those that no rule names (always in use), and those that a fired rule calls."""
    by_rule = {r.value for r in preferences.triggers if r.effect is TriggerEffect.LORA}
    called = {r.value for r in fired(preferences, prompt) if r.effect is TriggerEffect.LORA}
    return tuple(lora for lora in preferences.loras if lora.name not in by_rule - called)


def settings_for(
    preferences: GenerationPreferences, prompt: str, capabilities: GeneratorCapabilities
) -> tuple[Mapping[str, object], tuple[str, ...]]:
    """The options a persona asks of a generator, and a note for each that it does not take.

    Raises InvalidInput naming `generation.triggers` for a value that is not of the option's type.
    """
    known = {option.name: option for option in capabilities.options}
    wanted: dict[str, object] = {}
    if loras := loras_in_use(preferences, prompt):
        name = next((o.name for o in capabilities.options if o.kind is OptionKind.LORAS), "loras")
        wanted[name] = [(lora.model, lora.weight) for lora in loras]
    if preferences.reference_strength is not None:
        wanted[REFERENCE_STRENGTH] = preferences.reference_strength
    for rule in reversed(fired(preferences, prompt)):  # The first of them has the last word.
        if rule.effect is TriggerEffect.SETTING:
            name, value = _assignment(rule)
            wanted[name] = _read(known[name], value) if name in known else value
    notes = [
        f"{capabilities.label} takes no {name.replace('_', ' ')}: the persona's is not applied."
        for name in wanted
        if name not in known
    ]
    return {name: value for name, value in wanted.items() if name in known}, tuple(notes)


def merged(preferred: Mapping[str, object], given: Mapping[str, object]) -> Mapping[str, object]:
    """The persona's options under the brief's; lists (of LoRAs) are put together."""
    both = {**preferred, **given}
    for name, value in preferred.items():
        more = given.get(name)
        if isinstance(value, list) and isinstance(more, list | tuple):
            both[name] = [*value, *(item for item in more if item not in value)]
    return both


def _assignment(rule: TriggerRule) -> tuple[str, str]:
    name, _, value = rule.value.partition("=")
    return name.strip(), value.strip()


def _read(option: Option, value: str) -> object:
    """The text as a value of the option's type."""
    try:
        if option.kind is OptionKind.INTEGER:
            return int(value)
        if option.kind is OptionKind.NUMBER:
            return float(value)
    except ValueError:
        problem = f"{option.name}={value} is not of the type {option.kind}"
        raise InvalidInput("generation.triggers", problem) from None
    if option.kind is OptionKind.FLAG:
        if value.casefold() not in _FLAGS:
            raise InvalidInput("generation.triggers", f"{option.name}={value}", "true or false")
        return _FLAGS[value.casefold()]
    return value
