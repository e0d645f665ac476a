"""Every kind in every format, judged by its pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gator_engine.adapters.generators._cards import render
from gator_engine.adapters.generators._cards.avatars import AvatarSpec, avatar_image
from gator_engine.adapters.generators._cards.blocks import Line
from gator_engine.adapters.generators._cards.names import (
    AVATAR_STYLES,
    BACKGROUNDS,
    KINDS,
    SIZES,
    TONES,
)
from gator_engine.adapters.generators._cards.spec import CardSpec

TEXTS: dict[str, dict[str, object]] = {
    "quote": {"body": "Zażółć gęślą jaźń, słowo po słowie.", "attribution": "Ada"},
    "announcement": {"title": "The studio diary is back", "body": "Every Sunday → 🐊"},
    "list": {"title": "Calmer mornings", "items": ("Breathe", "Write three lines", "Walk ✓")},
    "carousel_cover": {"title": "Plan a month in one hour", "kicker": "Planning"},
    "carousel_slide": {"title": "Start with no", "body": "List what you will leave out."},
    "carousel_end": {"title": "Save this for Monday"},
}


def spec_of(kind: str, **changes: object) -> CardSpec:
    base = CardSpec(
        kind, display_name="Luna Reyes", handle="luna", avatar=AvatarSpec(seed="luna"), seed=3
    )
    return replace(base, **{**TEXTS[kind], **changes})  # type: ignore[arg-type]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The engine without its last step, the ink: what it returns is the ground alone."""

    def no_text(image: object, lines: list[tuple[Line, object]]) -> None:
        return None

    monkeypatch.setattr(render, "draw_text", no_text)
    return monkeypatch


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ratio", SIZES)
def test_each_kind_in_each_format(kind: str, ratio: str, bare: pytest.MonkeyPatch) -> None:
    """The size is exact, each text leaves ink in its box, and contrast holds on the ground."""
    spec = spec_of(kind, size=SIZES[ratio], slide_count=3 if kind.startswith("car") else 1)
    ground = np.asarray(render.render_card(spec).image).astype(int)
    bare.undo()
    result = render.render_card(spec)
    card = np.asarray(result.image).astype(int)
    assert result.image.size == SIZES[ratio] and result.image.mode == "RGB"
    for field, box in result.facts.boxes.items():
        x0, y0, x1, y1 = box.pixels(*spec.size)
        changed = np.abs(card[y0:y1, x0:x1] - ground[y0:y1, x0:x1]).max(axis=-1) > 40
        assert changed.mean() > 0.02, field
        assert result.facts.contrast[field] >= render.MIN_CONTRAST, field


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("tone", TONES)
def test_contrast_holds_on_every_ground(
    background: str, tone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured here again on the ground's pixels, not taken from what the engine reports."""
    palette = ("#101418", "#3a86ff", "#ff006e", "#ffbe0b")
    spec = spec_of(
        "quote",
        background=background,
        tone=tone,
        layout="editorial",
        size=(540, 675),
        palette=palette,
        grain=1.0,
    )
    told: list[tuple[Line, tuple[int, int, int]]] = []
    monkeypatch.setattr(render, "draw_text", lambda _image, lines: told.extend(lines))
    ground = np.asarray(render.render_card(spec).image)
    texts = [(line, ink) for line, ink in told if line.field]
    assert {line.field for line, _ in texts} == {"body", "attribution", "display_name", "handle"}
    for line, ink in texts:
        x0, y0, x1, y1 = line.box.pixels(*spec.size)
        under = _luminance(ground[y0:y1, x0:x1].reshape(-1, 3))
        own = _luminance(np.array([ink]))[0]
        worst = min(_ratio(own, under.min()), _ratio(own, under.max()))
        assert worst >= 4.5, (line.text, ink)


def _luminance(rgb: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """WCAG 2.x relative luminance, written independently of the engine."""
    v = rgb / 255
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])


def _ratio(one: float, other: float) -> float:
    return float((max(one, other) + 0.05) / (min(one, other) + 0.05))


def test_changing_one_letter_changes_only_its_surroundings() -> None:
    spec = spec_of("announcement", layout="editorial", background="mesh", grain=0.0)
    one = render.render_card(spec)
    other = render.render_card(replace(spec, handle="lunb"))
    moved = np.abs(np.asarray(one.image).astype(int) - np.asarray(other.image)).max(axis=-1) > 8
    ys, xs = np.nonzero(moved)
    box = one.facts.boxes["handle"]
    assert len(ys) > 10
    assert ys.min() >= box.y - 3 and ys.max() <= box.bottom + 3
    assert xs.min() >= box.x - 3 and xs.max() <= box.right + 30


@pytest.mark.parametrize("style", AVATAR_STYLES)
def test_avatars_are_figures_on_a_transparent_ground(style: str) -> None:
    image = avatar_image(AvatarSpec(style, "luna"), 128)
    alpha = np.asarray(image.getchannel("A"))
    assert image.size == (128, 128)
    assert 0.15 < (alpha > 128).mean() < 0.98


@pytest.mark.parametrize("size", [(320, 320), (4096, 1800), (4096, 4096)])
def test_the_smallest_and_the_largest_sizes(size: tuple[int, int]) -> None:
    result = render.render_card(spec_of("quote", size=size, background="mesh", layout="centred"))
    assert result.image.size == size
    assert min(result.facts.contrast.values()) >= render.MIN_CONTRAST
