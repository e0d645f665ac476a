"""The designed card: typography, colour fields and drawings, made without a model.

It is a design, never a photograph, and says so: in its label, in the model name of the result and
in the alt text. A persona's palette, type pairing, ground and avatar come from its brand.
"""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gator_engine.adapters.generators._cards.names import (
    AVATAR_STYLES,
    BACKGROUNDS,
    LAYOUTS,
    MAX_SLIDES,
    TONES,
    TYPEFACES,
)
from gator_engine.config import Settings
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind, Task
from gator_engine.domain.options import check_options
from gator_engine.errors import InvalidInput
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run

if TYPE_CHECKING:
    from gator_engine.adapters.generators._cards.spec import CardResult, CardSpec

_MODEL = "Gator designed card (no model)"
_PERSONA = "persona"
_CARDS = ("auto", "quote", "announcement", "list")
_TEXTS = ("title", "body", "kicker", "attribution", "items", "closing")


def _choice(name: str, label: str, choices: tuple[str, ...], help_text: str) -> Option:
    return Option(name, label, OptionKind.CHOICE, choices[0], choices=choices, help=help_text)


_OPTIONS = (
    _choice("card", "Card", _CARDS, "Auto: rows make a list, a title an announcement, else quote."),
    _choice("layout", "Layout", ("auto", *LAYOUTS), "Auto varies the layout with the seed."),
    _choice("background", "Background", (_PERSONA, "auto", *BACKGROUNDS), "Persona: its brand."),
    _choice("tone", "Tone", ("auto", *TONES), "Dark, colourful or pale; auto varies it."),
    _choice("typeface", "Typeface", (_PERSONA, *TYPEFACES), "Persona: its brand."),
    Option("grain", "Film grain", OptionKind.NUMBER, 0.5, 0.0, 1.0, help="0 is perfectly smooth."),
    Option("avatar", "Show the avatar", OptionKind.FLAG, True),
)


class CardGenerator:
    """Makes designed cards and carousels on the CPU; the same request gives the same pixels."""

    capabilities = GeneratorCapabilities(
        slug="card",
        label="Designed card",
        description=(
            "Words set as a designed card or carousel: typography, colour and drawings in the "
            "persona's brand. A design, not a photograph; made without a model, in seconds."
        ),
        kinds=(BriefKind.IMAGE, BriefKind.CAROUSEL),
        ratios=tuple(AspectRatio),
        options=_OPTIONS,
        text_fields=_TEXTS,
        max_count=8,
        uses_prompt=False,
        origin="designed",
        task=Task.DESIGN,
    )

    def __init__(self, settings: Settings) -> None:
        """Takes the settings as every generator does; a card depends on none of them."""

    def missing(self) -> str:
        """Always "": fonts and drawings are part of Gator."""
        return ""

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        """One card for each of `request.count` seeds, or the slides of one carousel.

        A carousel takes its cover from `title`, `kicker` and `body`, one slide from each line of
        `items` (title, then "|" and the text), and an end card from `closing`.

        Raises InvalidInput for texts and settings that cannot be used, CapabilityError for unknown
        options, Cancelled between pictures.
        """
        check_options(self.capabilities, request.settings)
        if not 1 <= request.count <= self.capabilities.max_count:
            raise InvalidInput("count", f"is {request.count}", f"1–{self.capabilities.max_count}")
        from gator_engine.adapters.generators._cards.render import render_card

        specs = _carousel(request) if request.kind is BriefKind.CAROUSEL else _cards(request)
        if request.only:
            specs = specs[request.only - 1 : request.only]
        begun = time.perf_counter()
        files = []
        for number, spec in enumerate(specs):
            run.check()
            run.progress(number / len(specs), f"Card {number + 1} of {len(specs)}")
            files.append(_file(spec, render_card(spec)))
        run.progress(1.0, "Done")
        timings = {"render_s": time.perf_counter() - begun}
        return GenerateResult(tuple(files), _MODEL, timings, _software())


def _lines(request: GenerateRequest) -> tuple[str, ...]:
    """The rows of `items`, without empty ones."""
    rows = request.texts.get("items", "").splitlines()
    return tuple(row.strip() for row in rows if row.strip())


