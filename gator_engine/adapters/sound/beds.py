"""Music beds: short pieces made by code, of any length, with the beats they were made on."""

from __future__ import annotations

import io
import math
import wave
from collections.abc import Iterator, Sequence
from random import Random

import numpy as np

from gator_engine.adapters.sound.music.harmony import chord, led, scale_pitch
from gator_engine.adapters.sound.music.mixdown import Note, mixed
from gator_engine.adapters.sound.music.parts import Bar
from gator_engine.adapters.sound.music.styles import STYLES, Style
from gator_engine.adapters.sound.reading import Samples
from gator_engine.domain.video.sound import SAMPLE_RATE, Beats
from gator_engine.errors import InvalidInput
from gator_engine.ports.video import Bed

SHORTEST_S, LONGEST_S = 1.0, 600.0
LICENCE = "CC0 1.0: made by Gator's own code from no recording; free for any use, no credit needed"
_FADE_S = 1.5


class SynthesisedBeds:
    """The beds of `music.styles`. See `MusicBeds`."""

    def beds(self) -> Sequence[Bed]:
        """See `MusicBeds`."""
        return [Bed(one.slug, one.label, one.mood, one.bpm, LICENCE) for one in STYLES.values()]

    def make(self, slug: str, duration_s: float, seed: int) -> tuple[bytes, Beats]:
        """See `MusicBeds`. A length of whole bars can be repeated without a seam."""
        style = STYLES.get(slug)
        if style is None:
            raise InvalidInput("bed", f"there is no {slug!r}", ", ".join(STYLES))
        if not SHORTEST_S <= duration_s <= LONGEST_S:
            limit = f"{SHORTEST_S:g}–{LONGEST_S:g} s"
            raise InvalidInput("duration_s", f"is {duration_s:g}", limit)
        samples, bar_s = round(duration_s * SAMPLE_RATE), 240 / style.bpm
        whole = abs(round(duration_s / bar_s) * bar_s - duration_s) < 0.5 / SAMPLE_RATE
        made = mixed(_notes(style, duration_s, seed), samples, wraps=whole)
        if not whole:
            _fade_out(made)
        return _wav(made), _beats(style, duration_s)


def _notes(style: Style, duration_s: float, seed: int) -> Iterator[Note]:
    """Every note of a piece: an opening, the body in progressions, and a bar of rest."""
    beat = 60 / style.bpm
    count = max(1, math.floor(duration_s / (4 * beat) + 1e-6))
    degrees = _degrees(style, count, seed)
    harmony = [chord(style.root, style.scale, degree, style.voices) for degree in degrees]
    ladder = [scale_pitch(style.root - 12, style.scale, degree) for degree in range(1, 43)]
    for number, voicing in enumerate(led(harmony, style.centre)):
        root = _low(scale_pitch(style.root, style.scale, degrees[number]))
        bar = Bar(
            number,
            number * 4 * beat,
            beat,
            voicing,
            root,
            ladder,
            _energy(number, count),
            seed,
            style.swing,
        )
        for part in style.parts:
            yield from part(bar)


def _degrees(style: Style, count: int, seed: int) -> list[int]:
    """A bar's chord each: two progressions in turn, and home at the end."""
    first, second = Random(f"{seed} progressions").sample(list(style.progressions), 2)
    order = [*first, *first, *second, *second]
    degrees = [order[number % len(order)] for number in range(count)]
    degrees[-1] = 1
    return degrees


def _energy(number: int, count: int) -> int:
    """How much goes on in a bar: little, then more, most in every second half; rest at the end."""
    if count > 2 and number == count - 1:
        return 0
    opening = 2 if count >= 10 else 1 if count >= 4 else 0
    if number < opening:
        return 1
    return 2 if (number - opening) % 8 < min(4, count // 3) else 3


def _low(pitch: int) -> int:
    """The same note between E1 and D#2, where a bass is at home."""
    return 28 + (pitch - 28) % 12


def _beats(style: Style, duration_s: float) -> Beats:
    beat = 60 / style.bpm
    times = tuple(number * beat for number in range(math.ceil(duration_s / beat - 1e-9)))
    return Beats(times, times[::4], style.bpm, exact=True)


def _fade_out(made: Samples) -> None:
    size = min(made.shape[1] // 2, round(_FADE_S * SAMPLE_RATE))
    made[:, -size:] *= np.cos(np.linspace(0, np.pi / 2, size, dtype=np.float32))


def _wav(made: Samples) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for start in range(0, made.shape[1], SAMPLE_RATE):
            block = made[:, start : start + SAMPLE_RATE].T * 32767
            file.writeframes(np.round(block).astype("<i2").tobytes())
    return out.getvalue()
