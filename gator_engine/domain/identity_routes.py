"""The ways to keep a persona's face from picture to picture, the most faithful one first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gator_engine.domain.capabilities import GeneratorCapabilities, Task

_NO_PICTURE = "Accept a reference picture first."


class Route(StrEnum):
    """Ways to keep a face, in the order of preference.

    An editing model sees the reference sheets themselves; a LoRA has learnt them; an IP-Adapter
    only steers a model that never saw them.
    """

    EDITING = "editing"
    LORA = "lora"
    ADAPTER = "adapter"

    @property
    def label(self) -> str:
        """For people."""
        return {
            Route.EDITING: "An editing model that is shown the reference pictures",
            Route.LORA: "A LoRA that has learnt this face",
            Route.ADAPTER: "Reference pictures through an IP-Adapter",
        }[self]


@dataclass(frozen=True)
class RouteState:
    """A route, the generators (slugs) that can take it, and what it lacks in plain words."""

    route: Route
    generators: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether it can be taken now."""
        return not self.missing


def routes(
    ready: Sequence[GeneratorCapabilities], *, references: int, loras: int
) -> tuple[RouteState, ...]:
    """Every route in order, for the generators that are ready and what the persona has.

    `references` counts its accepted pictures, `loras` the LoRAs among its preferences. The first
    route that is ready is the one to recommend.
    """
    edits = [can.slug for can in ready if can.task is Task.EDIT and can.takes_references]
    learns = [can.slug for can in ready if can.takes_loras]
    steers = [can.slug for can in ready if can.task is not Task.EDIT and can.takes_references]
    no_picture = () if references else (_NO_PICTURE,)
    no_lora = () if loras else ("Train a LoRA of this persona, or name one under Generation.",)
    return (
        _state(Route.EDITING, edits, "Install an editing model that takes references.", no_picture),
        _state(Route.LORA, learns, "Install a picture model that takes LoRAs.", no_lora),
        _state(Route.ADAPTER, steers, "Install a picture model that takes references.", no_picture),
    )


def _state(route: Route, able: list[str], install: str, more: tuple[str, ...]) -> RouteState:
    return RouteState(route, tuple(able), (*(() if able else (install,)), *more))
