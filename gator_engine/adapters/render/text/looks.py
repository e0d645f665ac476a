"""How caption styles are set and drawn; every length in ems of the caption's size."""

from __future__ import annotations

from dataclasses import dataclass

from gator_engine.adapters.render.text.fonts import Voice
from gator_engine.domain.video.captions import CaptionStyle, Highlight

FACES = {
    "editorial": "Fraunces",
    "modern": "BricolageGrotesque",
    "technical": "JetBrainsMono",
    "literary": "InstrumentSerif",
    "neutral": "Inter",
}
"""The face of each typeface name that carries captions: sturdy at a glance, at arm's length."""
REFERENCE_EDGE = 1080.0
"""Everything is set for this shorter edge and scaled, so that a draft breaks lines alike."""
LEADING = 1.16
WIDEST = 1350.0
"""A line is never longer than this on a wide frame: eyes would have to travel."""
BOX_SIDE, BOX_ABOVE, BOX_RADIUS = 0.52, 0.44, 0.3
"""Padding of the box beside and above the capitals (as much below the baseline), and its corner."""
MARK_SIDE, MARK_ABOVE, MARK_BELOW, MARK_RADIUS = 0.13, 0.17, 0.22, 0.16
SPARE = 6.0
"""Pixels at the reference edge kept free inside the safe zone, for rounding and smooth edges."""
MARK_SPACING = 0.07
"""What the spaces gain where the spoken word has a box of its own."""
UNSAID = 0.42
"""Opacity of words that are not yet uncovered."""
DENSE = 0.6
"""From this opacity on, a box carries the words without a shadow."""
SHADOW_BLUR, SHADOW_DOWN, SHADOW_OPACITY = 0.075, 0.035, 0.6


@dataclass(frozen=True)
class Margins:
    """What a style draws around the ink, in pixels at the reference edge."""

    side: float
    above: float
    below: float


def voice_of(style: CaptionStyle, language: str) -> Voice:
    """The voice of a style; an unknown typeface speaks in the neutral one."""
    face = FACES.get(style.typeface, FACES["neutral"])
    spacing = MARK_SPACING if style.highlight is Highlight.BOX else 0.0
    return Voice(face, style.weight, style.size * REFERENCE_EDGE, 0.0, language, spacing)


def outline_of(style: CaptionStyle) -> float:
    """Width of the outline in pixels at the reference edge."""
    return style.outline * REFERENCE_EDGE


def boxed(style: CaptionStyle) -> bool:
    """Whether the whole block stands on a box."""
    return style.box_opacity > 0


def margins(style: CaptionStyle, size: float) -> Margins:
    """The room outlines, shadows and boxes take around a block of that size."""
    if boxed(style):
        return Margins(BOX_SIDE * size, BOX_ABOVE * size, BOX_ABOVE * size)
    reach = outline_of(style) + 2.2 * SHADOW_BLUR * size
    return Margins(reach, reach, reach + SHADOW_DOWN * size)
