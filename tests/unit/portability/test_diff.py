"""What changed between two profiles: exact, readable, and applicable one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gator_engine.domain.persona_diff import apply, diff, summary
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.personas import Outfit, PersonaProfile, Pillar
from gator_engine.errors import InvalidInput
from tests.unit.portability.profiles import valid_profiles

PROFILE = TEMPLATES[0].profile


def with_part(part: str, **changes: object) -> PersonaProfile:
    return replace(PROFILE, **{part: replace(getattr(PROFILE, part), **changes)})


@settings(max_examples=60, deadline=None)
@given(valid_profiles(), valid_profiles())
def test_a_diff_applied_to_the_old_gives_the_new(
    before: PersonaProfile, after: PersonaProfile
) -> None:
    changes = diff(before, after)
    assert apply(before, changes) == after
    assert apply(after, diff(after, before)) == before
    assert diff(before, before) == ()
    assert all(summary(changes))


PILLARS = (Pillar("A", 1), Pillar("B", 2, "about b"), Pillar("C", 3), Pillar("D", 4))
SOME = st.permutations(PILLARS).flatmap(
    lambda order: st.integers(0, len(order)).map(lambda number: tuple(order[:number]))
)


@settings(max_examples=100, deadline=None)
@given(SOME, SOME, st.integers(5, 9), st.data())
def test_changes_are_accepted_one_by_one(
    old: tuple[Pillar, ...], new: tuple[Pillar, ...], weight: int, data: st.DataObject
) -> None:
    before = replace(PROFILE, pillars=old)
    after = replace(PROFILE, pillars=tuple(replace(pillar, weight=weight) for pillar in new))
    changes = diff(before, after)
    accepted = data.draw(
        st.lists(st.sampled_from(changes), unique=True) if changes else st.just([])
    )
    in_order = [change for change in changes if change in accepted]
    changed = apply(before, in_order)
    assert len({pillar.name for pillar in changed.pillars}) == len(changed.pillars)
    rest = [change for change in changes if change not in accepted]
    assert set(apply(changed, rest).pillars) == set(after.pillars)
    assert apply(before, changes) == after


@pytest.mark.parametrize(
    ("after", "path", "words"),
    [
        (
            with_part("voice", tone=replace(PROFILE.voice.tone, warmth=50)),
            "voice.tone.warmth",
            "Warmth 75 → 50",
        ),
        (
            replace(PROFILE, pillars=(*PROFILE.pillars, Pillar("Kiln"))),
            "pillars[Kiln]",
            "Added pillar Kiln",
        ),
        (
            replace(PROFILE, pillars=PROFILE.pillars[1:]),
            "pillars[Process]",
            "Removed pillar Process",
        ),
        (
            replace(PROFILE, pillars=(replace(PROFILE.pillars[0], weight=9), *PROFILE.pillars[1:])),
            "pillars[Process].weight",
            "Pillar Process: weight 4 → 9",
        ),
        (
            replace(PROFILE, pillars=PROFILE.pillars[::-1]),
            "pillars.order",
            "Reordered pillars: Slow mornings, Tools, Process",
        ),
        (
            with_part("voice", vocabulary=("craft", "small batch", "kiln", "useful")),
            "voice.vocabulary",
            "Vocabulary: added “kiln”; removed “by hand”",
        ),
        (
            with_part("boundaries", depicts_real_person=True),
            "boundaries.depicts_real_person",
            "no → yes",
        ),
        (with_part("identity", bio=""), "identity.bio", "Bio removed (was “Small tools"),
        (
            with_part("brand", typeface="modern"),
            "brand.typeface",
            "Typeface “editorial” → “modern”",
        ),
    ],
)
def test_each_change_is_said_in_plain_words(after: PersonaProfile, path: str, words: str) -> None:
    [change] = diff(PROFILE, after)
    assert change.path == path
    assert words in change.description


def test_a_long_text_is_shown_by_its_beginning_and_kept_whole() -> None:
    after = with_part("identity", backstory="word " * 200)
    [change] = diff(PROFILE, after)
    assert len(change.description) < 160
    assert apply(PROFILE, [change]) == after


def test_entries_that_cannot_be_told_apart_change_as_a_whole() -> None:
    twice = with_part("appearance", wardrobe=(Outfit("gym", "a"), Outfit("gym", "b")))
    changes = diff(PROFILE, twice)
    assert [change.path for change in changes] == ["appearance.wardrobe"]
    assert apply(PROFILE, changes) == twice


def test_a_change_does_not_overwrite_what_moved_on() -> None:
    changes = diff(PROFILE, with_part("identity", name="Nova"))
    with pytest.raises(InvalidInput, match=r"identity\.name: was changed meanwhile"):
        apply(with_part("identity", name="Lina"), changes)
    weight = diff(
        PROFILE,
        replace(PROFILE, pillars=(replace(PROFILE.pillars[0], weight=9), *PROFILE.pillars[1:])),
    )
    with pytest.raises(InvalidInput, match="does not exist"):
        apply(replace(PROFILE, pillars=()), weight)
