"""From a persona's palette to the colours of one card: ground, art, inks and accent."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gator_engine.adapters.generators._cards.colour import (
    RGB8,
    Lab,
    contrast,
    from_lch,
    lab_of,
    lch,
    luminance_of,
    mix,
    rgb_of,
)

# Lightness window and chroma factor per tone. The windows leave 4.5:1 for the matching ink:
# Oklab L 0.55 is a luminance of about 0.17, white on it 4.8:1; L 0.70 against dark ink 7:1.
_WINDOWS = {"deep": (0.19, 0.50, 0.95), "bright": (0.72, 0.91, 0.92), "pale": (0.885, 0.972, 0.6)}
_YELLOW, _RED = math.radians(95), math.radians(36)  # hues in Oklab


@dataclass(frozen=True)
class Scheme:
    """The colours one card is made of, all in Oklab.

    `nodes` are the palette moved into the tone's lightness window (safe under text); `art` is the
    palette nearly as given (for areas without text); `base` is the plain ground.
    """

    tone: str
    base: Lab
    nodes: tuple[Lab, ...]
    art: tuple[Lab, ...]
    paper: Lab
    ink_dark: Lab
    ink_light: Lab
    accent: Lab

    @property
    def ink(self) -> Lab:
        """The ink that belongs to this tone's ground."""
        return self.ink_light if self.tone == "deep" else self.ink_dark


def _widened(labs: list[Lab]) -> list[Lab]:
    """At least four colours: a short palette gets neighbours in hue and lightness."""
    found = list(labs)
    turns = (0.55, -0.5, 0.95)
    for turn in turns:
        if len(found) >= 4:
            break
        light, chroma, hue = lch(labs[len(found) % len(labs)])
        found.append(from_lch(min(0.92, max(0.3, 1.1 - light)), max(chroma, 0.02), hue + turn))
    return found


def _toned(labs: list[Lab], tone: str) -> tuple[Lab, ...]:
    """The palette by rising lightness, spread over the tone's window; hue is kept."""
    low, high, keep = _WINDOWS[tone]
    ordered = sorted(labs)
    change = _darkening if tone == "deep" else _lifting
    ordered = [change(lab, labs) for lab in ordered]
    first, last = ordered[0][0], ordered[-1][0]
    span = max(last - first, 1e-6)
    toned = []
    for rank, lab in enumerate(ordered):
        light, chroma, hue = lch(lab)
        # Half by rank, half by value: near-equal palettes still get light and shade.
        even = rank / max(1, len(ordered) - 1)
        place = 0.5 * even + 0.5 * (light - first) / span
        goal = low + (high - low) * place
        toned.append(_shaded(goal, light, chroma * keep, hue))
    return tuple(toned)


def _darkening(lab: Lab, labs: list[Lab]) -> Lab:
    """What darkens badly, made to darken well.

    A near-grey gets the hue of the darkest colourful neighbour (dark greys look like dirt); a
    yellow leans halfway to its nearest other neighbour (dark yellows look like mud).
    """
    light, chroma, hue = lch(lab)
    others = [other for other in labs if lch(other)[1] >= 0.055 and not _yellowness(lch(other)[2])]
    if chroma >= 0.055 and _yellowness(hue) > 0.3 and others:
        near = max(others, key=lambda other: math.cos(lch(other)[2] - hue))
        return mix(lab, (light, near[1], near[2]), 0.45)
    if chroma >= 0.055:
        return lab
    colourful = [other for other in labs if lch(other)[1] >= 0.055]
    if not colourful:
        return lab
    return from_lch(light, max(chroma, 0.075), lch(min(colourful))[2])


def _lifting(lab: Lab, labs: list[Lab]) -> Lab:
    """What brightens badly, made to brighten well: a dark near-grey would become plain grey."""
    light, chroma, hue = lch(lab)
    if light > 0.5 or chroma > 0.09:
        return lab
    colourful = [other for other in labs if lch(other)[1] >= 0.09]
    if chroma < 0.03 and colourful:
        hue = lch(min(colourful))[2]
    return from_lch(light, 0.09, hue)


def _yellowness(hue: float) -> float:
    """1 at yellow, falling to 0 at 45 degrees from it."""
    return max(0.0, 1.0 - abs(hue - _YELLOW) / math.radians(45))


def _shaded(goal: float, light: float, chroma: float, hue: float) -> Lab:
    """A colour taken to lightness `goal` the way a painter would.

    Darkening costs chroma, yellows turn towards red and reds towards plum: a yellow that only
    loses lightness becomes mud, a red becomes rust.
    """
    if goal >= light:
        return from_lch(goal, chroma, hue)
    drop = light - goal
    near = _yellowness(hue)
    chroma *= (goal / light) ** (0.28 + 0.4 * near)
    red = max(0.0, 1.0 - abs(hue - _RED) / math.radians(35))
    turn = near * math.radians(48) + red * math.radians(26)
    return from_lch(goal, chroma, hue - turn * min(1.0, drop / 0.4))


def _chromatic(labs: list[Lab]) -> Lab:
    """The most colourful of `labs`, slightly preferring middle lightness."""
    return max(labs, key=lambda lab: lch(lab)[1] - 0.12 * abs(lab[0] - 0.65))


def build_scheme(palette: tuple[RGB8, ...], tone: str) -> Scheme:
    """Derive all colours of a card from a palette of one or more 8-bit colours and a tone."""
    labs = _widened([lab_of(rgb) for rgb in palette])
    nodes = _toned(labs, tone)
    _, chroma, hue = lch(min(labs))
    dark = from_lch(0.205, min(chroma, 0.045), hue)
    _, chroma, hue = lch(max(labs))
    bright = from_lch(0.978, min(chroma, 0.014), hue)
    paper = from_lch(0.952, min(max(chroma, 0.012), 0.022), hue)
    base = nodes[0] if tone == "deep" else nodes[-1]
    art = tuple(from_lch(min(0.9, max(0.28, p[0])), lch(p)[1], lch(p)[2]) for p in labs)
    return Scheme(tone, base, nodes, art, paper, dark, bright, _chromatic(labs))


def legible(lab: Lab, surface: Lab, ratio: float) -> Lab:
    """`lab` moved in lightness, away from `surface`, until their contrast reaches `ratio`.

    Returns white or black of the same hue direction when nothing closer is enough.
    """
    ground = luminance_of(rgb_of(surface))
    step = 0.012 if ground < 0.18 else -0.012
    light, chroma, hue = lch(lab)
    while 0.0 < light < 1.0:
        tried = from_lch(light, chroma, hue)
        if contrast(luminance_of(rgb_of(tried)), ground) >= ratio:
            return tried
        light += step
    return from_lch(1.0 if step > 0 else 0.0, 0.0, 0.0)


def distance(first: Lab, second: Lab) -> float:
    """Euclidean distance in Oklab; 0.02 is about one just noticeable difference."""
    return math.dist(first, second)


def tint(surface: Lab, ink: Lab, share: float) -> Lab:
    """A surface colour carrying `share` of the ink, for hairlines and quiet fills."""
    return mix(surface, ink, share)
