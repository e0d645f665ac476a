"""InvokeAI's `invokeai_metadata`: one JSON object, the fields of its CoreMetadata node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gator_engine.adapters.provenance.recipes.reading import (
    LONGEST_PROMPT,
    decimal,
    loaded,
    whole,
    words,
)
from gator_engine.domain.recall import RecalledLora, Recipe

_MOST_LORAS = 20
_OTHERS = ("generation_mode", "vae", "strength", "init_image", "controlnets", "ipAdapters")


def from_metadata(text: str) -> Recipe:
    """The recipe of an InvokeAI picture; what cannot be read is named in `problems`."""
    about = loaded(text)
    if not isinstance(about, dict):
        return Recipe("InvokeAI", problems=("InvokeAI's settings in this file are damaged.",))
    name, digest = _model(about.get("model"))
    guidance = (
        about.get("guidance") if about.get("guidance") is not None else about.get("cfg_scale")
    )
    return Recipe(
        tool="Gator" if words(about.get("app_version")).startswith("Gator") else "InvokeAI",
        prompt=words(about.get("positive_prompt"), LONGEST_PROMPT),
        negative_prompt=words(about.get("negative_prompt"), LONGEST_PROMPT),
        seed=whole(about.get("seed")),
        steps=whole(about.get("steps")),
        sampler=words(about.get("scheduler")),
        guidance=decimal(guidance),
        width=whole(about.get("width")),
        height=whole(about.get("height")),
        model=name,
        model_hash=digest,
        loras=tuple(_loras(about.get("loras"))),
        others={key: _short(about[key]) for key in _OTHERS if about.get(key)},
    )


def _model(value: object) -> tuple[str, str]:
    """(name, hash); older versions wrote `model_name`."""
    if isinstance(value, str):
        return words(value), ""
    about: Mapping[str, Any] = value if isinstance(value, dict) else {}
    return words(about.get("name") or about.get("model_name")), words(about.get("hash"))


def _loras(value: object) -> list[RecalledLora]:
    found = []
    for one in value[:_MOST_LORAS] if isinstance(value, list) else []:
        if not isinstance(one, dict):
            continue
        name, digest = _model(one.get("model") or one.get("lora"))
        weight = decimal(one.get("weight"))
        if name:
            found.append(RecalledLora(name, 1.0 if weight is None else weight, digest))
    return found


def _short(value: object) -> str:
    if isinstance(value, dict):
        return _model(value)[0] or "set"
    return str(value)[:80] if not isinstance(value, list) else f"{len(value)} of them"
