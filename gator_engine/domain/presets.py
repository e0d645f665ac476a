"""Looks by name: words that a persona's pictures share, and what they keep out.

A preset belongs to a persona; a style dresses a single brief. Every preset is a style too,
and people keep styles of their own. One without a prompt only keeps things out: a negative preset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gator_engine.errors import FieldProblem, InvalidInput

SLOT = "{prompt}"
LONGEST_STYLE = 1000
LONGEST_NAME = 60


@dataclass(frozen=True)
class Preset:
    """A look: its name for people, what the prompt gains, and what it keeps out.

    `frame` is where the scene stands when the look is used as a style.
    """

    label: str
    words: tuple[str, ...]
    negative: tuple[str, ...] = ()
    frame: str = SLOT


@dataclass(frozen=True)
class Style:
    """Words around a prompt ({prompt} marks its place; without it they follow) and against it."""

    name: str
    prompt: str = ""
    negative: str = ""
    built_in: bool = False

    @property
    def only_negative(self) -> bool:
        """Whether it is a negative preset."""
        return not self.prompt.strip()

    def dress(self, prompt: str) -> str:
        """The prompt in the style's words; what the prompt says stays as it is."""
        if self.only_negative:
            return prompt
        if SLOT in self.prompt:
            return self.prompt.replace(SLOT, prompt.strip()).strip(" ,")
        return joined(prompt, self.prompt)


def joined(*texts: str) -> str:
    """The texts that say something, with commas between them."""
    bare = (text.strip().strip(",").strip() for text in texts)
    return ", ".join(text for text in bare if text)


def check_style(style: Style) -> None:
    """Raises InvalidInput for each field that cannot be kept."""
    problems = []
    if not style.name.strip() or len(style.name) > LONGEST_NAME:
        problems.append(
            FieldProblem("name", "is empty or too long", f"1–{LONGEST_NAME} characters")
        )
    for field, text in (("prompt", style.prompt), ("negative", style.negative)):
        if len(text) > LONGEST_STYLE:
            limit = f"{LONGEST_STYLE} characters"
            problems.append(FieldProblem(field, f"has {len(text)} characters", limit))
    if not style.prompt.strip() and not style.negative.strip():
        problems.append(FieldProblem("prompt", "says nothing", "a prompt, a negative, or both"))
    if style.prompt.count(SLOT) > 1:
        problems.append(FieldProblem("prompt", f"has {SLOT} more than once", "once at most"))
    if problems:
        raise InvalidInput.collect(problems)


PRESETS: Mapping[str, Preset] = {
    "natural-photo": Preset(
        "Natural photograph",
        ("natural photograph", "true-to-life colours"),
        ("over-sharpened", "plastic skin"),
    ),
    "studio-portrait": Preset(
        "Studio portrait",
        ("studio portrait photograph", "seamless backdrop", "softbox light"),
        ("cluttered background",),
    ),
    "film-35mm": Preset(
        "35 mm film",
        ("35 mm film photograph", "fine grain", "gentle highlights"),
        ("digital noise", "HDR"),
    ),
    "magazine": Preset(
        "Magazine editorial",
        ("magazine editorial photograph", "considered composition"),
        ("snapshot", "watermark"),
    ),
    "watercolour": Preset(
        "Watercolour",
        ("watercolour painting", "visible paper grain", "loose washes"),
        ("photograph", "3d render"),
    ),
    "ink": Preset(
        "Ink drawing",
        ("ink drawing", "confident line work", "sparse hatching"),
        ("photograph", "gradient shading"),
    ),
    "instant-film": Preset(
        "Instant film",
        ("faded colours", "soft focus", "white border"),
        ("sharp digital photograph",),
        "instant film photograph of {prompt}",
    ),
    "cinematic": Preset(
        "Cinematic still",
        ("anamorphic lens", "motivated light", "muted colour grade"),
        ("flat lighting", "snapshot"),
        "cinematic still of {prompt}",
    ),
    "golden-hour": Preset(
        "Golden hour",
        ("low warm sun", "long shadows", "gentle lens flare"),
        ("harsh noon light", "flash"),
    ),
    "black-and-white": Preset(
        "Black and white",
        ("rich tonal range", "visible grain"),
        ("colour",),
        "black and white photograph of {prompt}",
    ),
    "product-table": Preset(
        "Table-top",
        ("top-down view", "linen tablecloth", "window light"),
        ("clutter", "text"),
    ),
    "gouache": Preset(
        "Gouache",
        ("opaque brushwork", "limited palette", "paper texture"),
        ("photograph", "3d render"),
        "gouache illustration of {prompt}",
    ),
    "paper-cut": Preset(
        "Paper cut",
        ("layered coloured paper", "soft shadows between the layers"),
        ("photograph", "drawing"),
        "paper-cut diorama of {prompt}",
    ),
}

NEGATIVE_PRESETS: Mapping[str, str] = {
    "Clean picture": "blurry, jpeg artefacts, watermark, signature, border",
    "Natural anatomy": "extra fingers, fused fingers, extra limbs, distorted hands, crossed eyes",
    "No writing": "text, letters, caption, logo, subtitles",
    "No people around": "crowd, bystanders, people in the background",
}


def built_in_styles() -> tuple[Style, ...]:
    """Every preset as a style, then the negative presets."""
    looks = (
        Style(preset.label, joined(preset.frame, *preset.words), joined(*preset.negative), True)
        for preset in PRESETS.values()
    )
    against = (Style(name, "", words, True) for name, words in NEGATIVE_PRESETS.items())
    return (*looks, *against)
