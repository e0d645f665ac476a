"""Personas: create, revise, list, archive; see what a profile compiles to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gator_engine.domain.briefs import CompiledPrompt, Dialect
from gator_engine.domain.persona_diff import Change, diff
from gator_engine.domain.persona_rules import check_profile, profile_problems
from gator_engine.domain.persona_templates import TEMPLATES, PersonaTemplate
from gator_engine.domain.persona_tree import from_tree, patched, to_tree
from gator_engine.domain.personas import Persona, PersonaProfile, PersonaRevision
from gator_engine.domain.prompts import compile_picture
from gator_engine.domain.randomiser import random_profile
from gator_engine.domain.token_budget import TokenBudget, budget_of
from gator_engine.domain.voice import Purpose, VoiceFinding, check_voice, compile_voice
from gator_engine.errors import FieldProblem, InvalidInput, NotFound
from gator_engine.services._context import Context
from gator_engine.services._look_lock import guard_look
from gator_engine.services._own_templates import (
    forget_template,
    keep_template,
    own_templates,
    slug_for,
)

LONGEST_REASON, LONGEST_AUTHOR = 500, 80


class Personas:
    """What one can do with personas."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def templates(self) -> Sequence[PersonaTemplate]:
        """Well-written starting points, then those that were saved in this studio."""
        with self._context.store.read() as uow:
            return (*TEMPLATES, *own_templates(uow))

    def save_template(self, persona_id: str, title: str, tagline: str = "") -> PersonaTemplate:
        """Keep a persona as a template; the same title again replaces it.

        Raises NotFound, or InvalidInput naming `title`.
        """
        context = self._context
        with context.store.write() as uow:
            persona = uow.personas.get(persona_id)
            slug = slug_for(title, own_templates(uow))
            line = (
                tagline.strip() or f"Saved from {persona.name}, revision {persona.revision.number}."
            )
            template = PersonaTemplate(slug, title.strip(), line, persona.profile, own=True)
            keep_template(uow, template)
            context.audit(uow, "save_template", "persona", persona_id, template=slug)
        return template

    def forget_template(self, slug: str) -> None:
        """Take a saved template off the list. Raises NotFound (also for a built-in one)."""
        with self._context.store.write() as uow:
            forget_template(uow, slug)
            self._context.audit(uow, "forget_template", "template", slug)

    def random(self, seed: int) -> PersonaProfile:
        """A coherent character by chance, valid and adult; the same for the same seed."""
        return random_profile(seed)

    def check(self, profile: PersonaProfile) -> tuple[FieldProblem, ...]:
        """Every problem of a profile, for a form to show; empty when valid."""
        return profile_problems(profile)

    def profile_of(
        self, fields: Mapping[str, Any], base: PersonaProfile | None = None
    ) -> PersonaProfile:
        """The profile that plain data describes; with a `base`, they are a JSON Merge Patch on it.

        Raises InvalidInput with every problem, also for a field that no persona has.
        """
        reading = from_tree(fields if base is None else patched(to_tree(base), fields))
        unknown = [FieldProblem(path, "is no field of a persona") for path in reading.unknown]
        if reading.profile is None or reading.problems or unknown:
            raise InvalidInput.collect([*reading.problems, *unknown])
        return reading.profile

    def create(self, profile: PersonaProfile, reason: str = "created", author: str = "") -> Persona:
        """Store a new persona; `author` is who made it, where that is not the acting user.

        Raises InvalidInput (every problem, or a handle already taken).
        """
        check_profile(profile)
        _check_words(reason, author)
        context = self._context
        with context.store.write() as uow:
            if uow.personas.by_handle(profile.identity.handle) is not None:
                raise InvalidInput("identity.handle", f"@{profile.identity.handle} is taken")
            persona_id = context.ids.new()
            revision = self._revision(persona_id, 1, profile, reason, author)
            persona = Persona(
                id=persona_id,
                handle=profile.identity.handle,
                revision=revision,
                created_at=revision.created_at,
            )
            uow.personas.add(persona)
            context.audit(uow, "create", "persona", persona_id, reason=reason)
        return persona

    def revise(
        self,
        persona_id: str,
        profile: PersonaProfile,
        reason: str,
        expected_version: int,
        author: str = "",
    ) -> Persona:
        """Store a new revision; earlier ones stay.

        Raises InvalidInput, NotFound, or StaleWrite when somebody saved since
        `expected_version` was read. An unchanged profile makes no revision.
        """
        check_profile(profile)
        _check_words(reason, author)
        context = self._context
        with context.store.write() as uow:
            persona = uow.personas.get(persona_id)
            if persona.profile == profile:
                return persona
            guard_look(uow, persona_id, persona.profile, profile)
            taken = uow.personas.by_handle(profile.identity.handle)
            if taken is not None and taken.id != persona_id:
                raise InvalidInput("identity.handle", f"@{profile.identity.handle} is taken")
            number = persona.revision.number + 1
            revision = self._revision(persona_id, number, profile, reason, author)
            uow.personas.add_revision(revision, expected_version)
            context.audit(uow, "revise", "persona", persona_id, reason=reason)
            return uow.personas.get(persona_id)

    def duplicate(self, persona_id: str, handle: str, name: str = "", author: str = "") -> Persona:
        """A new persona with the same profile but its handle (and name).

        Raises NotFound, or InvalidInput.
        """
        old = self.get(persona_id)
        who = replace(old.profile.identity, handle=handle, name=name or old.name)
        reason = f"copied from @{old.handle}, revision {old.revision.number}"
        return self.create(replace(old.profile, identity=who), reason, author)

    def difference(self, persona_id: str, before: int, after: int) -> Sequence[Change]:
        """What changed between two revisions, by number. Raises NotFound."""
        profiles = [self.revision(persona_id, number).profile for number in (before, after)]
        return diff(*profiles)

    def revision(self, persona_id: str, number: int) -> PersonaRevision:
        """One revision by its number. Raises NotFound."""
        for one in self.revisions(persona_id):
            if one.number == number:
                return one
        raise NotFound("revision", str(number))

    def restore_revision(self, revision_id: str, expected_version: int) -> Persona:
        """Make an earlier revision current again, as a new revision."""
        with self._context.store.read() as uow:
            old = uow.personas.revision(revision_id)
        reason = f"restored revision {old.number}"
        return self.revise(old.persona_id, old.profile, reason, expected_version)

    def get(self, persona_id: str) -> Persona:
        """Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.personas.get(persona_id)

    def list(self, *, archived: bool = False) -> Sequence[Persona]:
        """Personas by name."""
        with self._context.store.read() as uow:
            return uow.personas.list(archived=archived)

    def revisions(self, persona_id: str) -> Sequence[PersonaRevision]:
        """Every revision, newest first."""
        with self._context.store.read() as uow:
            found = uow.personas.revisions(persona_id)
        return sorted(found, key=lambda revision: revision.number, reverse=True)

    def archive(self, persona_id: str) -> None:
        """Put away; nothing is deleted and `restore` brings it back."""
        self._set_archived(persona_id, archived=True)

    def restore(self, persona_id: str) -> None:
        """Bring an archived persona back."""
        self._set_archived(persona_id, archived=False)

    def compile_picture(
        self,
        profile: PersonaProfile,
        prompt: str,
        outfit: str = "",
        pillar: str = "",
        dialect: Dialect | str = Dialect.TAGS,
    ) -> CompiledPrompt:
        """The picture prompt this profile and prompt give, each piece with its source."""
        return compile_picture(
            profile, prompt=prompt, outfit=outfit, pillar=pillar, dialect=dialect
        )

    def budget(self, compiled: CompiledPrompt) -> TokenBudget:
        """About where each piece falls in the windows of a CLIP encoder (an estimate)."""
        return budget_of(compiled)

    def compile_voice(
        self, profile: PersonaProfile, purpose: Purpose | str = Purpose.CAPTION, language: str = ""
    ) -> str:
        """The instructions a writer of captions, threads, scripts or alt text gets."""
        return compile_voice(profile, language, purpose=purpose)

    def voice_findings(
        self,
        text: str,
        profile: PersonaProfile,
        recent: Sequence[str] = (),
        language: str = "",
    ) -> Sequence[VoiceFinding]:
        """Where a text leaves the persona's voice, or repeats one of the `recent` posts."""
        return check_voice(text, profile, recent=recent, language=language)

    def _revision(
        self, persona_id: str, number: int, profile: PersonaProfile, reason: str, author: str
    ) -> PersonaRevision:
        context = self._context
        return PersonaRevision(
            id=context.ids.new(),
            persona_id=persona_id,
            number=number,
            profile=profile,
            author=author.strip() or context.actor,
            reason=reason,
            created_at=context.now(),
        )

    def _set_archived(self, persona_id: str, *, archived: bool) -> None:
        context = self._context
        with context.store.write() as uow:
            uow.personas.get(persona_id)
            uow.personas.set_archived(persona_id, context.now() if archived else None)
            context.audit(uow, "archive" if archived else "restore", "persona", persona_id)


def _check_words(reason: str, author: str) -> None:
    """Raises InvalidInput for what is too long to keep beside a revision."""
    texts = (("reason", reason, LONGEST_REASON), ("author", author, LONGEST_AUTHOR))
    problems = [
        FieldProblem(field, f"has {len(text)} characters", f"{limit}")
        for field, text, limit in texts
        if len(text) > limit
    ]
    if problems:
        raise InvalidInput.collect(problems)
