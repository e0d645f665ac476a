"""The rooms beside the renderer, as it finds them unless it is given others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gator_engine.adapters.render.contracts import (
    KeysSound,
    Layer,
    Mixed,
    Mixes,
    OpensSources,
    Painter,
    PaintsCaptions,
    PaintsTitles,
    PictureSource,
    ReadsPictures,
)
from gator_engine.domain.timeline import Timeline
from gator_engine.domain.video.captions import Captions
from gator_engine.domain.video.titles import Title
from gator_engine.ports.generation import Run
from gator_engine.ports.video import MediaFile


def _open_source(
    file: MediaFile, *, within: tuple[int, int], background: str = "#000000"
) -> PictureSource:
    from gator_engine.adapters.render.sources import open_source

    return open_source(file, within=within, background=background)


def _read_rgba(path: Path, within: tuple[int, int]) -> tuple[Any, tuple[int, int]]:
    from gator_engine.adapters.render.sources.stills import read_rgba

    return read_rgba(path, within)


def _captions(captions: Captions, frame: tuple[int, int]) -> Painter:
    from gator_engine.adapters.render.text import CaptionPainter

    return CaptionPainter(captions, frame)


def _title(title: Title, frame: tuple[int, int]) -> Layer:
    from gator_engine.adapters.render.text import paint_title

    return paint_title(title, frame)


def _sound_key(timeline: Timeline, media: Mapping[str, MediaFile], audio_kbps: int) -> str:
    from gator_engine.adapters.render.sound import sound_key

    return sound_key(timeline, media, audio_kbps)


def _mix(
    timeline: Timeline, media: Mapping[str, MediaFile], path: Path, audio_kbps: int, run: Run
) -> Mixed:
    from gator_engine.adapters.render.sound import mix

    return mix(timeline, media, path, audio_kbps, run)


@dataclass(frozen=True)
class Tools:
    """What reads pictures, paints text and mixes sound for one renderer; loaded at first use."""

    open_source: OpensSources = _open_source
    read_rgba: ReadsPictures = _read_rgba
    captions: PaintsCaptions = _captions
    title: PaintsTitles = _title
    sound_key: KeysSound = _sound_key
    mix: Mixes = _mix
