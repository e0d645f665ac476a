"""The character sheet: a face, a name, and what makes a persona that persona, on one picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageOps

from gator_engine.adapters.generators._cards.blocks import Line, Part, fit
from gator_engine.adapters.generators._cards.colour import (
    RGB8,
    from_oklab,
    mix,
    parse_hex,
    rgb_of,
)
from gator_engine.adapters.generators._cards.draw import draw_text, fill, shape_mask
from gator_engine.adapters.generators._cards.faces import PAIRINGS, Pairing
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.adapters.generators._cards.grounds import PAINTERS, Frame
from gator_engine.adapters.generators._cards.grounds.finish import grain
from gator_engine.adapters.generators._cards.scheme import Scheme, build_scheme, legible, tint
from gator_engine.domain.personas import PersonaProfile

SIZE = (1600, 1200)
_ART = Box(0, 0, 560, 1200)
_TEXT = Box(640, 84, 880, 1020)
_TONES = ("warmth", "humour", "formality", "energy")
_GRAIN = 0.4


@dataclass(frozen=True)
class _Inks:
    """The colours of what stands on the paper."""

    ink: RGB8
    muted: RGB8
    accent: RGB8
    line: RGB8


class CardSheetPainter:
    """Draws character sheets with the type and the grounds of the designed cards.

    A sheet is a summary: it names the first outfit, two signature phrases and six pillars.
    """

    def paint(self, profile: PersonaProfile, portrait: bytes | None = None) -> bytes:
        """See `SheetPainter`."""
        palette = tuple(parse_hex("brand.palette", colour) for colour in profile.brand.palette)
        scheme = build_scheme(palette, "pale")
        image = _ground(profile, scheme)
        _face(image, profile, scheme, portrait)
        _Sheet(image, profile, scheme).draw()
        data = io.BytesIO()
        image.save(data, "PNG", optimize=True)
        return data.getvalue()


def _ground(profile: PersonaProfile, scheme: Scheme) -> Image.Image:
    """Paper, with the brand's ground in full colour down the left side."""
    width, height = SIZE
    canvas = np.empty((height, width, 3), np.float32)
    canvas[:] = from_oklab(np.array(scheme.paper, np.float32))
    left = round(_ART.w)
    seed = sum(profile.identity.handle.encode())
    frame = Frame(left, height, scheme, seed, vivid=True)
    canvas[:, :left] = PAINTERS[profile.brand.background](frame)
    pixels = grain(canvas, _GRAIN, seed)
    return Image.fromarray(np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8))


def _face(
    image: Image.Image, profile: PersonaProfile, scheme: Scheme, portrait: bytes | None
) -> None:
    """The portrait as a rounded picture on the ground, or the initial in a circle.

    The brand's avatar is no likeness: beside a described look it would contradict it.
    """
    if portrait is not None:
        box = Box(72, 180, _ART.w - 144, 620)
        mask, corner = shape_mask(box, 36, image.size)
        with Image.open(io.BytesIO(portrait)) as opened:
            shown = ImageOps.fit(ImageOps.exif_transpose(opened).convert("RGB"), mask.size)
        image.paste(shown, corner, mask)
        return
    side, middle = 380, 480
    disc = Box((_ART.w - side) / 2, middle - side / 2, side, side)
    ring = Box(disc.x - 8, disc.y - 8, side + 16, side + 16)
    fill(image, ring, ring.w / 2, rgb_of(scheme.paper))
    fill(image, disc, side / 2, rgb_of(legible(scheme.accent, scheme.paper, 5.3)))
    letter = Part(
        "identity.name", profile.identity.name[:1].upper(), _kind(profile).display, 220, 200
    )
    lines = fit([letter], disc.inset(40), align="centre", valign="middle").lines
    draw_text(image, [(line, rgb_of(scheme.paper)) for line in lines])


def _kind(profile: PersonaProfile) -> Pairing:
    return PAIRINGS[profile.brand.typeface]


