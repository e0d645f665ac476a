"""Content ratings by an image-classification model of transformers in a folder of the person's.

Which of the model's labels means which rating is a setting: guessing it from the label's words
would be a guess about people's pictures. torch and transformers load on first use.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from PIL import Image, UnidentifiedImageError

from gator_engine.config import Settings
from gator_engine.domain.personas import Rating
from gator_engine.errors import ConfigError, InvalidInput

MODEL, LABELS = "GATOR_RATING_MODEL", "GATOR_RATING_LABELS"


class TransformersClassifier:
    """Rates pictures; the model stays loaded."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.rating_model
        self._labels, self._device = settings.rating_labels, settings.device
        self._loaded: tuple[Any, Any, Mapping[int, Rating]] | None = None
        self._lock = Lock()

    @property
    def name(self) -> str:
        """What the judgements are signed with: the folder's name."""
        return Path(self._folder).expanduser().name

    def missing(self) -> str:
        """What to install or set before pictures can be rated; "" when ready."""
        absent = [package for package in ("torch", "transformers") if not find_spec(package)]
        if absent:
            return f"Rating by a model needs {' and '.join(absent)}, which is not installed."
        if not self._folder:
            return f"No model rates pictures. Set {MODEL} to the folder of an image classifier."
        if not (Path(self._folder).expanduser() / "config.json").is_file():
            return f"{MODEL} names {self._folder}, which holds no model (config.json)."
        if not self._labels:
            return f"Say in {LABELS} which of the model's labels means which rating."
        return ""

    def classify(self, pictures: Sequence[bytes]) -> Sequence[tuple[Rating, float]]:
        """Rating and confidence of each: the sum over the labels that mean it, softmax over all.

        Raises ConfigError for a model that cannot be loaded or labels without a rating,
        InvalidInput for bytes that are no picture.
        """
        with self._lock:
            processor, model, meaning = self._model()
            return [self._rate(processor, model, meaning, picture) for picture in pictures]

    def _rate(
        self, processor: Any, model: Any, meaning: Mapping[int, Rating], picture: bytes
    ) -> tuple[Rating, float]:
        import torch

        try:
            image = Image.open(io.BytesIO(picture)).convert("RGB")
        except (UnidentifiedImageError, OSError) as error:
            raise InvalidInput("picture", "is not a picture that can be read") from error
        with torch.inference_mode():
            pixels = processor(images=image, return_tensors="pt")["pixel_values"]
            logits = model(pixel_values=pixels.to(model.device, model.dtype)).logits[0]
            shares = logits.float().softmax(-1).tolist()
        sums = dict.fromkeys(Rating, 0.0)
        for number, share in enumerate(shares):
            sums[meaning[number]] += share
        rating = max(sums, key=lambda each: sums[each])
        return rating, min(1.0, sums[rating])

    def _model(self) -> tuple[Any, Any, Mapping[int, Rating]]:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    def _load(self) -> tuple[Any, Any, Mapping[int, Rating]]:
        import torch
        from transformers import AutoImageProcessor, AutoModelForImageClassification

        folder = str(Path(self._folder).expanduser())
        processors: Any = AutoImageProcessor
        models: Any = AutoModelForImageClassification
        try:
            processor = processors.from_pretrained(folder, backend="pil", local_files_only=True)
            # Other weight files are pickles, which can run code.
            model = models.from_pretrained(folder, use_safetensors=True, local_files_only=True)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
            raise ConfigError(
                MODEL, f"{folder} cannot be loaded: {first}", "Name a complete model folder."
            ) from error
        device = self._device
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        names = {int(number): label for number, label in model.config.id2label.items()}
        return processor, model.to(device).eval(), self._meaning(names)

    def _meaning(self, names: Mapping[int, str]) -> Mapping[int, Rating]:
        unknown = sorted(set(names.values()) - self._labels.keys())
        if unknown:
            raise ConfigError(
                LABELS,
                f"says nothing about the model's labels {', '.join(unknown)}.",
                'Give each a rating, as in {"normal": "general"}.',
            )
        return {number: Rating(self._labels[label]) for number, label in names.items()}
