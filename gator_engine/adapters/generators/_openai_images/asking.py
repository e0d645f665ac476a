"""One picture from `images/generations` or `images/edits`, in the words and sizes they take.

Parameters, reply and error codes as in OpenAI's API reference (read 2026-11-22); other servers
speak the same with fewer fields, so nothing is sent that was not asked for.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from gator_engine.adapters.generators._remote.pictures import (
    Shown,
    alt_text,
    checked,
    png_with_mask,
    shown,
    size_note,
)
from gator_engine.adapters.web.guard import Network, origin
from gator_engine.adapters.web.wire import Answer, Errors, Wire, connected
from gator_engine.config import Settings
from gator_engine.domain.briefs import CompiledPrompt
from gator_engine.errors import AuthExpired, Rejected, Transient
from gator_engine.ports import GeneratedFile, GenerateRequest

OPERATION = "make a picture"
MOST_BYTES = 96 * 1024 * 1024
_SIZE_STEP = 16  # Latent models work on multiples of this many pixels.


def _said(body: Any) -> tuple[str, str]:
    """Code and message of `{"error": {"code", "type", "message"}}`."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return "", str(error or "")[:300]
    return str(error.get("code") or error.get("type") or ""), str(error.get("message") or "")[:600]


_ERRORS = Errors(
    read=_said,
    table={
        # No credit left is a refusal that waiting does not change.
        (429, "insufficient_quota"): Rejected,
        (0, "billing_hard_limit_reached"): Rejected,
        # It says itself that nothing was made. A 504 does not: that outcome is unknown.
        (500, ""): Transient,
        (502, ""): Transient,
        (503, ""): Transient,
    },
)


