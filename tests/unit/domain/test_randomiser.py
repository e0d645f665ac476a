"""Characters by chance: always valid, coherent, and the same for the same seed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gator_engine.domain.persona_rules import profile_problems
from gator_engine.domain.personas import EmojiPolicy
from gator_engine.domain.prompts import compile_picture
from gator_engine.domain.random_traits import HAIR, HAIR_LATER, HOMES, JOBS
from gator_engine.domain.randomiser import GREY_FROM, random_profile

SEEDS = st.integers(min_value=0, max_value=2**63)
JOB = {job.title: job for job in JOBS}
HOME = {home.place: home for home in HOMES}


@given(SEEDS)
def test_every_random_persona_is_valid_and_compiles(seed: int) -> None:
    profile = random_profile(seed)
    assert profile_problems(profile) == ()
    assert profile == random_profile(seed)
    assert compile_picture(profile, prompt="at work").fragments


@given(SEEDS)
def test_age_job_and_education_do_not_contradict(seed: int) -> None:
    who = random_profile(seed).identity
    job = JOB[who.occupation]
    practised = who.age - job.trained_at
    assert practised >= job.years
    assert f"{practised} years" in who.backstory
    assert job.training in who.backstory


@given(SEEDS)
def test_name_home_languages_and_looks_belong_together(seed: int) -> None:
    profile = random_profile(seed)
    who, home = profile.identity, HOME[profile.identity.home_place]
    first, last = who.name.split(" ", 1)
    names = {"she/her": home.her_names, "he/him": home.his_names}
    assert first in names.get(who.pronouns, home.her_names + home.his_names)
    assert last in home.last_names
    assert set(home.languages) < set(who.languages)
    assert profile.appearance.skin in home.skins
    assert profile.appearance.hair in (HAIR_LATER if who.age >= GREY_FROM else HAIR)


@given(SEEDS)
def test_formal_voices_write_no_emoji(seed: int) -> None:
    voice = random_profile(seed).voice
    assert voice.tone.formality < 60 or voice.emoji is EmojiPolicy.NONE


def test_seeds_differ() -> None:
    assert len({random_profile(seed).identity.name for seed in range(60)}) > 20
