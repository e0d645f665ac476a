"""Pictures as vectors, by the image tower of a CLIP, SigLIP or DINOv2 model.

These models are free for commercial use (CLIP: MIT; SigLIP, DINOv2: Apache-2.0), unlike the packs
of face recognition that are commonly used for this. torch and transformers load on first use.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from gator_engine.config import Settings
from gator_engine.errors import InvalidInput

if TYPE_CHECKING:
    from gator_engine.adapters.embedding._towers import Tower

# References are compared again and again; one vector takes some kilobytes.
_REMEMBERED = 512


class TransformersImageEmbedder:
    """Embeds pictures; the model stays loaded, and vectors of known pictures are remembered."""

    def __init__(self, settings: Settings) -> None:
        self._name, self._device = settings.identity_model, settings.device
        self._tower: Tower | None = None
        self._known: OrderedDict[str, tuple[float, ...]] = OrderedDict()
        self._lock = Lock()

    @property
    def model(self) -> str:
        """The folder or hub id."""
        return self._name

    def missing(self) -> str:
        """What to install or set before likeness can be measured; "" when ready."""
        absent = [name for name in ("torch", "transformers") if not find_spec(name)]
        if absent:
            return f"Measuring likeness needs {' and '.join(absent)}, which is not installed."
        if not self._name:
            return (
                "No model measures likeness. Set GATOR_IDENTITY_MODEL to the folder of a CLIP,"
                " SigLIP or DINOv2 model, or to a hub id such as facebook/dinov2-base."
            )
        if self._name.startswith((".", "~", "/")) and not Path(self._name).expanduser().is_dir():
            return f"GATOR_IDENTITY_MODEL names {self._name}, which is not a folder."
        return ""

    def embed(self, pictures: Sequence[bytes]) -> Sequence[Sequence[float]]:
        """One vector of length 1 per picture.

        Raises InvalidInput for bytes that are no picture, or without a model; Rejected or
        Transient when the model cannot be loaded.
        """
        missing = self.missing()
        if missing:
            raise InvalidInput("identity_model", missing)
        with self._lock:
            return [self._vector(picture) for picture in pictures]

    def _vector(self, picture: bytes) -> tuple[float, ...]:
        key = hashlib.sha256(picture).hexdigest()
        if key not in self._known:
            self._known[key] = self._loaded().embed(picture)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def _loaded(self) -> Tower:
        if self._tower is None:
            from gator_engine.adapters.embedding._towers import Tower

            self._tower = Tower(self._name, self._device)
        return self._tower
