"""The record of how a picture was made, in the words of the tools that read it.

`parameters` follows AUTOMATIC1111 (read by Forge, SD.Next, InvokeAI and the model sites too);
`invokeai_metadata` holds the fields of InvokeAI's CoreMetadata. No path of this machine is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from gator_engine.adapters.provenance.parameters import parameters_text
from gator_engine.domain.assets import Provenance
from gator_engine.domain.provenance import shown_name

_SHORT_HASH = 10  # digits of a hash that A1111 shows; of a LoRA's twelve
_SHORT_LORA_HASH = 12


def record_texts(made: Provenance) -> dict[str, str]:
    """Texts to put into the file, by the name of their field; none without a prompt and steps."""
    about = made.parameters
    if not about.get("prompt") or not about.get("steps"):
        return {}
    return {
        "parameters": _a1111(about, made.seed),
        "invokeai_metadata": json.dumps(_invokeai(about, made.seed), ensure_ascii=False),
    }


def tool_version() -> str:
    """ "Gator 0.1.0", or "Gator" when it runs from its source."""
    try:
        return f"Gator {version('gator')}"
    except PackageNotFoundError:
        return "Gator"


def _a1111(about: Mapping[str, Any], seed: int | None) -> str:
    loras = _loras(about)
    named = "".join(f" <lora:{name}:{weight:g}>" for name, weight, _ in loras)
    hashes = [f"{name}: {digest[:_SHORT_LORA_HASH]}" for name, _, digest in loras if digest]
    values = {
        "Steps": about["steps"],
        "Sampler": about.get("scheduler", ""),
        "CFG scale": about.get("guidance", ""),
        "Seed": "" if seed is None else seed,
        "Size": f"{about.get('width')}x{about.get('height')}",
        "Model hash": str(about.get("model_hash", ""))[:_SHORT_HASH],
        "Model": shown_name(about.get("model")),
        "Denoising strength": about.get("strength", about.get("hires_strength", "")),
        "Hires upscale": about.get("hires", ""),
        "Hires upscaler": "Latent" if about.get("hires") else "",
        "Lora hashes": ", ".join(hashes),
        "Version": tool_version(),
    }
    # The pairs stand on the last line: a prompt of several lines is fine, one in a value is not.
    return parameters_text(f"{about['prompt']}{named}", _negative(about), values)


def _invokeai(about: Mapping[str, Any], seed: int | None) -> dict[str, Any]:
    model = {"name": shown_name(about.get("model")), "hash": about.get("model_hash", "")}
    return {
        "app_version": tool_version(),
        "positive_prompt": about["prompt"],
        "negative_prompt": _negative(about),
        "seed": seed,
        "width": about.get("width"),
        "height": about.get("height"),
        "steps": about["steps"],
        "cfg_scale": about.get("guidance"),
        "scheduler": about.get("scheduler", ""),
        "model": {**model, "type": "main"},
        "loras": [
            {"model": {"name": name, "hash": digest, "type": "lora"}, "weight": weight}
            for name, weight, digest in _loras(about)
        ],
    }


def _negative(about: Mapping[str, Any]) -> str:
    return str(about.get("negative_prompt", ""))


def _loras(about: Mapping[str, Any]) -> list[tuple[str, float, str]]:
    """(name, weight, hash) of each LoRA."""
    hashes = about.get("lora_hashes") or {}
    return [
        (shown_name(path), float(weight), str(hashes.get(str(path), "")))
        for path, weight in about.get("loras") or ()
    ]
