"""The `parameters` text of the AUTOMATIC1111 web UI, read (its writer is `parameters.py`).

Grammar, as its wiki and `infotext_utils.py` give it: the prompt (any number of lines), a line that
starts with "Negative prompt: " (and lines after it), and last a line of pairs "Name: value" parted
by commas, where a value with a comma stands in double quotes with JSON escapes. SD.Next, Forge and
the model sites write the same.
"""

from __future__ import annotations

import json
import re

from gator_engine.adapters.provenance.recipes.reading import LONGEST_PROMPT, decimal, whole
from gator_engine.domain.recall import RecalledLora, Recipe

_PAIR = re.compile(r'\s*([A-Za-z][\w \-/.]{0,79}):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
_LORA = re.compile(r"<(?:lora|lyco):([^:<>]{1,200})(?::([^:<>]{1,20}))?[^<>]{0,60}>")
_SIZE = re.compile(r"(\d{1,5})\s*[x×]\s*(\d{1,5})")
_LEAST_PAIRS = 2
_LONGEST_LINE = 20_000
_TAKEN = {
    "Steps", "Sampler", "Schedule type", "CFG scale", "Distilled CFG Scale", "Seed", "Size",
    "Model", "Model hash", "Lora hashes", "Version",
}  # fmt: skip


def from_parameters(text: str) -> Recipe:
    """The recipe in a `parameters` text; what cannot be read is named in `problems`."""
    prompt, negative, pairs = _parts(text)
    size = _SIZE.fullmatch(pairs.get("Size", ""))
    version = pairs.get("Version", "")
    guidance = pairs.get("Distilled CFG Scale") or pairs.get("CFG scale")
    sampler = pairs.get("Sampler", "")
    if (schedule := pairs.get("Schedule type", "")) and schedule.casefold() != "automatic":
        sampler = f"{sampler} {schedule}"
    problems = () if pairs else ("No line of settings was found after the prompt.",)
    return Recipe(
        tool="Gator" if version.startswith("Gator") else "A1111",
        prompt=_LORA.sub("", prompt).strip()[:LONGEST_PROMPT],
        negative_prompt=_LORA.sub("", negative).strip()[:LONGEST_PROMPT],
        seed=whole(pairs.get("Seed")),
        steps=whole(pairs.get("Steps")),
        sampler=sampler.strip(),
        guidance=decimal(guidance),
        width=int(size[1]) if size else None,
        height=int(size[2]) if size else None,
        model=pairs.get("Model", ""),
        model_hash=pairs.get("Model hash", ""),
        loras=_loras(prompt, pairs.get("Lora hashes", "")),
        others={name: value for name, value in pairs.items() if name not in _TAKEN},
        problems=problems,
    )


def _parts(text: str) -> tuple[str, str, dict[str, str]]:
    lines = text.replace("\r\n", "\n").strip().split("\n")
    pairs = _pairs(lines[-1])
    if pairs:
        lines = lines[:-1]
    prompt: list[str] = []
    negative: list[str] = []
    into = prompt
    for line in lines:
        if line.startswith("Negative prompt:") and into is prompt:
            into, line = negative, line.removeprefix("Negative prompt:").strip()
        into.append(line)
    return "\n".join(prompt).strip(), "\n".join(negative).strip(), pairs


def _pairs(line: str) -> dict[str, str]:
    """The settings of the last line; none when it does not look like such a line."""
    if len(line) > _LONGEST_LINE:
        return {}
    found = {name.strip(): _unquoted(value.strip()) for name, value in _PAIR.findall(line)}
    known = {"Steps", "Seed", "Sampler", "Size"} & found.keys()
    return found if len(found) >= _LEAST_PAIRS and known else {}


def _unquoted(value: str) -> str:
    if len(value) < 2 or not (value.startswith('"') and value.endswith('"')):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        return value[1:-1]


def _loras(prompt: str, hashes: str) -> tuple[RecalledLora, ...]:
    """LoRAs named in the prompt as <lora:name:weight>, and those only their hashes tell of."""
    known: dict[str, str] = {}
    for pair in hashes.split(","):
        name, colon, digest = pair.strip().rpartition(":")
        if colon and name:
            known[name.strip()] = digest.strip()
    found = {}
    for name, weight in _LORA.findall(prompt):
        value = decimal(weight) if weight else 1.0
        found[name] = RecalledLora(name, 1.0 if value is None else value, known.pop(name, ""))
    found |= {name: RecalledLora(name, 1.0, digest) for name, digest in known.items()}
    return tuple(found.values())