@dataclass
class _Sheet:
    """The words and marks on the paper, set from the top down."""

    image: Image.Image
    profile: PersonaProfile
    scheme: Scheme

    def draw(self) -> None:
        """Everything on the paper, and the colours at the foot of the ground."""
        lines = [*self._head(), *self._looks(), *self._voice(), *self._themes(), *self._foot()]
        inks = self._inks
        draw_text(self.image, [(line, getattr(inks, line.role)) for line in lines])
        self._swatches()

    @property
    def _kind(self) -> Pairing:
        return _kind(self.profile)

    @property
    def _inks(self) -> _Inks:
        paper, ink = self.scheme.paper, self.scheme.ink_dark
        muted = legible(mix(ink, paper, 0.26), paper, 5.4)
        accent = legible(self.scheme.accent, paper, 5.3)
        return _Inks(rgb_of(ink), rgb_of(muted), rgb_of(accent), rgb_of(tint(paper, ink, 0.2)))

    def _head(self) -> Sequence[Line]:
        """Name, handle with the plain facts, and the bio."""
        who, kind = self.profile.identity, self._kind
        facts = (f"@{who.handle}", f"{who.age}", who.pronouns, who.occupation, who.home_place)
        said = " · ".join(filter(None, facts))
        name = fit([Part("identity.name", who.name, kind.display, 86, 40)], replace(_TEXT, h=130))
        parts = [Part("identity.occupation", said, kind.text, 24, 17, 0, "muted")]
        if who.bio:
            parts.append(Part("identity.bio", who.bio, kind.quote, 40, 16, 40))
        top = name.bottom + 38
        return [*name.lines, *fit(parts, Box(_TEXT.x, top, _TEXT.w, 420 - top)).lines]

    def _looks(self) -> Sequence[Line]:
        """How the persona looks, in two columns."""
        looks = self.profile.appearance
        facts = (
            ("build", looks.build),
            ("skin", looks.skin),
            ("hair", looks.hair),
            ("eyes", looks.eyes),
            ("features", ", ".join(looks.features)),
            ("wears", ", ".join(outfit.clothes for outfit in looks.wardrobe[:1])),
        )
        return self._column("Look", facts, Box(_TEXT.x, 460, 420, 330))

    def _column(self, title: str, facts: Sequence[tuple[str, str]], box: Box) -> Sequence[Line]:
        """A small heading with a hairline, then names and values one under the other."""
        self._rule(box)
        parts = [Part("title", title, self._kind.label, 17, 15, 0, "accent")]
        for name, value in facts:
            if value:
                said = f"{name.capitalize()}: {value}"
                parts.append(Part(f"appearance.{name}", said, self._kind.text, 23, 13, 26))
        return fit(parts, box.cut(top=24)).lines

    def _rule(self, box: Box) -> None:
        fill(self.image, replace(box, h=2), 0, self._inks.line)

    def _voice(self) -> Sequence[Line]:
        """The register, the sliders as bars, and what the persona keeps saying."""
        voice, box = self.profile.voice, Box(_TEXT.x + 460, 460, 420, 330)
        self._rule(box)
        label = Part("title", "Voice", self._kind.label, 17, 15, 0, "accent")
        lines = list(fit([label], Box(box.x, box.y + 24, box.w, 40)).lines)
        for number, name in enumerate(_TONES):
            top = box.y + 74 + number * 40
            part = Part(f"voice.tone.{name}", name.capitalize(), self._kind.text, 21, 21)
            lines += fit([part], Box(box.x, top, 140, 30)).lines
            self._bar(Box(box.x + 150, top + 4, 270, 10), getattr(voice.tone, name) / 100)
        phrases = [f"“{phrase}”" for phrase in voice.signature_phrases[:2]] or [voice.register]
        parts = [
            Part("voice.signature_phrases", said, self._kind.quote, 26, 14, 22) for said in phrases
        ]
        return [*lines, *fit(parts, Box(box.x, box.y + 244, box.w, 86)).lines]

    def _bar(self, box: Box, share: float) -> None:
        """A bar of which a share is filled."""
        fill(self.image, box, box.h / 2, self._inks.line)
        if share > 0:
            full = replace(box, w=max(box.h, box.w * share))
            fill(self.image, full, box.h / 2, self._inks.accent)

    def _themes(self) -> Sequence[Line]:
        """The content pillars with their shares."""
        pillars = self.profile.pillars[:6]
        if not pillars:
            return ()
        box = Box(_TEXT.x, 830, _TEXT.w, 230)
        self._rule(box)
        label = Part("title", "Posts about", self._kind.label, 17, 15, 0, "accent")
        lines = list(fit([label], Box(box.x, box.y + 24, box.w, 40)).lines)
        total = sum(pillar.weight for pillar in self.profile.pillars)
        for number, pillar in enumerate(pillars):
            row, column = divmod(number, 2)
            x, top = box.x + column * 460, box.y + 74 + row * 52
            share = pillar.weight / total
            said = f"{pillar.name} · {share:.0%}"
            lines += fit(
                [Part("pillars.name", said, self._kind.text, 21, 13)], Box(x, top, 420, 24)
            ).lines
            self._bar(Box(x, top + 32, 420, 6), share)
        return lines

    def _foot(self) -> Sequence[Line]:
        """That nobody takes the sheet for that of a person."""
        said = "A synthetic persona · designed sheet"
        part = Part("title", said, self._kind.text, 18, 18, 0, "muted")
        return fit([part], Box(_TEXT.x, 1096, _TEXT.w, 30)).lines

    def _swatches(self) -> None:
        """The palette as a row of discs."""
        size, gap, palette = 46, 18, self.profile.brand.palette
        x = (_ART.w - len(palette) * (size + gap) + gap) / 2
        for colour in palette:
            edge = Box(x, 1072, size, size)
            fill(self.image, edge, size / 2, rgb_of(self.scheme.paper))
            fill(self.image, edge.inset(4), size / 2 - 4, parse_hex("brand.palette", colour))
            x += size + gap
