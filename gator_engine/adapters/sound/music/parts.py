"""What each player does in a bar: chords, bass lines, arpeggios, melodies, drums.

A part is a function of a bar. Choices that hold for a whole piece come from its seed and the
part's name; those that change come from the seed and the bar's number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from gator_engine.adapters.sound.music.harmony import Voicing
from gator_engine.adapters.sound.music.mixdown import Note


@dataclass(frozen=True)
class Bar:
    """Four beats: where they are, the harmony in them, and how much is going on (0-3).

    Energy 0 is the last bar, which comes to rest. `ladder` are the pitches of the key that melodies
    use, upwards; `swing` delays every second eighth by that share of a beat.
    """

    number: int
    start: float
    beat: float
    voicing: Voicing
    root: int
    ladder: Sequence[int]
    energy: int
    seed: int
    swing: float = 0.0

    def at(self, beats: float) -> float:
        """Seconds of a point in the bar."""
        late = self.swing if round(beats * 2) % 2 and abs(beats * 2 % 1) < 1e-6 else 0.0
        return self.start + (beats + late) * self.beat

    def lasting(self, name: str) -> Random:
        """Chance that stays the same in the whole piece."""
        return Random(f"{self.seed} {name}")

    def changing(self, name: str) -> Random:
        """Chance that is new in every bar."""
        return Random(f"{self.seed} {self.number} {name}")


Part = Callable[[Bar], Iterator[Note]]


def chords(instrument: str, level: float, *, room: float = 0.3, least: int = 0) -> Part:
    """Held chords, spread over the room; the last one rings on."""

    def play(bar: Bar) -> Iterator[Note]:
        if bar.energy and bar.energy < least:
            return
        length = (4.0 if bar.energy else 5.5) * bar.beat
        for number, pitch in enumerate(bar.voicing):
            side = (number / (len(bar.voicing) - 1) - 0.5) * 1.2
            yield Note(bar.start, length, pitch, instrument, level, side, room)

    return play


def stabs(instrument: str, level: float, beats: Sequence[float], *, least: int = 1) -> Part:
    """Short chords on given beats, never quite equally hard."""

    def play(bar: Bar) -> Iterator[Note]:
        if bar.energy < least:
            if bar.energy == 0:
                for pitch in bar.voicing:
                    yield Note(bar.start, 3.5 * bar.beat, pitch, instrument, level, 0.0, 0.3)
            return
        chance = bar.changing(f"stabs {instrument}")
        for beat in beats:
            hard = level * chance.uniform(0.8, 1.0)
            for number, pitch in enumerate(bar.voicing):
                side = (number / (len(bar.voicing) - 1) - 0.5) * 0.7
                yield Note(bar.at(beat), 0.7 * bar.beat, pitch, instrument, hard, side, 0.2)

    return play


def arpeggio(
    instrument: str, level: float, *, each: float = 0.5, up: int = 12, least: int = 1
) -> Part:
    """The chord note by note in a pattern of the piece, every `each` beats."""

    def play(bar: Bar) -> Iterator[Note]:
        if bar.energy < least:
            return
        patterns = ((0, 1, 2, 3, 2, 1), (0, 2, 1, 3), (0, 1, 2, 1, 3, 1, 2, 1), (3, 2, 1, 0))
        pattern = bar.lasting(f"arpeggio {instrument}").choice(patterns)
        tones = [*bar.voicing, bar.voicing[0] + 12]
        for step in range(round(4 / each)):
            pitch = tones[pattern[step % len(pattern)] % len(tones)] + up
            accent = 1.0 if step * each % 1 == 0 else 0.72
            side = 0.45 if step % 2 else -0.45
            length = each * bar.beat * 1.6
            yield Note(bar.at(step * each), length, pitch, instrument, level * accent, side, 0.35)

    return play


def bass_line(instrument: str, level: float, steps: Sequence[tuple[float, float, int]]) -> Part:
    """Steps of (beat, length in beats, interval above the root); the last bar holds its root."""

    def play(bar: Bar) -> Iterator[Note]:
        if bar.energy == 0:
            yield Note(bar.start, 3.6 * bar.beat, bar.root, instrument, level, 0.0, 0.03)
        elif bar.energy > 1:
            for beat, length, interval in steps:
                pitch = bar.root + interval
                yield Note(bar.at(beat), length * bar.beat, pitch, instrument, level, 0.0, 0.03)
        else:
            yield Note(bar.start, 3.5 * bar.beat, bar.root, instrument, level * 0.8, 0.0, 0.03)

    return play


def melody(instrument: str, level: float, *, least: int = 3, centre: int = 76) -> Part:
    """A motif of the piece, walked along the key and resting on notes of the chord.

    It is heard for two bars and answered by silence for two, so that it stays in the background.
    """

    def play(bar: Bar) -> Iterator[Note]:
        if bar.energy < least or bar.number % 4 > 1:
            return
        chance = bar.lasting(f"melody {bar.number % 2}")
        rhythms = ((0, 1, 1.5, 2.5), (0, 0.5, 1.5, 3), (0.5, 1, 2, 3), (0, 1.5, 2, 3.5))
        rhythm = chance.choice(rhythms)
        near = [pitch for pitch in bar.ladder if abs(pitch - centre) <= 9]
        colours = {pitch % 12 for pitch in bar.voicing}
        place = near.index(min(near, key=lambda pitch: abs(pitch - centre)))
        for beat, after in zip(rhythm, [*rhythm[1:], 4.0], strict=True):
            place = max(0, min(len(near) - 1, place + chance.choice((-2, -1, -1, 1, 1, 2))))
            pitch = near[place]
            if beat == rhythm[0] or after == 4.0:
                pitch = min(
                    (one for one in near if one % 12 in colours),
                    key=lambda one, wanted=pitch: abs(one - wanted),  # type: ignore[misc]
                )
            length = (after - beat) * bar.beat * 0.9
            yield Note(bar.at(beat), length, pitch, instrument, level, 0.12, 0.4)

    return play


def drums(
    pattern: dict[str, tuple[float, Sequence[float]]], *, least: int = 2, pitch: int = 31
) -> Part:
    """Instruments by name with their level and beats; hits differ a little, the grid does not."""

    def play(bar: Bar) -> Iterator[Note]:
        if bar.energy < least:
            if bar.energy == 0:
                for name in pattern.keys() & {"kick", "drum"}:
                    yield Note(bar.start, 0.3, pitch, name, pattern[name][0], 0.0, 0.1)
            return
        for name, (level, beats) in sorted(pattern.items()):
            chance = bar.changing(f"drums {name}")
            firm = name in ("kick", "drum", "clap", "snare")
            for beat in beats:
                accent = 1.0 if beat % 1 == 0 or firm else 0.65
                hard = level * accent * chance.uniform(0.94 if firm else 0.8, 1.0)
                side = 0.0 if firm else chance.uniform(0.15, 0.4)
                room = 0.04 if name == "kick" else 0.14
                yield Note(bar.at(beat), 0.3, pitch, name, hard, side, room)

    return play


def surface(level: float) -> Part:
    """The crackle of a record under everything."""

    def play(bar: Bar) -> Iterator[Note]:
        yield Note(bar.start, 4 * bar.beat, bar.number % 5, "crackle", level, 0.0, 0.0)

    return play