@dataclass
class Provider:
    """The service of the settings, asked for the pictures of one request."""

    settings: Settings
    request: GenerateRequest
    options: Mapping[str, Any]
    _notes: dict[str, None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The service as people know it: its host."""
        return urlsplit(self.settings.image_api_url).hostname or "the service"

    @property
    def model(self) -> str:
        """The model asked for."""
        return str(self.options["model"]).strip() or self.settings.image_api_model

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person must know about the result, each once."""
        return tuple(self._notes)

    def make(self, seed: int) -> GeneratedFile:
        """The picture of a seed, where the service knows seeds; any picture otherwise."""
        told = self._words(seed)
        answer = self._ask(told)
        first = self._first(answer)
        data = self._data(first)
        made = checked(data, self.settings.max_image_megapixels * 1e6, self.name)
        picture = shown(data, made, self.request.size, str(self.options["fit"]))
        self._remark(picture)
        parameters = {**_plain(told), **_reported(answer.data, first), **_sizes(picture)}
        told_of = alt_text(self.request)
        return GeneratedFile(picture.data, seed, told_of, parameters, picture.received)

    def _words(self, seed: int) -> dict[str, Any]:
        width, height = size_for(self.request.size, self.settings.image_api_sizes)
        told: dict[str, Any] = {
            "model": self.model,
            "prompt": prompt_for(self.request.compiled),
            "n": 1,
            "size": f"{width}x{height}",
        }
        if quality := str(self.options["quality"]).strip():
            told["quality"] = quality
        if self.settings.image_api_takes_seed:
            told["seed"] = seed
        return told

    def _ask(self, told: Mapping[str, Any]) -> Answer:
        files = self._pictures()
        try:
            with self._connected() as wire:
                if not files:
                    return wire.call(
                        OPERATION, "POST", "images/generations", final=True, json=dict(told)
                    )
                fields = {name: str(value) for name, value in told.items()}
                return wire.call(
                    OPERATION, "POST", "images/edits", final=True, data=fields, files=files
                )
        except AuthExpired as error:
            raise AuthExpired(
                self.name,
                OPERATION,
                f"GATOR_IMAGE_API_KEY is not accepted: {error.message}",
                code=error.code,
                correlation_id=error.correlation_id,
            ) from error

    def _connected(self, *, with_key: bool = True) -> AbstractContextManager[Wire]:
        settings = self.settings
        # The configured address may be private (a server of one's own); addresses that replies
        # name may not, unless they lead back to it.
        network = Network(
            timeout_s=settings.image_timeout_s,
            allow_private=settings.allow_private_urls,
            sandbox_url=settings.image_api_url,
        )
        key = settings.image_api_key.get_secret_value() if with_key else ""
        return connected(
            self.name,
            f"{settings.image_api_url.rstrip('/')}/",
            network,
            _ERRORS,
            key,
            field="url",
            most_bytes=MOST_BYTES,
        )

    def _pictures(self) -> list[tuple[str, tuple[str, bytes, str]]]:
        """The multipart files: the picture to edit first, then the references, then the mask."""
        source, mask = (self.request.pictures.get(name) for name in ("source", "mask"))
        if source and mask:
            source, mask = png_with_mask(source, mask)
        found = [one for one in (source, *self.request.references) if one]
        name = "image" if len(found) == 1 else "image[]"
        files = [
            (name, (f"picture-{number}.{_ending(one)}", one, f"image/{_kind(one)}"))
            for number, one in enumerate(found)
        ]
        if mask:
            files.append(("mask", ("mask.png", mask, "image/png")))
        return files

    def _first(self, answer: Answer) -> Mapping[str, Any]:
        rows = answer.data.get("data") if isinstance(answer.data, dict) else None
        if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
            raise self._rejected("The answer holds no picture.")
        return rows[0]

    def _data(self, row: Mapping[str, Any]) -> bytes:
        if isinstance(encoded := row.get("b64_json"), str):
            try:
                return base64.b64decode(encoded, validate=True)
            except binascii.Error as error:
                raise self._rejected("The picture in the answer is damaged.") from error
        url = row.get("url")
        if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
            raise self._rejected("The answer holds neither a picture nor its address.")
        # The key goes back to its own host and to nobody else.
        own = origin(url) == origin(self.settings.image_api_url)
        with self._connected(with_key=own) as wire:
            return wire.fetch("fetch the picture", url)

    def _rejected(self, problem: str) -> Rejected:
        return Rejected(self.name, OPERATION, problem, code="bad_answer")

    def _remark(self, picture: Shown) -> None:
        if note := size_note(picture, self.request.size):
            self._notes[note] = None
        if not self.settings.image_api_takes_seed:
            self._notes["This service takes no seed: the same brief gives another picture."] = None
        if any(part.weight != 1.0 for part in self.request.compiled.fragments):
            self._notes["This service takes no weights: all parts count alike."] = None


def prompt_for(compiled: CompiledPrompt) -> str:
    """The prompt with what to keep out as its last sentence: the API has no field for that."""
    unwanted = compiled.negative_text
    return f"{compiled.text}\n\nDo not show: {unwanted}." if unwanted else compiled.text


def size_for(wanted: tuple[int, int], offered: str) -> tuple[int, int]:
    """The offered size ("1024x1024,1536x1024") nearest in shape, the larger of equals.

    Where "any" goes, it is `wanted` itself, in steps of 16 pixels rounded down.
    """
    if offered == "any":
        return (wanted[0] // _SIZE_STEP * _SIZE_STEP, wanted[1] // _SIZE_STEP * _SIZE_STEP)
    sizes = [parse_size(one) for one in offered.split(",")]
    shape = math.log(wanted[0] / wanted[1])
    return min(sizes, key=lambda size: (abs(math.log(size[0] / size[1]) - shape), -size[0]))


def parse_size(text: str) -> tuple[int, int]:
    """ "1536x1024" → (1536, 1024). The settings have checked the form."""
    width, _, height = text.strip().partition("x")
    return int(width), int(height)


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "n"}


def _reported(body: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """What the service says it did and used; nothing when it does not say."""
    usage = body.get("usage")
    found: dict[str, Any] = {}
    if isinstance(usage, dict):
        found["usage"] = {k: v for k, v in usage.items() if isinstance(v, int | float)}
    for source in (body, usage):
        if isinstance(source, dict) and isinstance(source.get("cost"), int | float):
            found["cost"] = source["cost"]
    if isinstance(revised := row.get("revised_prompt"), str):
        found["revised_prompt"] = revised[:8000]
    return found


def _sizes(picture: Shown) -> dict[str, Any]:
    names = ("width", "height", "shown_width", "shown_height")
    return dict(zip(names, (*picture.made, *picture.kept), strict=True))


def _kind(data: bytes) -> str:
    if data.startswith(b"\xff\xd8"):
        return "jpeg"
    return "webp" if data[8:12] == b"WEBP" else "png"


def _ending(data: bytes) -> str:
    return {"jpeg": "jpg"}.get(_kind(data), _kind(data))
