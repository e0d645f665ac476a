"""Plans and small renders: all inside the frame, nothing on top of each other, repeatable."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from gator_engine.adapters.generators._cards.avatars import (
    AVATAR_FOLDER,
    AvatarSpec,
    avatar_svg,
)
from gator_engine.adapters.generators._cards.choose import FITTING, resolve
from gator_engine.adapters.generators._cards.families import FAMILIES
from gator_engine.adapters.generators._cards.names import AVATAR_STYLES, KINDS, LAYOUTS, SIZES
from gator_engine.adapters.generators._cards.plan import Plan, Stage
from gator_engine.adapters.generators._cards.render import render_card
from gator_engine.adapters.generators._cards.spec import CardSpec
from gator_engine.errors import InvalidInput

TEXTS: dict[str, dict[str, object]] = {
    "quote": {"body": "Consistency is a quiet superpower: show up, ship small, repeat."},
    "announcement": {"title": "The studio diary is back", "body": "Every Sunday.", "kicker": "New"},
    "list": {"title": "Calmer mornings", "items": ("Breathe", "Write three lines", "Walk")},
    "carousel_cover": {"title": "Plan a month in one hour", "kicker": "Planning"},
    "carousel_slide": {"title": "Start with no", "body": "List what you will leave out."},
    "carousel_end": {"title": "Save this for Monday", "body": "One small system a week."},
}


def spec_of(kind: str, **changes: object) -> CardSpec:
    base = CardSpec(
        kind, display_name="Luna Reyes", handle="luna.makes", avatar=AvatarSpec(seed="luna")
    )
    return replace(base, **{**TEXTS[kind], **changes})  # type: ignore[arg-type]


def plan_of(kind: str, layout: str, size: tuple[int, int]) -> tuple[CardSpec, Plan]:
    spec = resolve(spec_of(kind, layout=layout, size=size).checked())[0]
    return spec, FAMILIES[layout](Stage(spec))


CASES = [(k, layout, r) for k in KINDS for layout in FITTING[k] for r in SIZES]


@pytest.mark.parametrize(("kind", "layout", "ratio"), CASES)
def test_texts_stand_inside_the_safe_area_and_apart(kind: str, layout: str, ratio: str) -> None:
    spec, plan = plan_of(kind, layout, SIZES[ratio])
    safe = Stage(spec).safe
    texts = [line for line in plan.lines if line.field]
    for line in texts:
        box = line.box
        assert box.y >= safe.y - 24 and box.bottom <= safe.bottom + 24, line.text
        assert box.x >= 20 and box.right <= spec.size[0] - 20, line.text
    for one, other in combinations(texts, 2):
        shared = one.box.inset(2, 4).overlap(other.box.inset(2, 4))
        same = one.field == other.field  # descenders may dip into the next line of one text
        allowed = 0.3 if same else 0.02
        assert shared <= allowed * min(one.box.w * one.box.h, other.box.w * other.box.h), (
            one.text,
            other.text,
        )
    for rule in plan.rules:
        assert all(rule.box.overlap(line.box.inset(0, -4)) == 0 for line in texts)
    for disc in plan.discs:
        assert all(disc.box.overlap(line.box) == 0 for line in texts)


@pytest.mark.parametrize(("kind", "layout", "ratio"), CASES)
def test_every_text_is_on_the_card_completely(kind: str, layout: str, ratio: str) -> None:
    spec, plan = plan_of(kind, layout, SIZES[ratio])
    for field in ("title", "body", "kicker"):
        wanted = getattr(spec, field)
        drawn = " ".join(line.text for line in plan.lines if line.field == field)
        assert drawn.casefold() == wanted.casefold()
    drawn = " ".join(line.text for line in plan.lines if line.field == "items")
    assert all(item in drawn for item in spec.items)


@pytest.mark.parametrize("ratio", SIZES)
def test_small_print_is_never_tiny(ratio: str) -> None:
    for kind in KINDS:
        for layout in FITTING[kind]:
            spec, plan = plan_of(kind, layout, SIZES[ratio])
            smallest = min(line.size for line in plan.lines if line.field)
            assert smallest >= 0.021 * min(spec.size)


def test_wide_cards_use_their_width() -> None:
    """Two columns, or lines centred on the axis: not a narrow column at the left."""
    for layout in ("editorial", "split", "sheet"):
        spec, plan = plan_of("quote", layout, SIZES["16:9"])
        lines = [line.box for line in plan.lines if line.field]
        right = max(box.right for box in lines)
        art = plan.art or (plan.panel.box if plan.panel else None)
        assert right > 0.62 * spec.size[0] or (art is not None and art.w < 0.7 * spec.size[0])


def test_stories_keep_clear_of_what_apps_draw_over_them() -> None:
    spec, plan = plan_of("quote", "editorial", SIZES["9:16"])
    boxes = [line.box for line in plan.lines if line.field] + [disc.box for disc in plan.discs]
    assert min(box.y for box in boxes) > 0.12 * spec.size[1]
    assert max(box.bottom for box in boxes) < 0.84 * spec.size[1]


def test_the_same_spec_gives_the_same_pixels_and_another_seed_others() -> None:
    spec = spec_of("announcement", size=(320, 400), seed=5)
    first, again = render_card(spec), render_card(spec)
    assert first.image.tobytes() == again.image.tobytes()
    assert first.facts == again.facts
    assert render_card(replace(spec, seed=6)).image.tobytes() != first.image.tobytes()


def test_a_feed_is_varied() -> None:
    looks = {
        (found.layout, found.background, found.tone)
        for found in (resolve(spec_of("quote", seed=seed))[0] for seed in range(24))
    }
    assert len(looks) >= 14
    assert len({layout for layout, _, _ in looks}) == len(FITTING["quote"])


def test_slides_share_ground_and_tone_and_their_grounds_meet() -> None:
    texts = {"slide_count": 4, "size": (320, 400), "grain": 0.0, "seed": 12, "avatar": None}
    for ground in ("mesh", "waves", "orbs", "silk"):
        left = render_card(spec_of("carousel_slide", slide_index=2, background=ground, **texts))
        right = render_card(spec_of("carousel_slide", slide_index=3, background=ground, **texts))
        assert left.facts.tone == right.facts.tone
        edge = np.asarray(left.image)[:, -1].astype(int) - np.asarray(right.image)[:, 0]
        assert np.abs(edge).mean() < 4
        far = np.asarray(left.image)[:, 0].astype(int) - np.asarray(right.image)[:, 0]
        assert np.abs(far).mean() > np.abs(edge).mean()


def test_a_layout_without_room_gives_way_to_one_with_room_only_if_left_open() -> None:
    items = tuple(f"A rather long habit that needs two lines, number {n}" for n in range(9))
    crowded = spec_of("list", items=items, size=(1080, 1080))
    with pytest.raises(InvalidInput):
        render_card(replace(crowded, layout="split"))
    seeds = [s for s in range(30) if resolve(replace(crowded, seed=s))[0].layout == "split"]
    assert render_card(replace(crowded, seed=seeds[0], size=(1080, 1080))).facts.layout != "split"


def test_every_layout_has_a_family() -> None:
    assert set(FAMILIES) == set(LAYOUTS)


def test_the_alt_text_says_what_it_is_and_every_word() -> None:
    text = render_card(spec_of("list", size=(400, 500))).alt_text
    assert text.startswith("Designed text card by Luna Reyes")
    assert all(word in text for word in ("Calmer mornings", "Breathe", "Walk"))


@pytest.mark.parametrize("style", AVATAR_STYLES)
def test_avatars_are_complete_repeatable_and_follow_their_seed(style: str) -> None:
    one, other = AvatarSpec(style, "luna"), AvatarSpec(style, "kai")
    assert avatar_svg(one) == avatar_svg(one) != avatar_svg(other)
    for seed in range(60):
        assert "[[" not in avatar_svg(AvatarSpec(style, str(seed)))


def test_avatar_colours_are_taken_and_checked() -> None:
    assert "#123456" in avatar_svg(AvatarSpec("open-peeps", "luna", skin="#123456"))
    with pytest.raises(InvalidInput, match="avatar hair"):
        avatar_svg(AvatarSpec("lorelei", "luna", hair='red" onload="x'))


def test_only_public_domain_drawings_are_shipped() -> None:
    for path in AVATAR_FOLDER.glob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["license"]["name"] == "CC0 1.0"
    assert {path.stem for path in AVATAR_FOLDER.glob("*.json")} == set(AVATAR_STYLES)
