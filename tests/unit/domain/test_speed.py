"""The speed plan: what a device gets, and what people may override."""

from __future__ import annotations

import pytest

from gator_engine.domain.speed import SpeedPlan, StepCache, speed_plan
from gator_engine.errors import ConfigError


@pytest.mark.parametrize("device", ["cpu", "cuda", "cuda:1", "mps"])
def test_nothing_that_changes_the_picture_is_on_by_itself(device: str) -> None:
    assert not speed_plan(device).changes_picture


def test_a_cpu_is_left_alone() -> None:
    assert speed_plan("cpu").names == ()


def test_each_switch_can_be_overridden() -> None:
    plan = speed_plan("cuda:1", "channels_last=off, step_cache=first_block,attention=native")
    assert plan == SpeedPlan(step_cache=StepCache.FIRST_BLOCK, attention="native")
    assert plan.changes_picture
    assert plan.names == ("attention=native", "step_cache=first_block")
    assert speed_plan("cpu", "cache_threshold=0.2").cache_threshold == 0.2


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ("warp=on", "'warp' is no switch"),
        ("channels_last=maybe", "on or off"),
        ("step_cache=magic", "first_block"),
        ("cache_threshold=much", "a number"),
    ],
)
def test_a_wrong_override_is_named(overrides: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        speed_plan("cpu", overrides)
