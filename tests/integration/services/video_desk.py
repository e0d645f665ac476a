"""A studio with a stand-in for the renderer, and small real films, pictures and sounds."""

from __future__ import annotations

import io
import shutil
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from gator_engine import Persona, Studio, open_studio
from gator_engine.domain.assets import Asset, Origin, Provenance
from gator_engine.domain.projects import Project
from gator_engine.services.library import NewAsset
from gator_engine.services.projects import Projects
from tests.fakes import FakeRenderer
from tests.integration.services.conftest import MovableClock
from tests.media.sources.films import film, numbered


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (90, 160), colour).save(out, "PNG")
    return out.getvalue()


def sound(seconds: float) -> bytes:
    """A quiet square wave, 8 kHz mono."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((b"\x00\x08" * 20 + b"\x00\xf8" * 20) * round(seconds * 200))
    return out.getvalue()


@pytest.fixture(scope="session")
def a_film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds with ten frames each."""
    return film(tmp_path_factory.mktemp("film") / "a.mp4", numbered(20)).read_bytes()


@dataclass
class VideoDesk:
    """What the tests of video projects share."""

    studio: Studio
    clock: MovableClock
    persona: Persona
    renderer: FakeRenderer

    @property
    def projects(self) -> Projects:
        return self.studio.projects

    def uploaded(self, *colours: str) -> list[Asset]:
        return [self.studio.library.upload(picture(c), f"{c}.png") for c in colours]

    def made_by_ai(self, colour: str) -> Asset:
        made = Provenance(Origin.AI_GENERATED, "Picture", model="m")
        return self.studio.library.keep(NewAsset(picture(colour), made, title=colour))

    def heard(self, seconds: float) -> Asset:
        return self.studio.library.upload(sound(seconds), f"{seconds:g}.wav")

    def slides(self, *colours: str) -> Project:
        ids = [asset.id for asset in self.uploaded(*(colours or ("red", "blue", "lime")))]
        return self.projects.from_assets(self.persona.id, ids, "Bowls")


@pytest.fixture
def video(tmp_path: Path, migrated: Path, a_film: bytes) -> Iterator[VideoDesk]:
    clock, renderer = MovableClock(), FakeRenderer(a_film)
    home = tmp_path / "studio"
    home.mkdir()
    shutil.copy(migrated, home)
    adapters = {"clock": clock, "renderer": renderer}
    with open_studio(home=home, queue="inline", adapters=adapters) as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile)
        yield VideoDesk(studio, clock, persona, renderer)
