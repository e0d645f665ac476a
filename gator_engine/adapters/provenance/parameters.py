"""The text that image tools exchange to repeat a picture ("generation parameters").

The convention comes from the AUTOMATIC1111 web UI: the prompt, a line "Negative prompt: …", and one
line of "Name: value" pairs; InvokeAI, SD.Next, Forge and the model sites read it too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping


def parameters_text(prompt: str, negative: str, values: Mapping[str, object]) -> str:
    """The three parts as one text; empty values are left out.

    A value that holds a comma, colon or line break is written as a JSON string, which is how
    readers of this convention tell it from the next pair.
    """
    pairs = ", ".join(f"{name}: {_shown(value)}" for name, value in values.items() if value != "")
    lines = [prompt, f"Negative prompt: {negative}" if negative else "", pairs]
    return "\n".join(line for line in lines if line)


def _shown(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return json.dumps(text, ensure_ascii=False) if any(c in text for c in ',:\n"') else text
