"""Speech: how many times quicker than real time each installed voice reads a script."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from gator_engine.adapters.voices import discover
from gator_engine.adapters.voices._waves import RATE, samples_of
from gator_engine.adapters.voices.narrator import SentenceNarrator
from gator_engine.config import Settings, load_settings
from gator_engine.domain.video.script import VoiceChoice
from gator_engine.ports import SpeechRequest, VoiceEngine

SCRIPT = (
    "Every bowl begins as a lump of clay. I wedge it, centre it, and open it with two thumbs. "
    "The walls come up in three slow pulls. Then it dries for a week, and the kiln does the rest. "
    "What comes out is never quite what went in, and that is the part I love."
)
WARM_UP = "Good morning."


class _Unwatched:
    """A run that nobody follows."""

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        """Nothing is shown."""

    def check(self) -> None:
        """Nobody stops it."""


def run(quick: bool) -> dict[str, Any]:
    """`x_realtime` and `cpu_s` by engine; engines that are not ready say what they miss.

    `narrated` is the whole way: sentences, trimming, levelling, and joining, and the same again
    from the cache.
    """
    repeats = 3 if quick else 7
    settings = load_settings()
    figures: dict[str, Any] = {}
    for engine in discover(settings):
        missing = engine.missing()
        figures[engine.slug] = {"missing": missing} if missing else _measured(engine, repeats)
    return {"engines": figures, "narrated": _narrated(repeats), "repeats": repeats}


def _measured(engine: VoiceEngine, repeats: int) -> dict[str, Any]:
    voices = engine.voices()
    near = [one for one in voices if one.language.lower().startswith("en-us")]
    voice = (near or [one for one in voices if one.language[:2] in ("en", "mu")] or voices)[0]
    engine.speak(SpeechRequest(WARM_UP, voice.slug, "en"))
    walls, length = [], 0.0
    for _ in range(repeats):
        began = time.perf_counter()
        said = engine.speak(SpeechRequest(SCRIPT, voice.slug, "en"))
        walls.append(time.perf_counter() - began)
        length = len(samples_of(said.wav, engine.label)) / RATE
    wall = statistics.median(walls)
    return {
        "voice": voice.slug,
        "x_realtime": round(length / wall, 1),
        "sound_s": round(length, 2),
        "wall_s": round(wall, 4),
    }


def _narrated(repeats: int) -> dict[str, Any]:
    fresh, cached, length = [], [], 0.0
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as home:
            narrator = SentenceNarrator(Settings(home=Path(home)))
            choice = narrator.choose(VoiceChoice("espeak"))
            for walls in (fresh, cached):
                began = time.perf_counter()
                length = narrator.narrate(SCRIPT, choice, _Unwatched()).duration_s
                walls.append(time.perf_counter() - began)
    return {
        "engine": "espeak",
        "x_realtime": round(length / statistics.median(fresh), 1),
        "cached_x_realtime": round(length / statistics.median(cached), 1),
        "sound_s": round(length, 2),
    }
