"""From a draft to what a generator gets: its checks, its prompt, its seed."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import replace

from gator_engine.domain.briefs import BriefDraft, CompiledPrompt, Dialect
from gator_engine.domain.capabilities import GeneratorCapabilities, SizeFrom
from gator_engine.domain.dialects import dialect_of
from gator_engine.domain.generation_rules import LARGEST_SEED
from gator_engine.domain.options import check_options, check_pictures
from gator_engine.domain.personas import GenerationPreferences, Persona, PersonaProfile, SeedPolicy
from gator_engine.domain.prompts import compile_picture, refuse_youthful_sexual
from gator_engine.domain.triggers import merged, settings_for
from gator_engine.errors import InvalidInput
from gator_engine.ports import UnitOfWork

PROMPT_LIMIT = 4000


def compile_draft(
    profile: PersonaProfile, draft: BriefDraft, capabilities: GeneratorCapabilities | None
) -> CompiledPrompt:
    """The prompt in the dialect of the model the draft names, else of the generator's own."""
    named = str(draft.settings.get("model", "")).strip()
    own = capabilities.dialect if capabilities else Dialect.TAGS
    return compile_picture(
        profile,
        prompt=draft.prompt,
        outfit=draft.outfit,
        pillar=draft.pillar,
        dialect=dialect_of(named) if named else own,
        negative=draft.negative,
    )


def persona_of(uow: UnitOfWork, draft: BriefDraft) -> Persona:
    """The persona as the draft means it: as it is now, or as one of its revisions was.

    Raises NotFound, or InvalidInput for a revision of somebody else.
    """
    persona = uow.personas.get(draft.persona_id)
    if not draft.persona_revision_id:
        return persona
    revision = uow.personas.revision(draft.persona_revision_id)
    if revision.persona_id != persona.id:
        raise InvalidInput("persona_revision_id", f"is not a revision of {persona.name}")
    return replace(persona, revision=revision)


def seed_of(draft: BriefDraft, preferences: GenerationPreferences) -> int:
    """The draft's seed, else one by the persona's policy."""
    if draft.seed is not None:
        return draft.seed
    if preferences.seed_policy is SeedPolicy.FIXED and preferences.seed is not None:
        return preferences.seed
    if preferences.seed_policy is SeedPolicy.PER_BRIEF:
        return _seed_of_brief(draft, preferences.seed or 0)
    return secrets.randbelow(LARGEST_SEED)


def _seed_of_brief(draft: BriefDraft, salt: int) -> int:
    """The same number for the same brief, whenever and wherever it is asked for."""
    told = {
        "persona": draft.persona_id,
        "kind": draft.kind,
        "generator": draft.generator,
        "prompt": draft.prompt,
        "pillar": draft.pillar,
        "outfit": draft.outfit,
        "texts": dict(draft.texts),
        "salt": salt,
    }
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()
    return int.from_bytes(digest[:8], "big") % LARGEST_SEED


def check_draft(draft: BriefDraft, capabilities: GeneratorCapabilities, persona: Persona) -> None:
    """Raises InvalidInput or CapabilityError for the first thing that will not work."""
    if draft.kind not in capabilities.kinds:
        allowed = ", ".join(capabilities.kinds)
        raise InvalidInput("kind", f"{capabilities.label} does not make {draft.kind}", allowed)
    if not draft.formats and capabilities.size_from is SizeFrom.FORMAT:
        raise InvalidInput("formats", "name at least one format")
    for ratio in draft.formats:
        if ratio not in capabilities.ratios:
            allowed = ", ".join(capabilities.ratios)
            raise InvalidInput("formats", f"{capabilities.label} has no {ratio}", allowed)
    if not 1 <= draft.count <= capabilities.max_count:
        raise InvalidInput("count", f"is {draft.count}", f"1–{capabilities.max_count}")
    if len(draft.prompt) > PROMPT_LIMIT:
        raise InvalidInput("prompt", f"has {len(draft.prompt)} characters", f"{PROMPT_LIMIT}")
    if len(draft.negative) > PROMPT_LIMIT:
        raise InvalidInput("negative", f"has {len(draft.negative)} characters", f"{PROMPT_LIMIT}")
    if draft.seed is not None and not 0 <= draft.seed <= LARGEST_SEED:
        raise InvalidInput("seed", f"is {draft.seed}", f"0–{LARGEST_SEED}")
    if draft.pillar and draft.pillar not in [pillar.name for pillar in persona.profile.pillars]:
        raise InvalidInput("pillar", f"{draft.pillar!r} is not a pillar of {persona.name}")
    check_options(capabilities, draft.settings)
    preferred, _ = settings_for(persona.profile.generation, draft.prompt, capabilities)
    check_options(capabilities, merged(preferred, draft.settings))
    check_pictures(capabilities, draft.settings)
    described = {"prompt": draft.prompt, **draft.texts}
    refuse_youthful_sexual(described, persona.profile.boundaries.rating)