def _base(request: GenerateRequest) -> dict[str, Any]:
    """What every card of a request shares: the persona's brand, the format, the options."""
    from gator_engine.adapters.generators._cards.avatars import AvatarSpec

    unknown = sorted(set(request.texts) - set(_TEXTS))
    if unknown:
        raise InvalidInput(unknown[0], "has no place on a card", "only " + ", ".join(_TEXTS))
    identity, brand, chosen = request.profile.identity, request.profile.brand, request.settings
    background = str(chosen.get("background", _PERSONA))
    typeface = str(chosen.get("typeface", _PERSONA))
    avatar = None
    if chosen.get("avatar", True) and brand.avatar_style in AVATAR_STYLES:
        avatar = AvatarSpec(brand.avatar_style, brand.avatar_seed or identity.handle)
    return {
        "display_name": identity.name,
        "handle": identity.handle,
        "palette": brand.palette,
        "typeface": brand.typeface if typeface == _PERSONA else typeface,
        "background": brand.background if background == _PERSONA else background,
        "layout": str(chosen.get("layout", "auto")),
        "tone": str(chosen.get("tone", "auto")),
        "grain": float(chosen.get("grain", 0.5)),
        "avatar": avatar,
        "size": request.size,
    }


def _kind(texts: Mapping[str, str], rows: tuple[str, ...], asked: str) -> str:
    """Which card the texts make; raises InvalidInput for an unknown wish."""
    if asked not in _CARDS:
        raise InvalidInput("card", f"{asked!r} is unknown", "one of " + ", ".join(_CARDS))
    if asked != "auto":
        return asked
    if rows:
        return "list"
    return "announcement" if texts.get("title", "").strip() else "quote"


def _cards(request: GenerateRequest) -> list[CardSpec]:
    """Specs of `count` single cards, each with a seed of its own."""
    from gator_engine.adapters.generators._cards.spec import CardSpec

    base, rows, texts = _base(request), _lines(request), request.texts
    if texts.get("closing", "").strip():
        raise InvalidInput("closing", "belongs to a carousel", "leave it empty for a single card")
    base |= {name: texts.get(name, "") for name in ("title", "body", "kicker", "attribution")}
    kind = _kind(texts, rows, str(request.settings.get("card", "auto")))
    seeds = range(request.seed, request.seed + request.count)
    return [CardSpec(kind, items=rows, seed=seed, **base) for seed in seeds]


def _carousel(request: GenerateRequest) -> list[CardSpec]:
    """Specs of the slides of one carousel: they share a seed and thereby a design."""
    from gator_engine.adapters.generators._cards.spec import CardSpec

    base, rows, texts = _base(request), _lines(request), request.texts
    if not rows:
        raise InvalidInput("items", "is empty; a carousel needs a line for each slide")
    if texts.get("attribution", "").strip():
        raise InvalidInput("attribution", "belongs to a quote", "leave it empty for a carousel")
    closing = texts.get("closing", "")
    total = 1 + len(rows) + bool(closing.strip())
    if total > MAX_SLIDES:
        raise InvalidInput("items", f"makes {total} slides", f"at most {MAX_SLIDES}")
    base |= {"seed": request.seed, "slide_count": total}
    cover: dict[str, Any] = {name: texts.get(name, "") for name in ("title", "kicker", "body")}
    specs = [CardSpec("carousel_cover", slide_index=1, **cover, **base)]
    for row in rows:
        title, _, body = row.partition("|")
        number = len(specs) + 1
        specs.append(CardSpec("carousel_slide", title=title, body=body, slide_index=number, **base))
    if closing.strip():
        title, _, body = closing.partition("|")
        specs.append(CardSpec("carousel_end", title=title, body=body, slide_index=total, **base))
    return specs


def _file(spec: CardSpec, result: CardResult) -> GeneratedFile:
    """A PNG of the card, with what was decided about it."""
    data = io.BytesIO()
    result.image.save(data, "PNG", compress_level=4)
    facts = result.facts
    parameters = {
        "made": "designed card, not a photograph",
        "card": spec.kind,
        "layout": facts.layout,
        "background": facts.background,
        "tone": facts.tone,
        "typeface": facts.typeface,
        "palette": list(spec.palette),
        "lowest_contrast": round(min(facts.contrast.values()), 2),
        "slide": f"{spec.slide_index}/{spec.slide_count}",
    }
    return GeneratedFile(data.getvalue(), spec.seed, result.alt_text, parameters)


def _software() -> dict[str, str]:
    """Versions of what draws: they decide the exact pixels."""
    from importlib.metadata import version

    return {name: version(name) for name in ("pillow", "numpy", "opensimplex", "resvg-py")}


GENERATOR = CardGenerator
