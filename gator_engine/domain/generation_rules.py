"""What makes a persona's generation preferences valid."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from gator_engine.domain.briefs import Dialect
from gator_engine.domain.personas import (
    GenerationPreferences,
    Lora,
    SeedPolicy,
    TriggerEffect,
    TriggerRule,
)
from gator_engine.domain.phrasing import Phrasing
from gator_engine.domain.presets import PRESETS
from gator_engine.errors import FieldProblem, InvalidInput

LARGEST_SEED = 2**31 - 1
MOST_LORA_WEIGHT = 2.0
MOST_PRIORITY = 100
_SETTING = re.compile(r"\s*[a-z][a-z0-9_]*\s*=\s*\S.*", re.DOTALL)
_TAGS = Phrasing(Dialect.TAGS, "")


def generation_problems(preferences: GenerationPreferences) -> Iterator[FieldProblem]:
    """Every problem, each with its field and limit."""
    if preferences.preset and preferences.preset not in PRESETS:
        yield FieldProblem(
            "generation.preset", f"{preferences.preset!r} is unknown", ", ".join(PRESETS)
        )
    yield from _seed(preferences)
    strength = preferences.reference_strength
    if strength is not None and not 0 <= strength <= 1:
        yield FieldProblem("generation.reference_strength", f"is {strength}", "0–1")
    names = [lora.name for lora in preferences.loras]
    for number, lora in enumerate(preferences.loras):
        yield from _lora(f"generation.loras[{number}]", lora, names.index(lora.name) != number)
    for number, rule in enumerate(preferences.triggers):
        yield from _trigger(f"generation.triggers[{number}]", rule, names)


def _seed(preferences: GenerationPreferences) -> Iterator[FieldProblem]:
    seed = preferences.seed
    if seed is None and preferences.seed_policy is SeedPolicy.FIXED:
        yield FieldProblem("generation.seed", "a fixed seed policy needs a seed", "a number")
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        yield FieldProblem("generation.seed", f"is {seed}", f"0–{LARGEST_SEED}")


def _lora(where: str, lora: Lora, twice: bool) -> Iterator[FieldProblem]:
    if not lora.name.strip():
        yield FieldProblem(f"{where}.name", "is missing")
    if twice:
        yield FieldProblem(f"{where}.name", f"{lora.name!r} stands twice", "once each")
    if not lora.model.strip():
        yield FieldProblem(f"{where}.model", "is missing", "a file or a hub id")
    # Weights below 0 push away from what the LoRA learnt, which some people want.
    if not math.isfinite(lora.weight) or abs(lora.weight) > MOST_LORA_WEIGHT:
        limit = f"-{MOST_LORA_WEIGHT:g} to {MOST_LORA_WEIGHT:g}"
        yield FieldProblem(f"{where}.weight", f"is {lora.weight}", limit)
    for words in lora.trigger_words:
        yield from _weights(f"{where}.trigger_words", words)


def _trigger(where: str, rule: TriggerRule, loras: list[str]) -> Iterator[FieldProblem]:
    if not rule.phrase.strip():
        yield FieldProblem(f"{where}.phrase", "is missing")
    if abs(rule.priority) > MOST_PRIORITY:
        limit = f"-{MOST_PRIORITY} to {MOST_PRIORITY}"
        yield FieldProblem(f"{where}.priority", f"is {rule.priority}", limit)
    if not rule.value.strip():
        yield FieldProblem(f"{where}.value", "is missing")
    elif rule.effect is TriggerEffect.LORA and rule.value not in loras:
        known = ", ".join(loras) or "none"
        yield FieldProblem(f"{where}.value", f"{rule.value!r} is no LoRA here", f"has: {known}")
    elif rule.effect is TriggerEffect.SETTING and not _SETTING.fullmatch(rule.value):
        yield FieldProblem(f"{where}.value", f"{rule.value!r} sets nothing", "such as steps=30")
    elif rule.effect is TriggerEffect.PROMPT:
        yield from _weights(f"{where}.value", rule.value)


def _weights(field: str, text: str) -> Iterator[FieldProblem]:
    try:
        list(_TAGS.piece(text, field))
    except InvalidInput as error:
        yield from error.problems
