"""Which way to keep a face a brief takes, and what it says about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.domain.identity_routes import (
    RECIPE_KEY,
    Circumstances,
    LearntLora,
    ReferenceUse,
    ReferenceWay,
    Route,
    RoutePlan,
    asked_route,
    plan_route,
    together,
)
from gator_engine.errors import InvalidInput

PIXART = ReferenceUse("pixart", "PixArt", ReferenceWay.NONE)
KLEIN = ReferenceUse("klein", "FLUX.2 klein", ReferenceWay.PICTURES, most=4)
SDXL = ReferenceUse(
    "sdxl", "SDXL", ReferenceWay.ADAPTER, settings={"reference_adapter": "plus.safetensors"}
)
BARE_SDXL = replace(SDXL, lacks="No IP-Adapter for SDXL is installed.", settings={})
OWN = LearntLora("gtrluna", "sdxl")
FOREIGN = LearntLora("bought")
INK = LearntLora("ink", called=True)


def there(
    own: ReferenceUse, references: int = 2, *loras: LearntLora, **more: object
) -> Circumstances:
    facts = {"takes_loras": True, **more}
    return Circumstances("AI picture", own, references, loras, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "route"),
    [
        (there(KLEIN), Route.EDITING),
        (there(SDXL, 2, OWN, editor=KLEIN), Route.EDITING),
        (there(SDXL, 0, OWN, editor=KLEIN), Route.LORA),
        (there(SDXL, 2, OWN), Route.LORA),
        (there(PIXART, 2, OWN, bases=("sdxl",)), Route.LORA),
        (there(PIXART, 2, FOREIGN), Route.LORA),
        (there(SDXL, 2, INK), Route.ADAPTER),
        (there(SDXL, 2, LearntLora("x", "sd15")), Route.ADAPTER),
        (there(SDXL, 2, OWN, named=True), Route.ADAPTER),
        (there(KLEIN, 2, named=False), Route.WORDS),
        (there(BARE_SDXL), Route.WORDS),
        (there(SDXL, 0), Route.WORDS),
        (there(PIXART, 2, OWN), Route.WORDS),
        (there(PIXART, 2, OWN, takes_loras=False), Route.WORDS),
    ],
)
def test_the_best_way_that_there_is_is_taken(facts: Circumstances, route: Route) -> None:
    plan = plan_route(facts)
    assert plan.route is route and not plan.insisted
    assert [state.route for state in plan.states] == list(Route)
    better = plan.states[: list(Route).index(route)]
    if not facts.named:
        assert all(not state.ready for state in better)
        assert all(lack in plan.reason for state in better for lack in state.missing)


def test_the_way_says_what_it_changes() -> None:
    editing = plan_route(there(SDXL, 7, OWN, FOREIGN, INK, editor=KLEIN))
    assert (editing.settings, editing.most) == ({"model": "klein"}, 4)
    # None of them is known to fit the other model.
    assert editing.left_out == ("gtrluna", "bought", "ink")
    assert "ink" in editing.notes[0]
    learnt = plan_route(there(PIXART, 1, OWN, FOREIGN, bases=("sdxl",)))
    assert (learnt.settings, learnt.most, learnt.left_out) == ({}, 0, ("gtrluna",))
    base = plan_route(there(PIXART, 1, OWN, bases=("sdxl",)))
    assert (base.settings, base.left_out) == ({"model": "sdxl"}, ())
    steered = plan_route(there(SDXL, 1))
    assert steered.settings == {"reference_adapter": "plus.safetensors"}
    assert "1 accepted reference picture through" in steered.reason


def test_a_person_may_insist_on_a_way_that_is_ready() -> None:
    words = plan_route(there(SDXL, 2, OWN, INK, editor=KLEIN), Route.WORDS)
    assert words.insisted and words.reason.startswith("Chosen by you.")
    # What the brief's words call for stays; the persona's own does not.
    assert (words.settings, words.most, words.left_out) == ({}, 0, ("gtrluna",))
    assert words.record == {
        "route": "words", "reason": words.reason, "chosen_by_person": True,
    }  # fmt: skip
    adapter = plan_route(there(SDXL, 2, OWN, editor=KLEIN), Route.ADAPTER)
    assert adapter.settings == {"reference_adapter": "plus.safetensors"}
    with pytest.raises(InvalidInput, match="PixArt takes no IP-Adapter") as refused:
        plan_route(there(PIXART), Route.ADAPTER)
    assert refused.value.field == RECIPE_KEY


def test_a_series_keeps_one_way_without_a_person_having_chosen_it() -> None:
    plan = plan_route(there(KLEIN), Route.EDITING, settled=True)
    assert not plan.insisted and plan.reason.startswith("The same for the whole series.")


def test_a_recipe_names_a_way_or_none() -> None:
    assert asked_route({}) is None
    assert asked_route({RECIPE_KEY: "lora"}) is Route.LORA
    with pytest.raises(InvalidInput, match="editing, lora, adapter, words"):
        asked_route({RECIPE_KEY: "magic"})


def test_several_generators_together_name_who_can_and_the_least_that_lacks() -> None:
    plans: list[tuple[str, RoutePlan]] = [
        ("sdxl", plan_route(there(BARE_SDXL, 2))),
        ("klein", plan_route(there(KLEIN, 2))),
    ]
    editing, lora, adapter, words = together(plans, references=2, loras=0)
    assert (editing.generators, editing.missing) == (("klein",), ())
    assert not lora.ready and lora.missing[0].startswith("Train a LoRA")
    assert len(adapter.missing) == 1
    assert words.generators == ("sdxl", "klein")
    nothing = together([], references=0, loras=1)
    assert nothing[0].missing == ("Install a picture model.", "Accept a reference picture first.")
    assert nothing[1].missing == ("Install a picture model.",)
