"""What "auto" means: layout, ground and tone chosen by the seed so that a feed stays varied."""

from __future__ import annotations

from dataclasses import replace

from gator_engine.adapters.generators._cards.grounds.frame import random_of
from gator_engine.adapters.generators._cards.spec import CardSpec

# Families that suit a kind. The first of a carousel's are on the shared ground.
FITTING = {
    "quote": ("editorial", "centred", "poster", "sheet", "split"),
    "announcement": ("editorial", "poster", "split", "centred", "sheet"),
    "list": ("ledger", "sheet", "split"),
    "carousel_cover": ("editorial", "poster", "centred"),
    "carousel_slide": ("editorial",),
    "carousel_end": ("centred",),
}
CALM = ("mesh", "silk", "orbs", "waves", "paper")
BUSY = ("flow", "tiles")
# Where no text stands on it, ornament may be loud; repeated names are chosen more often.
FULL_COLOUR = ("flow", "tiles", "mesh", "waves", "orbs", "silk", "flow", "tiles")
TONES = ("deep", "deep", "bright", "bright", "pale")
PAPER_TONES = ("bright", "bright", "pale", "deep")


def resolve(spec: CardSpec) -> list[CardSpec]:
    """The spec with every "auto" replaced: the seed's choice first, then its alternatives.

    Alternatives differ in layout only and exist only when the layout was left open. Slides of one
    carousel (same seed) get the same ground and tone whatever their number.
    """
    rng = random_of(spec.seed, "choose")
    layouts = FITTING[spec.kind]
    if spec.background in BUSY:
        layouts = tuple(
            name for name in ("sheet", "split") if name != "split" or not spec.is_carousel
        )
    if spec.background == "paper":  # its cut-outs would lie hidden under a sheet
        layouts = tuple(name for name in layouts if name not in ("sheet", "split"))
    turn = int(rng.integers(60)) % len(layouts)
    layouts = (*layouts[turn:], *layouts[:turn]) if spec.layout == "auto" else (spec.layout,)
    spread, tone_draw = float(rng.random()), float(rng.random())
    found = []
    for layout in layouts:
        full_colour = layout in ("sheet", "split") and not spec.is_carousel
        grounds = FULL_COLOUR if full_colour else CALM
        background = spec.background
        if background == "auto":
            background = grounds[int(spread * len(grounds))]
        tones = PAPER_TONES if background == "paper" else TONES
        tone = spec.tone if spec.tone != "auto" else tones[int(tone_draw * len(tones))]
        found.append(replace(spec, layout=layout, background=background, tone=tone))
    return found
