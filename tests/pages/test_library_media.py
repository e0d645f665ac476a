"""Films, sounds and subtitles on the library's pages, and where they have no place."""

from __future__ import annotations

from pathlib import Path

import pytest

from gator_engine import Studio
from gator_engine.domain.assets import AssetKind
from gator_engine.domain.posts import PostMedia
from pages._ui.words import length
from tests.media.sources.films import ffmpeg, film, numbered
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, words
from tests.pages.seeded import Seeded

SRT = "1\n00:00:01,000 --> 00:00:02,500\nGrüß Gott\n"


@pytest.fixture
def files(seeded: Seeded, studio: Studio, tmp_path: Path) -> dict[AssetKind, str]:
    """One of each kind besides pictures: their ids."""
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=75:r=8000", str(tmp_path / "a.mp3"))
    frames = film(tmp_path / "a.mkv", numbered(8))
    given = {
        "a.mkv": frames.read_bytes(),
        "a.mp3": (tmp_path / "a.mp3").read_bytes(),
        "a.srt": SRT.encode("cp1252"),
    }
    kept = [studio.library.upload(data, name, title=name) for name, data in given.items()]
    return {asset.facts.kind: asset.id for asset in kept}


def test_lengths_are_said_as_players_say_them() -> None:
    said = {0.25: "0.2 s", 9.96: "10.0 s", 10: "0:10", 75.4: "1:15", 3600: "1:00:00"}
    assert {seconds: length(seconds) for seconds in said} == said


def test_the_grid_says_what_each_thumbnail_stands_for(
    files: dict[AssetKind, str], open_page: Open
) -> None:
    page = open_page("library")
    assert_calm(page)
    said = words(page)
    for label in ("Video, 0.8 s", "Sound, 1:15", "Subtitles, 2.5 s"):
        assert f'aria-label="{label}"' in said
    assert said.count('class="g-badge"') == 3


def test_films_and_sounds_play_and_subtitles_are_read(
    files: dict[AssetKind, str], open_page: Open
) -> None:
    film_page = open_page("library", asset=files[AssetKind.VIDEO])
    assert_calm(film_page)
    said = words(film_page)
    assert '<video class="g-player" controls' in said
    assert "64 × 48 px" in said
    assert "Some browsers cannot play MKV files" in said
    sound = words(open_page("library", asset=files[AssetKind.AUDIO]))
    assert '<audio class="g-player" controls' in sound
    assert "1:15" in sound
    assert "Grüß Gott" in words(open_page("library", asset=files[AssetKind.SUBTITLE]))


def test_a_player_keeps_its_address_when_the_page_runs_again(
    files: dict[AssetKind, str], open_page: Open
) -> None:
    """Another address would start the film from its beginning after every click."""
    page = open_page("library", asset=files[AssetKind.VIDEO])

    def player() -> str:
        return next(line for line in words(page).splitlines() if "<video" in line)

    before = player()
    page.run()
    assert player() == before


def test_the_composer_offers_no_films_and_says_who_takes_none(
    files: dict[AssetKind, str], seeded: Seeded, studio: Studio, open_page: Open
) -> None:
    asset = studio.library.get(files[AssetKind.VIDEO])
    persona = studio.personas.list()[0]
    media = (PostMedia(asset.id, "A clip"),)
    post = studio.composing.draft(persona.id, "Watch this", media=media)
    page = open_page("schedule", post=post.id)
    assert_calm(page)
    assert "takes none from here yet" in words(page)
    assert not [one for one in page.button if one.key and f":add:{asset.id}" in one.key]
