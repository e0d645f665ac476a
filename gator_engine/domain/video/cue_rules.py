"""What makes captions readable: how much fits a cue, how long it stays, how fast one reads."""

from __future__ import annotations

from dataclasses import dataclass

from gator_engine.domain.video.captions import CaptionStyle
from gator_engine.domain.video.safe_zones import zone_for

_LETTER = 0.55
"""Width of an average bold letter in ems."""


@dataclass(frozen=True)
class CueRules:
    """Limits of a cue. Columns are Latin letters; an ideograph takes two.

    A cue ends at a pause longer than `pause_s` and at the end of a sentence. It stays for at least
    `shortest_s`, and up to `linger_s` beyond its last word. `fastest` is in characters per second:
    subtitle guides ask for 17 to 20 for reading alone; one also hears these.
    """

    line_columns: int = 18
    line_words: int = 4
    lines: int = 2
    pause_s: float = 0.35
    shortest_s: float = 0.25
    linger_s: float = 0.3
    fastest: float = 25.0


RULES = CueRules()


def rules_for(style: CaptionStyle, frame: tuple[int, int], zone: str = "everywhere") -> CueRules:
    """The rules with as many letters to a line as a style has room for in a safe zone."""
    left, _, right, _ = zone_for(zone, frame).box(frame)
    half = min(frame[0] / 2 - left, right - frame[0] / 2)
    letters = 2 * half / (style.size * min(frame) * _LETTER)
    columns = max(8, min(32, int(letters)))
    return CueRules(line_columns=columns, line_words=max(3, columns // 5), lines=style.most_lines)
