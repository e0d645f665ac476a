"""The beds: their key, pace, harmonies and players."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gator_engine.adapters.sound.music.harmony import MAJOR, MINOR
from gator_engine.adapters.sound.music.parts import (
    Part,
    arpeggio,
    bass_line,
    chords,
    drums,
    melody,
    stabs,
    surface,
)

QUARTERS = (0.0, 1.0, 2.0, 3.0)
EIGHTHS = tuple(step / 2 for step in range(8))
SIXTEENTHS = tuple(step / 4 for step in range(16))
OFFBEATS = (0.5, 1.5, 2.5, 3.5)


@dataclass(frozen=True)
class Style:
    """How a bed is made. `root` is the key note (MIDI); progressions are degrees, a bar each."""

    slug: str
    label: str
    mood: str
    bpm: float
    root: int
    scale: Sequence[int]
    progressions: Sequence[Sequence[int]]
    parts: Sequence[Part]
    voices: int = 3
    centre: int = 62
    swing: float = 0.0


def _running(interval: int) -> tuple[tuple[float, float, int], ...]:
    """Sixteenths that leave room for the kick drum."""
    return tuple(
        (beat, 0.25, interval if number % 8 == 6 else 0)
        for number, beat in enumerate(SIXTEENTHS)
        if number % 4
    )


STYLES: dict[str, Style] = {
    style.slug: style
    for style in (
        Style(
            "calm",
            "Still Water",
            "calm",
            72,
            50,
            MAJOR,
            ((1, 6, 4, 5), (1, 3, 4, 1), (4, 1, 6, 5)),
            (
                chords("pad", 0.34, room=0.5),
                arpeggio("keys", 0.42),
                bass_line("bass", 0.42, ((0, 2.6, 0), (3, 0.9, 7))),
                drums({"shaker": (0.48, EIGHTHS), "kick": (0.42, (0.0, 2.0))}),
                melody("bell", 0.2),
            ),
            voices=4,
        ),
        Style(
            "bright",
            "Open Window",
            "bright",
            116,
            55,
            MAJOR,
            ((1, 5, 6, 4), (1, 4, 6, 5), (6, 4, 1, 5)),
            (
                chords("pad", 0.2, room=0.35),
                stabs("pluck", 0.3, (0, 1.5, 2, 3.5)),
                bass_line("bass", 0.5, ((0, 0.9, 0), (1.5, 0.5, 0), (2, 0.9, 0), (3.5, 0.5, 7))),
                drums(
                    {
                        "kick": (0.85, (0.0, 2.0, 2.5)),
                        "clap": (0.57, (1.0, 3.0)),
                        "hat": (0.52, EIGHTHS),
                    }
                ),
                drums({"shaker": (0.36, QUARTERS)}, least=1),
                melody("bell", 0.26),
            ),
        ),
        Style(
            "driving",
            "Night Drive",
            "driving",
            124,
            57,
            MINOR,
            ((1, 6, 3, 7), (1, 4, 6, 7), (6, 7, 1, 1)),
            (
                chords("pad", 0.26, room=0.3),
                arpeggio("pluck", 0.22, each=0.25, least=1),
                bass_line("pulse_bass", 0.5, _running(12)),
                drums(
                    {
                        "kick": (0.95, QUARTERS),
                        "clap": (0.54, (1.0, 3.0)),
                        "open_hat": (0.44, OFFBEATS),
                        "hat": (0.34, SIXTEENTHS),
                    }
                ),
                drums({"kick": (0.6, QUARTERS)}, least=1),
                melody("keys", 0.3),
            ),
        ),
        Style(
            "lofi",
            "Late Shift",
            "lo-fi",
            78,
            53,
            MAJOR,
            ((2, 5, 1, 6), (4, 3, 2, 1), (1, 6, 2, 5)),
            (
                stabs("keys", 0.36, (0, 2.5)),
                chords("pad", 0.1, room=0.3, least=2),
                bass_line("bass", 0.5, ((0, 1.4, 0), (1.5, 0.4, 0), (2.5, 1.2, 7))),
                drums(
                    {
                        "kick": (0.8, (0.0, 1.5, 2.5)),
                        "snare": (0.52, (1.0, 3.0)),
                        "hat": (0.44, EIGHTHS),
                    }
                ),
                melody("marimba", 0.3, centre=74),
                surface(0.35),
            ),
            voices=4,
            centre=60,
            swing=0.12,
        ),
        Style(
            "cinematic",
            "Far Horizon",
            "cinematic",
            90,
            48,
            MINOR,
            ((1, 6, 3, 7), (1, 4, 6, 5), (6, 3, 7, 1)),
            (
                chords("strings", 0.34, room=0.5),
                arpeggio("piano", 0.5, up=12),
                bass_line("bass", 0.42, ((0, 3.8, 0),)),
                drums({"drum": (0.8, (0.0, 1.5, 3.0))}, pitch=38),
                drums({"drum": (0.45, (0.5, 2.0, 2.5, 3.5))}, least=3, pitch=43),
                drums({"shaker": (0.36, EIGHTHS)}, least=3),
                melody("strings", 0.3),
            ),
            voices=3,
            centre=60,
        ),
        Style(
            "playful",
            "Paper Planes",
            "playful",
            104,
            60,
            MAJOR,
            ((1, 4, 2, 5), (1, 6, 4, 5), (1, 5, 4, 5)),
            (
                arpeggio("marimba", 0.5, up=12),
                stabs("pluck", 0.22, OFFBEATS),
                bass_line("bass", 0.5, ((0, 0.5, 0), (1, 0.5, 7), (2, 0.5, 0), (3, 0.5, 7))),
                drums(
                    {
                        "kick": (0.75, (0.0, 2.0)),
                        "snap": (0.6, (1.0, 3.0)),
                        "shaker": (0.6, EIGHTHS),
                    }
                ),
                drums({"snap": (0.48, (1.0, 3.0))}, least=1),
                melody("bell", 0.24, centre=79),
            ),
            swing=0.06,
        ),
    )
}
