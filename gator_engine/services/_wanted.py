"""What a generator is asked with: the way to keep the face, the persona's options under the
brief's, and its references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gator_engine.domain.briefs import Brief, BriefDraft
from gator_engine.domain.capabilities import GeneratorCapabilities, OptionKind
from gator_engine.domain.identity_routes import (
    MOST_SHOWN,
    SETTLED_KEY,
    Circumstances,
    LearntLora,
    ReferenceUse,
    ReferenceWay,
    RoutePlan,
    asked_route,
    plan_route,
)
from gator_engine.domain.personas import GenerationPreferences, PersonaProfile, TriggerEffect
from gator_engine.domain.triggers import loras_in_use, merged, settings_for
from gator_engine.ports import Generator, Modelled, Resembling, UnitOfWork
from gator_engine.services._references import (
    accepted_assets,
    accepted_count,
    refuse_without_consent,
)

_NOT_SHOWN = "The persona shows its reference pictures to no model (see Generation)."


@dataclass(frozen=True)
class Wanted:
    """The options in force, and notes on what is not applied.

    `offered` says that nobody named the references: they are the persona's accepted ones. `plan` is
    the way to keep the face, None for what is no picture of the persona.
    """

    settings: Mapping[str, object]
    notes: tuple[str, ...] = ()
    offered: bool = False
    plan: RoutePlan | None = None


@dataclass(frozen=True)
class Planned:
    """The way a brief takes, and the persona and options as they are on it."""

    plan: RoutePlan | None
    profile: PersonaProfile
    settings: Mapping[str, object]
    notes: tuple[str, ...] = ()


def planned(
    uow: UnitOfWork, profile: PersonaProfile, asked: BriefDraft | Brief, generator: Generator
) -> Planned:
    """The way a brief takes as things are now. Raises InvalidInput naming `identity_route` or
    `generation.triggers`."""
    can = generator.capabilities
    preferred, notes = settings_for(profile.generation, asked.prompt, can)
    if not can.uses_prompt:
        return Planned(None, profile, merged(preferred, asked.settings), notes)
    there = _circumstances(uow, profile, asked, generator)
    settled = bool(asked.recipe.get(SETTLED_KEY))
    plan = plan_route(there, asked_route(asked.recipe), settled=settled)
    left = replace(
        profile,
        generation=replace(
            profile.generation,
            loras=tuple(one for one in profile.generation.loras if one.name not in plan.left_out),
        ),
    )
    preferred, notes = settings_for(left.generation, asked.prompt, can)
    settings = dict(merged(preferred, asked.settings))
    # A form gives what was left open as "".
    settings |= {name: value for name, value in plan.settings.items() if not settings.get(name)}
    return Planned(plan, left, settings, (*notes, *plan.notes))


def wanted(
    uow: UnitOfWork, profile: PersonaProfile, asked: BriefDraft | Brief, generator: Generator
) -> Wanted:
    """The options, with the references that they name.

    Where they name none and the way shows any, they are the persona's accepted ones. Raises
    InvalidInput, also for a real person's picture without a consent on record.
    """
    can, found = generator.capabilities, planned(uow, profile, asked, generator)
    settings = found.settings
    for option in can.options:
        named = _pictures(option.kind, settings.get(option.name))
        refuse_without_consent(uow, named, f"settings.{option.name}")
    as_found = Wanted(settings, found.notes, plan=found.plan)
    name = _reference_option(can)
    if name is None or name in settings:
        return as_found
    if found.plan is None or not found.plan.route.shows_references:
        return as_found
    offered = list(accepted_assets(uow, asked.persona_id)[: found.plan.most])
    if not offered:
        return as_found
    return replace(as_found, settings={**settings, name: offered}, offered=True)


def _circumstances(
    uow: UnitOfWork, profile: PersonaProfile, asked: BriefDraft | Brief, generator: Generator
) -> Circumstances:
    can, preferences = generator.capabilities, profile.generation
    preferred, _ = settings_for(preferences, asked.prompt, can)
    settings = merged(preferred, asked.settings)
    shows = preferences.use_references
    loras = tuple(_learnt(uow, asked.persona_id, preferences, asked.prompt))
    option = _reference_option(can)
    free = isinstance(generator, Resembling) and generator.exchangeable
    free = free and not str(settings.get("model", "")).strip()
    return Circumstances(
        label=can.label,
        own=_own(generator, settings),
        references=accepted_count(uow, asked.persona_id) if shows and option else 0,
        loras=loras,
        takes_loras=can.takes_loras,
        editor=_editor(generator) if free else None,
        bases=tuple(_bases(generator, loras)) if free else (),
        named=bool(settings[option]) if option and option in settings else None,
        **({} if shows else {"no_picture": _NOT_SHOWN}),
    )


def _own(generator: Generator, settings: Mapping[str, object]) -> ReferenceUse:
    if isinstance(generator, Resembling):
        return generator.reference_use(settings)
    can = generator.capabilities
    way = ReferenceWay.PICTURES if can.takes_references else ReferenceWay.NONE
    return ReferenceUse("", can.label, way, MOST_SHOWN)


def _editor(generator: Generator) -> ReferenceUse | None:
    found = generator.editing_model() if isinstance(generator, Resembling) else None
    return found if found is not None and _can_run(generator, found.model) else None


def _bases(generator: Generator, loras: Sequence[LearntLora]) -> Iterator[str]:
    for base in dict.fromkeys(lora.base for lora in loras if lora.base and not lora.called):
        if _can_run(generator, base):
            yield base


def _can_run(generator: Generator, model: str) -> bool:
    return isinstance(generator, Modelled) and not generator.missing_for({"model": model})


def _learnt(
    uow: UnitOfWork, persona_id: str, preferences: GenerationPreferences, prompt: str
) -> Iterator[LearntLora]:
    """The LoRAs in use, each with the model it was trained on, if that happened here."""
    in_use = loras_in_use(preferences, prompt)
    if not in_use:
        return
    bases = {one.path: one.base_model for one in uow.characters.trainings(persona_id) if one.path}
    by_rule = {r.value for r in preferences.triggers if r.effect is TriggerEffect.LORA}
    for lora in in_use:
        yield LearntLora(lora.name, bases.get(lora.model, ""), lora.name in by_rule)


def _reference_option(can: GeneratorCapabilities) -> str | None:
    return next((o.name for o in can.options if o.kind is OptionKind.REFERENCES), None)


def _pictures(kind: OptionKind, value: object) -> Sequence[str]:
    """Ids of the library pictures that an option names."""
    if kind is OptionKind.PICTURE:
        return [str(value)] if value else []
    if kind is OptionKind.REFERENCES and isinstance(value, list | tuple):
        return [str(one) for one in value]
    return []
