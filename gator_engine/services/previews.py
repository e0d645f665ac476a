"""Previews: what profiles come out as, before they are saved and beside one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gator_engine.domain.briefs import CompiledPrompt, Dialect, Fragment
from gator_engine.domain.personas import PersonaProfile, PersonaRevision
from gator_engine.domain.prompts import compile_picture
from gator_engine.domain.token_budget import TokenBudget, budget_of
from gator_engine.ports import Caption
from gator_engine.services._context import Context
from gator_engine.services.writing import Writing


@dataclass(frozen=True)
class Scene:
    """The part of a brief that a prompt is compiled from; `seed` is of the sample caption."""

    prompt: str
    outfit: str = ""
    pillar: str = ""
    dialect: Dialect = Dialect.TAGS
    seed: int = 0


@dataclass(frozen=True)
class Compiled:
    """A compiled prompt, and how it fits into the windows of a CLIP encoder.

    `budget` is None for models that read sentences: they have no such window.
    """

    prompt: CompiledPrompt
    budget: TokenBudget | None


@dataclass(frozen=True)
class Output:
    """What one scene becomes under one revision; `own` are the fragments the other lacks."""

    revision: PersonaRevision
    prompt: CompiledPrompt
    own: tuple[Fragment, ...]
    caption: Caption


class Previews:
    """What one can try out with profiles; nothing is stored."""

    def __init__(self, context: Context, writing: Writing) -> None:
        self._context, self._writing = context, writing

    def compiled(self, profile: PersonaProfile, scene: Scene) -> Compiled:
        """The picture prompt of a profile that need not be stored. Raises InvalidInput."""
        prompt = _compile(profile, scene)
        tags = scene.dialect is Dialect.TAGS
        return Compiled(prompt, budget_of(prompt) if tags else None)

    def compare(self, first_id: str, second_id: str, scene: Scene) -> tuple[Output, Output]:
        """The same scene and seed under two revisions, in the order given.

        Raises NotFound, or InvalidInput for a scene that one of them cannot be asked for.
        """
        revisions = self._revisions([first_id, second_id])
        prompts = [_compile(revision.profile, scene) for revision in revisions]
        outputs = []
        for number, revision in enumerate(revisions):
            mine, others = prompts[number], prompts[1 - number]
            pieces = (*mine.fragments, *mine.negative)
            known = {*others.fragments, *others.negative}
            own = tuple(piece for piece in pieces if piece not in known)
            caption = self._writing.sample(revision.profile, scene.prompt, scene.seed)
            outputs.append(Output(revision, mine, own, caption))
        return outputs[0], outputs[1]

    def _revisions(self, ids: Sequence[str]) -> list[PersonaRevision]:
        with self._context.store.read() as uow:
            return [uow.personas.revision(one) for one in ids]


def _compile(profile: PersonaProfile, scene: Scene) -> CompiledPrompt:
    return compile_picture(
        profile,
        prompt=scene.prompt,
        outfit=scene.outfit,
        pillar=scene.pillar,
        dialect=scene.dialect,
    )
