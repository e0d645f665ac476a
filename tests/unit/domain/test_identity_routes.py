"""Which way to keep a face is recommended."""

from __future__ import annotations

import pytest

from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind, Task
from gator_engine.domain.identity_routes import Route, routes


def able(slug: str, task: Task, *kinds: OptionKind) -> GeneratorCapabilities:
    options = tuple(Option(kind.value, "", kind, ()) for kind in kinds)
    return GeneratorCapabilities(
        slug, slug, "", (BriefKind.IMAGE,), (AspectRatio.SQUARE,), options, task=task
    )


EDITOR = able("editor", Task.EDIT, OptionKind.REFERENCES)
BLIND_EDITOR = able("blind", Task.EDIT)
PAINTER = able("painter", Task.TEXT_TO_IMAGE, OptionKind.LORAS, OptionKind.REFERENCES)
CARD = able("card", Task.DESIGN)


@pytest.mark.parametrize(
    ("ready", "references", "loras", "best"),
    [
        ((CARD,), 3, 1, None),
        ((PAINTER,), 0, 0, None),
        ((PAINTER,), 1, 0, Route.ADAPTER),
        ((PAINTER, BLIND_EDITOR), 1, 1, Route.LORA),
        ((PAINTER, EDITOR), 0, 1, Route.LORA),
        ((PAINTER, EDITOR), 1, 1, Route.EDITING),
    ],
)
def test_the_first_route_that_is_ready_is_recommended(
    ready: tuple[GeneratorCapabilities, ...], references: int, loras: int, best: Route | None
) -> None:
    found = routes(ready, references=references, loras=loras)
    assert [one.route for one in found] == list(Route)
    assert next((one.route for one in found if one.ready), None) is best


def test_a_route_says_everything_that_it_lacks() -> None:
    editing, lora, adapter = routes([PAINTER], references=0, loras=0)
    assert len(editing.missing) == 2 and editing.generators == ()
    assert [len(one.missing) for one in (lora, adapter)] == [1, 1]
    assert lora.generators == adapter.generators == ("painter",)
