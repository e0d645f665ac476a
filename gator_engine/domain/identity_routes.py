"""The ways to keep a persona's face from picture to picture, and which of them a brief takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gator_engine.errors import InvalidInput

RECIPE_KEY = "identity_route"
"""Under this name a brief's recipe says which way a person insisted on, and a picture's parameters
which one was taken."""
SETTLED_KEY = "identity_route_settled"
"""True in a recipe whose way was settled by the studio for a whole series of pictures."""
# The fewest that an editing model takes at once (FLUX.2 [klein], Black Forest Labs, 2026).
MOST_SHOWN = 4


class Route(StrEnum):
    """Ways to keep a face, in the order of preference.

    An editing model sees the reference sheets themselves; a LoRA has learnt them; an IP-Adapter
    only steers a model that never saw them; words describe a face and do not keep it.
    """

    EDITING = "editing"
    LORA = "lora"
    ADAPTER = "adapter"
    WORDS = "words"

    @property
    def label(self) -> str:
        """For people."""
        return {
            Route.EDITING: "An editing model that is shown the reference pictures",
            Route.LORA: "A LoRA that has learnt this face",
            Route.ADAPTER: "Reference pictures through an IP-Adapter",
            Route.WORDS: "Words alone",
        }[self]

    @property
    def shows_references(self) -> bool:
        """Whether reference pictures go to the model."""
        return self in (Route.EDITING, Route.ADAPTER)


class ReferenceWay(StrEnum):
    """How reference pictures reach a model."""

    NONE = "none"
    PICTURES = "pictures"
    ADAPTER = "adapter"


@dataclass(frozen=True)
class ReferenceUse:
    """What one model does with reference pictures.

    `model` is its folder or hub id and `label` its name for people; `most` is how many pictures it
    looks at in one call, `lacks` says in plain words why it cannot look at any, and `settings` are
    the options that it takes to do so.
    """

    model: str
    label: str
    way: ReferenceWay
    most: int = MOST_SHOWN
    lacks: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether pictures can be shown to it now."""
        return self.way is not ReferenceWay.NONE and not self.lacks


@dataclass(frozen=True)
class LearntLora:
    """A LoRA in use. `base` is the model it was trained on here, "" for one that came from
    elsewhere and is taken to fit; `called` says that a trigger rule called it, for another purpose
    than the face."""

    name: str
    base: str = ""
    called: bool = False

    def fits(self, model: str) -> bool:
        """Whether it can be attached to a model, as far as anybody knows."""
        return not self.base or self.base == model


@dataclass(frozen=True)
class Circumstances:
    """What a brief's way depends on.

    `references` counts the pictures that may be shown, `no_picture` says why there are none.
    `editor` is an editing model that may take the place of the brief's, `bases` the models of
    trained LoRAs that may; both only where the brief names no model. `named` says that the brief
    names reference pictures of its own (True) or wants none (False).
    """

    label: str
    own: ReferenceUse
    references: int
    loras: tuple[LearntLora, ...] = ()
    takes_loras: bool = False
    editor: ReferenceUse | None = None
    bases: tuple[str, ...] = ()
    named: bool | None = None
    no_picture: str = "Accept a reference picture first."

    @property
    def learnt(self) -> tuple[LearntLora, ...]:
        """The LoRAs that are the persona's own."""
        return tuple(lora for lora in self.loras if not lora.called)


@dataclass(frozen=True)
class RouteState:
    """A way, the generators (slugs) that can take it, and what it lacks in plain words."""

    route: Route
    generators: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether it can be taken now."""
        return not self.missing


@dataclass(frozen=True)
class RoutePlan:
    """The way a brief takes and why.

    `settings` are the options it adds under the brief's own; `most` is how many references are
    shown; `left_out` names LoRAs that are not attached; `states` are all ways with what each lacks.
    """

    route: Route
    reason: str
    states: tuple[RouteState, ...]
    settings: Mapping[str, object] = field(default_factory=dict)
    most: int = 0
    left_out: tuple[str, ...] = ()
    insisted: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the result."""
        if not self.left_out:
            return ()
        return (f"Not attached on this way: the LoRA {', '.join(self.left_out)}.",)

    @property
    def record(self) -> Mapping[str, object]:
        """What is kept with a generation and its pictures."""
        return {"route": self.route.value, "reason": self.reason, "chosen_by_person": self.insisted}


def asked_route(recipe: Mapping[str, object]) -> Route | None:
    """The way a brief's recipe insists on; None for the best there is. Raises InvalidInput."""
    named = recipe.get(RECIPE_KEY)
    if not named:
        return None
    if named not in list(Route):
        raise InvalidInput(RECIPE_KEY, f"{named!r} is unknown", ", ".join(Route))
    return Route(str(named))


def plan_route(
    there: Circumstances, asked: Route | None = None, *, settled: bool = False
) -> RoutePlan:
    """The way to take: the one asked for, else the first that is ready.

    `settled` says that not a person asked for it but the series of pictures that the brief is of.

    Raises InvalidInput naming `identity_route` when the one asked for cannot be taken.
    """
    states = _states(there)
    by_route = {state.route: state for state in states}
    if asked is not None and not by_route[asked].ready:
        raise InvalidInput(RECIPE_KEY, f"{asked.label}: {' '.join(by_route[asked].missing)}")
    route = asked or _best(there, states)
    model = _model(there, route)
    why = [_SETTLED if settled else _INSISTED] if asked else []
    why.append(_why(there, route, model))
    if asked is None and not there.named:
        why += [one for s in states[: list(Route).index(route)] for one in s.missing]
    shown = model if route.shows_references else None
    switched = model.model != there.own.model
    return RoutePlan(
        route=route,
        reason=" ".join(dict.fromkeys(why)),
        states=states,
        settings={
            **({"model": model.model} if switched else {}),
            **(shown.settings if shown else {}),
        },
        most=min(there.references, shown.most) if shown else 0,
        left_out=_left_out(there, route, model.model),
        insisted=asked is not None and not settled,
    )


