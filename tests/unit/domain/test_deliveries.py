"""The delivery state machine keeps its promises."""

from __future__ import annotations

import pytest

from gator_engine.domain.deliveries import DELIVERY_STEPS, FINAL, DeliveryState

S = DeliveryState


def test_every_state_has_its_steps_and_only_final_ones_have_none() -> None:
    assert set(DELIVERY_STEPS) == set(S)
    assert {state for state, steps in DELIVERY_STEPS.items() if not steps} == FINAL


def test_every_state_can_be_reached_from_scheduled() -> None:
    reached, edge = {S.SCHEDULED}, {S.SCHEDULED}
    while edge:
        edge = {after for state in edge for after in DELIVERY_STEPS[state]} - reached
        reached |= edge
    assert reached == set(S)


@pytest.mark.parametrize("state", [S.FINALIZING, S.UNCERTAIN, S.RECONCILING])
def test_what_may_have_been_sent_is_never_queued_again_unseen(state: DeliveryState) -> None:
    assert not DELIVERY_STEPS[state] & {S.QUEUED, S.STARTING, S.SCHEDULED, S.CANCELLED}


def test_an_uncertain_delivery_is_looked_for_first() -> None:
    assert DELIVERY_STEPS[S.UNCERTAIN] == {S.RECONCILING, S.NEEDS_HUMAN}
