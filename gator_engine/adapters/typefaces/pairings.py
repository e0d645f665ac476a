"""Typographic voices: which face shouts, speaks and labels for each name of `domain.brand`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TypeStyle:
    """How a text is set: face, weight, tracking and leading in em, and whether in capitals."""

    face: str
    weight: int = 400
    tracking: float = 0.0
    leading: float = 1.3
    upper: bool = False


@dataclass(frozen=True)
class Pairing:
    """The styles of one typographic voice: what shouts, what speaks, and what labels."""

    display: TypeStyle
    quote: TypeStyle
    text: TypeStyle
    strong: TypeStyle
    label: TypeStyle
    numeral: TypeStyle


_TEXT = TypeStyle("Inter", 430, -0.006, 1.46)
_STRONG = TypeStyle("Inter", 620, -0.010, 1.3)
_LABEL = TypeStyle("Inter", 620, 0.13, 1.3, upper=True)

PAIRINGS: dict[str, Pairing] = {
    "editorial": Pairing(
        display=TypeStyle("Fraunces", 560, -0.021, 1.06),
        quote=TypeStyle("Fraunces", 430, -0.014, 1.17),
        text=_TEXT,
        strong=_STRONG,
        label=_LABEL,
        numeral=TypeStyle("Fraunces-Italic", 380, -0.02, 1.0),
    ),
    "modern": Pairing(
        display=TypeStyle("BricolageGrotesque", 760, -0.026, 1.0),
        quote=TypeStyle("BricolageGrotesque", 620, -0.020, 1.11),
        text=_TEXT,
        strong=_STRONG,
        label=_LABEL,
        numeral=TypeStyle("BricolageGrotesque", 800, -0.03, 1.0),
    ),
    "technical": Pairing(
        display=TypeStyle("SpaceGrotesk", 620, -0.032, 1.05),
        quote=TypeStyle("SpaceGrotesk", 500, -0.024, 1.17),
        text=TypeStyle("SpaceGrotesk", 420, -0.004, 1.42),
        strong=TypeStyle("SpaceGrotesk", 650, -0.008, 1.3),
        label=TypeStyle("JetBrainsMono", 560, 0.06, 1.3, upper=True),
        numeral=TypeStyle("JetBrainsMono", 420, -0.02, 1.0),
    ),
    "literary": Pairing(
        display=TypeStyle("InstrumentSerif", 400, -0.018, 1.0),
        quote=TypeStyle("InstrumentSerif-Italic", 400, -0.010, 1.1),
        text=_TEXT,
        strong=_STRONG,
        label=_LABEL,
        numeral=TypeStyle("InstrumentSerif-Italic", 400, -0.01, 1.0),
    ),
    "neutral": Pairing(
        display=TypeStyle("Inter", 730, -0.034, 1.06),
        quote=TypeStyle("Inter", 560, -0.026, 1.17),
        text=_TEXT,
        strong=_STRONG,
        label=_LABEL,
        numeral=TypeStyle("Inter", 300, -0.04, 1.0),
    ),
}
