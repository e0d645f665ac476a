"""What Runway is told: shapes, the picture to start from, and the prompt.

Limits and shapes as the official SDK states them (runwayml 5.24, read 2026-11-28).
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from gator_engine.errors import InvalidInput
from gator_engine.ports import GenerateRequest

LONGEST_PROMPT = 1000
"""Characters, counted as UTF-16 code units."""
MOST_PICTURE_BYTES = 5 * 1000 * 1000
"""Of a picture inside the request, as a data URI."""

_HD = ((1280, 720), (720, 1280))
_GEN4 = (*_HD, (1104, 832), (832, 1104), (960, 960), (1584, 672))
_VEO = (*_HD, (1920, 1080), (1080, 1920))
_FROM_PICTURE = {"gen4.5": _GEN4, "gen4_turbo": _GEN4, "veo3.1": _VEO, "veo3.1_fast": _VEO}
_FROM_WORDS = {"gen4.5": _HD, "veo3.1": _VEO, "veo3.1_fast": _VEO}


@dataclass(frozen=True)
class Asked:
    """A request to one of Runway's paths; `notes` are for the person who asked."""

    told: Mapping[str, Any]
    from_picture: bool
    size: tuple[int, int]
    notes: tuple[str, ...]


def asked(request: GenerateRequest, options: Mapping[str, Any], model: str, seed: int) -> Asked:
    """What to send for one video. Raises InvalidInput naming the field that does not fit."""
    picture = request.pictures.get("source", b"")
    offered = (_FROM_PICTURE if picture else _FROM_WORDS).get(model, _HD)
    wanted = _size_of(picture) if picture else request.size
    size = nearest(wanted, offered)
    told: dict[str, Any] = {
        "model": model,
        "prompt_text": _prompt(request),
        "ratio": f"{size[0]}:{size[1]}",
        "duration": int(options["duration"]),
        "seed": seed,
    }
    notes = []
    if picture:
        told["prompt_image"] = data_uri(picture)
        if abs(math.log(wanted[0] / wanted[1]) - math.log(size[0] / size[1])) > 0.02:
            shapes = f"{wanted[0]}×{wanted[1]} pixels, the video {size[0]}×{size[1]}"
            notes.append(f"The picture is {shapes}: the service cuts off what does not fit.")
    if unwanted := request.compiled.negative_text:
        notes.append(f"This service takes no negative prompt; not applied: {unwanted}.")
    if any(part.weight != 1.0 for part in request.compiled.fragments):
        notes.append("This service takes no weights: all parts count alike.")
    return Asked(told, bool(picture), size, tuple(notes))


def nearest(wanted: tuple[int, int], offered: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """The offered size nearest in shape to `wanted`, the first of equals."""
    shape = math.log(wanted[0] / wanted[1])
    return min(offered, key=lambda size: abs(math.log(size[0] / size[1]) - shape))


def data_uri(picture: bytes) -> str:
    """A picture as the request carries it; as a JPEG where the file itself would be too large.

    Raises InvalidInput for one that stays too large.
    """
    kind = _kind(picture)
    uri = _uri(picture, kind)
    if len(uri) <= MOST_PICTURE_BYTES:
        return uri
    out = BytesIO()
    with Image.open(BytesIO(picture)) as image:
        image.convert("RGB").save(out, "JPEG", quality=95)
    uri = _uri(out.getvalue(), "jpeg")
    if len(uri) > MOST_PICTURE_BYTES:
        limit = f"{MOST_PICTURE_BYTES // 1_000_000} MB when sent"
        raise InvalidInput("settings.source", f"has {len(uri)} bytes when sent", limit)
    return uri


def _uri(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _kind(data: bytes) -> str:
    if data.startswith(b"\xff\xd8"):
        return "jpeg"
    return "webp" if data[8:12] == b"WEBP" else "png"


def _size_of(picture: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(picture)) as image:
        size: tuple[int, int] = image.size
    return size


def _prompt(request: GenerateRequest) -> str:
    text = request.compiled.text.strip()
    length = len(text.encode("utf-16-le")) // 2
    if length > LONGEST_PROMPT:
        problem = f"has {length} characters with what the persona adds"
        raise InvalidInput("prompt", problem, f"{LONGEST_PROMPT} for Runway")
    return text
