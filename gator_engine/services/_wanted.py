"""What a generator is asked with: the persona's options under the brief's, and its references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gator_engine.domain.capabilities import GeneratorCapabilities, OptionKind
from gator_engine.domain.personas import PersonaProfile
from gator_engine.domain.triggers import merged, settings_for
from gator_engine.ports import UnitOfWork
from gator_engine.services._references import accepted_assets, refuse_without_consent

# The fewest that an editing model takes at once (FLUX.2 [klein], Black Forest Labs, 2026).
MOST_OFFERED = 4


@dataclass(frozen=True)
class Wanted:
    """The options in force, and notes on what is not applied.

    `offered` says that nobody named the references: they are the persona's accepted ones.
    """

    settings: Mapping[str, object]
    notes: tuple[str, ...] = ()
    offered: bool = False


def wanted(
    uow: UnitOfWork,
    persona_id: str,
    profile: PersonaProfile,
    prompt: str,
    can: GeneratorCapabilities,
    given: Mapping[str, object],
) -> Wanted:
    """The options, with the references that they name.

    Where they name none, the persona's accepted references are offered, unless it prefers not to.
    Raises InvalidInput, also for a real person's picture without a consent on record.
    """
    preferred, notes = settings_for(profile.generation, prompt, can)
    settings = merged(preferred, given)
    for option in can.options:
        named = _pictures(option.kind, settings.get(option.name))
        refuse_without_consent(uow, named, f"settings.{option.name}")
    name = next((o.name for o in can.options if o.kind is OptionKind.REFERENCES), None)
    if name is None or name in settings or not profile.generation.use_references:
        return Wanted(settings, notes)
    offered = list(accepted_assets(uow, persona_id)[:MOST_OFFERED])
    if not offered:
        return Wanted(settings, notes)
    return Wanted({**settings, name: offered}, notes, offered=True)


def _pictures(kind: OptionKind, value: object) -> Sequence[str]:
    """Ids of the library pictures that an option names."""
    if kind is OptionKind.PICTURE:
        return [str(value)] if value else []
    if kind is OptionKind.REFERENCES and isinstance(value, list | tuple):
        return [str(one) for one in value]
    return []
