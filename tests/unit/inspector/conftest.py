"""Pictures made in code, and an inspector with the default limits."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from gator_engine.adapters.media.inspector import PillowInspector
from gator_engine.config import Settings

Encode = Callable[..., bytes]


@pytest.fixture
def inspector() -> PillowInspector:
    return PillowInspector(Settings(max_upload_mb=5, max_image_megapixels=4))


@pytest.fixture
def encode() -> Encode:
    """Bytes of a picture of the given size and format: gradients, so that there is detail."""

    def made(form: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
        across = Image.linear_gradient("L").resize(size)
        down = Image.linear_gradient("L").rotate(90).resize(size)
        out = BytesIO()
        Image.merge("RGB", (across, down, across)).save(out, form, **options)
        return out.getvalue()

    return made
