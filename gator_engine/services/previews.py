"""Previews: what profiles come out as, before they are saved and beside one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from gator_engine.domain.briefs import (
    AspectRatio,
    BriefDraft,
    BriefKind,
    CompiledPrompt,
    Dialect,
    Fragment,
    Generation,
)
from gator_engine.domain.personas import PersonaProfile, PersonaRevision
from gator_engine.domain.prompts import compile_picture
from gator_engine.domain.token_budget import TokenBudget, budget_of
from gator_engine.domain.voice import compile_voice
from gator_engine.ports import Caption
from gator_engine.services._context import Context
from gator_engine.services.generation import Generations
from gator_engine.services.writing import Writing

LOOKED_THROUGH = 24


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
    """What one scene becomes under one revision.

    `own` are the fragments, `told` the lines told to a caption writer, that the other lacks.
    """

    revision: PersonaRevision
    prompt: CompiledPrompt
    own: tuple[Fragment, ...]
    caption: Caption
    told: tuple[str, ...] = ()


class Previews:
    """What one can try out with profiles; only pictures that are asked for are stored."""

    def __init__(self, context: Context, writing: Writing, generations: Generations) -> None:
        self._context, self._writing, self._generations = context, writing, generations

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
        voices = [compile_voice(revision.profile).splitlines() for revision in revisions]
        outputs = []
        for number, revision in enumerate(revisions):
            mine, others = prompts[number], prompts[1 - number]
            pieces = (*mine.fragments, *mine.negative)
            known = {*others.fragments, *others.negative}
            own = tuple(piece for piece in pieces if piece not in known)
            caption = self._writing.sample(revision.profile, scene.prompt, scene.seed)
            told = tuple(line for line in voices[number] if line not in voices[1 - number])
            outputs.append(Output(revision, mine, own, caption, told))
        return outputs[0], outputs[1]

    def generate(
        self, first_id: str, second_id: str, scene: Scene, generator: str
    ) -> Sequence[Generation]:
        """Real pictures of the same scene and seed under two revisions, each as a job.

        The dialect is the generator's own. Raises NotFound, InvalidInput or CapabilityError.
        """
        revision = self._revisions([first_id])[0]
        can = {info.capabilities.slug: info.capabilities for info in self._generations.generators()}
        words = can[generator].text_fields[:1] if generator in can else ()
        draft = BriefDraft(
            persona_id=revision.persona_id,
            kind=BriefKind.IMAGE,
            generator=generator,
            prompt=scene.prompt,
            formats=(AspectRatio.SQUARE,),
            seed=scene.seed,
            pillar=scene.pillar,
            outfit=scene.outfit,
            texts=dict.fromkeys(words, scene.prompt),
        )
        return self._generations.request_under(draft, [first_id, second_id])

    def pictures(self, first_id: str, second_id: str) -> Sequence[Generation]:
        """The newest two generations of one brief and seed under these revisions, in this order.

        Empty when there are none among the persona's last ones. Raises NotFound.
        """
        persona_id = self._revisions([first_id])[0].persona_id
        found = self._generations.list(persona_id, limit=LOOKED_THROUGH)
        with self._context.store.read() as uow:
            asked = {b.id: b.draft for b in uow.generations.briefs([g.brief_id for g in found])}
        drafts = [(one, asked[one.brief_id]) for one in found]
        under = {
            wanted: [pair for pair in drafts if pair[1].persona_revision_id == wanted]
            for wanted in (first_id, second_id)
        }
        for (first, one), (second, also) in product(under[first_id], under[second_id]):
            if replace(one, persona_revision_id=second_id) == also:
                return first, second
        return ()

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
