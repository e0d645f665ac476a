"""Content ratings by an image-classification model of transformers in a folder of the person's."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from PIL import Image, UnidentifiedImageError

from gator_engine.adapters.rating._labels import RaterSettings, summed, torch_device
from gator_engine.config import Settings
from gator_engine.domain.personas import Rating
from gator_engine.errors import InvalidInput


class TransformersClassifier:
    """Rates pictures; the model stays loaded."""

    def __init__(self, settings: Settings) -> None:
        self._given = RaterSettings(
            settings.rating_model,
            settings.rating_labels,
            "GATOR_RATING_MODEL",
            "GATOR_RATING_LABELS",
            "pictures",
            "an image classifier",
        )
        self._device = settings.device
        self._loaded: tuple[Any, Any, Mapping[int, Rating]] | None = None
        self._lock = Lock()

    @property
    def name(self) -> str:
        """What the judgements are signed with: the folder's name."""
        return self._given.name

    def missing(self) -> str:
        """What to install or set before pictures can be rated; "" when ready."""
        return self._given.missing()

    def classify(self, pictures: Sequence[bytes]) -> Sequence[tuple[Rating, float]]:
        """Rating and confidence of each: the sum over the labels that mean it, softmax over all.

        Raises ConfigError for a model that cannot be loaded or labels without a rating,
        InvalidInput for bytes that are no picture.
        """
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return [self._rate(*self._loaded, picture) for picture in pictures]

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
            return summed(logits.float().softmax(-1).tolist(), meaning)

    def _load(self) -> tuple[Any, Any, Mapping[int, Rating]]:
        from transformers import AutoImageProcessor, AutoModelForImageClassification

        processors: Any = AutoImageProcessor
        models: Any = AutoModelForImageClassification
        with self._given.loading() as folder:
            processor = processors.from_pretrained(folder, backend="pil", local_files_only=True)
            # Other weight files are pickles, which can run code.
            model = models.from_pretrained(folder, use_safetensors=True, local_files_only=True)
        names = {int(number): label for number, label in model.config.id2label.items()}
        return processor, model.to(torch_device(self._device)).eval(), self._given.meaning(names)
