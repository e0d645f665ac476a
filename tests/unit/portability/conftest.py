"""Files of personas, made in code."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from gator_engine.adapters.portability import PortableFiles
from gator_engine.config import Settings
from gator_engine.ports import CardFacts


@pytest.fixture(scope="session")
def files() -> PortableFiles:
    return PortableFiles(Settings(max_upload_mb=5))


@pytest.fixture(scope="session")
def facts() -> CardFacts:
    return CardFacts(3, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture(scope="session")
def png() -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((24, 32)).save(out, "PNG")
    return out.getvalue()