_INSISTED = "Chosen by you."
_SETTLED = "The same for the whole series."


def _best(there: Circumstances, states: Sequence[RouteState]) -> Route:
    """The first that is ready; pictures that the brief names itself come before a LoRA."""
    ready = [state.route for state in states if state.ready]
    if there.named:
        ready.sort(key=lambda route: not route.shows_references)
    return ready[0]


def _states(there: Circumstances) -> tuple[RouteState, ...]:
    """Every way in order, for one brief."""
    lacking = {
        Route.EDITING: _editing_lacks(there),
        Route.LORA: _lora_lacks(there),
        Route.ADAPTER: _adapter_lacks(there),
        Route.WORDS: (),
    }
    return tuple(RouteState(route, (), missing) for route, missing in lacking.items())


def _editing_lacks(there: Circumstances) -> tuple[str, ...]:
    model = _editor(there)
    if model is None:
        lacks = f"{there.own.label} is no editing model, and no other one is at hand."
        return (lacks, *_no_picture(there))
    return (*([model.lacks] if model.lacks else []), *_no_picture(there))


def _lora_lacks(there: Circumstances) -> tuple[str, ...]:
    if not there.takes_loras:
        return (f"{there.label} takes no LoRAs.",)
    if not there.learnt:
        return ("Train a LoRA of this persona, or name one under Generation.",)
    if _lora_model(there) is None:
        bases = ", ".join(dict.fromkeys(lora.base for lora in there.learnt))
        return (f"Its LoRA was trained on {bases}, and this brief asks for another model.",)
    return ()


def _adapter_lacks(there: Circumstances) -> tuple[str, ...]:
    own = there.own
    if own.way is not ReferenceWay.ADAPTER:
        return (own.lacks or f"{own.label} takes no IP-Adapter.", *_no_picture(there))
    return (*([own.lacks] if own.lacks else []), *_no_picture(there))


def _no_picture(there: Circumstances) -> tuple[str, ...]:
    if there.named is False:
        return ("The brief wants no reference pictures.",)
    return () if there.references or there.named else (there.no_picture,)


def _editor(there: Circumstances) -> ReferenceUse | None:
    if there.own.way is ReferenceWay.PICTURES:
        return there.own
    # Pictures that a brief names itself are meant for the model it is about.
    return None if there.named else there.editor


def _lora_model(there: Circumstances) -> str | None:
    """The model to attach LoRAs to: the brief's where one of them fits, else one they fit."""
    models = (there.own.model, *there.bases)
    return next((m for m in models if any(lora.fits(m) for lora in there.learnt)), None)


def _model(there: Circumstances, route: Route) -> ReferenceUse:
    if route is Route.EDITING:
        return _editor(there) or there.own
    base = _lora_model(there) if route is Route.LORA else None
    if base is None or base == there.own.model:
        return there.own
    return ReferenceUse(base, base, ReferenceWay.NONE)


def _why(there: Circumstances, route: Route, model: ReferenceUse) -> str:
    if route is Route.WORDS:
        return "The persona's words describe the face; nothing keeps it the same."
    if route is Route.LORA:
        fitting = [lora for lora in there.learnt if lora.fits(model.model)]
        names = ", ".join(lora.name for lora in fitting)
        here = any(lora.base for lora in fitting)
        origin = "trained on its pictures" if here else "which the persona names as its own"
        return f"{model.label} draws with the LoRA {names}, {origin}."
    count = min(there.references, model.most)
    many = "the brief's own pictures" if there.named else _many(count)
    if route is Route.EDITING:
        return f"{model.label} is shown {many}."
    return f"{model.label} is steered by {many} through an IP-Adapter."


def _many(count: int) -> str:
    return "1 accepted reference picture" if count == 1 else f"{count} accepted reference pictures"


def _left_out(there: Circumstances, route: Route, model: str) -> tuple[str, ...]:
    """LoRAs that do not fit the model of the way, or that it does without."""
    if not there.takes_loras:
        return ()  # The generator's own note says so.
    switched = model != there.own.model
    return tuple(
        lora.name
        for lora in there.loras
        if not lora.fits(model)
        or (switched and not lora.base)
        or (route is Route.WORDS and not lora.called)
    )


def together(
    plans: Sequence[tuple[str, RoutePlan]], *, references: int, loras: int
) -> tuple[RouteState, ...]:
    """Every way in order for several generators (slug and plan): what can take it, else the least
    that it lacks. `references` and `loras` say what the persona has where nothing is ready."""
    found = []
    for number, route in enumerate(Route):
        states = [(slug, plan.states[number]) for slug, plan in plans]
        able = tuple(slug for slug, state in states if state.ready)
        least = min((state.missing for _, state in states), key=len, default=())
        if not states and route is not Route.WORDS:
            has = loras if route is Route.LORA else references
            least = ("Install a picture model.", *(() if has else (_HAVE[route],)))
        found.append(RouteState(route, able, () if able else least))
    return tuple(found)


_HAVE = {
    Route.EDITING: "Accept a reference picture first.",
    Route.LORA: "Train a LoRA of this persona, or name one under Generation.",
    Route.ADAPTER: "Accept a reference picture first.",
}
