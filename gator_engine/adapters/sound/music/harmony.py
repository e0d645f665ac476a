"""Chords of a key, and voices that move between them by the smallest steps.

Pitches are MIDI numbers (69 is a' at 440 Hz). Degrees count from 1, as musicians write them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
Voicing = tuple[int, ...]


def hertz(pitch: float) -> float:
    """Frequency of a pitch in equal temperament."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def scale_pitch(root: int, scale: Sequence[int], degree: int) -> int:
    """The pitch on a degree of the scale; degrees beyond 7 and below 1 go on in other octaves."""
    octave, step = divmod(degree - 1, 7)
    return root + 12 * octave + scale[step]


def chord(root: int, scale: Sequence[int], degree: int, voices: int) -> Voicing:
    """Thirds stacked on a degree: three voices are a triad, four a seventh chord."""
    return tuple(scale_pitch(root, scale, degree + 2 * voice) for voice in range(voices))


def led(chords: Sequence[Voicing], centre: int) -> list[Voicing]:
    """The chords, each in the inversion nearest to the one before it and to `centre`.

    So common notes stay, the others move by step, and the whole keeps its register.
    """
    found: list[Voicing] = []
    for pitches in chords:
        choices = _inversions(pitches, centre)
        before = found[-1] if found else None
        found.append(min(choices, key=lambda one: _effort(one, before, centre)))
    return found


def _inversions(pitches: Voicing, centre: int) -> list[Voicing]:
    """Close positions around `centre`, from every note of the chord upwards."""
    found = []
    for turn in range(len(pitches)):
        rotated = [*pitches[turn:], *(pitch + 12 for pitch in pitches[:turn])]
        for low, high in pairwise(range(len(rotated))):
            while rotated[high] <= rotated[low]:
                rotated[high] += 12
        middle = sum(rotated) / len(rotated)
        shift = 12 * round((centre - middle) / 12)
        found += [tuple(pitch + shift + move for pitch in rotated) for move in (-12, 0, 12)]
    return found


def _effort(voicing: Voicing, before: Voicing | None, centre: int) -> float:
    """How far the voices move, and how far they are from home."""
    home = abs(sum(voicing) / len(voicing) - centre)
    if before is None:
        return home
    return sum(abs(a - b) for a, b in zip(voicing, before, strict=True)) + 0.8 * home
