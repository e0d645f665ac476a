"""Carousels and threads: outlines a person edits, drawn slide by slide in one shared design."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gator_engine.domain.assets import Asset, Origin, Provenance
from gator_engine.domain.briefs import AspectRatio, BriefKind, CompiledPrompt
from gator_engine.domain.carousels import (
    Design,
    Outline,
    OutlineKind,
    Part,
    outline_problems,
    slide_texts,
)
from gator_engine.domain.posts import Post, PostMedia
from gator_engine.domain.work import Job
from gator_engine.domain.writing import TextKind, TextPart
from gator_engine.errors import CapabilityError, InvalidInput, StaleWrite
from gator_engine.ports import Connector, GeneratedFile, GenerateRequest, Generator, Run, UnitOfWork
from gator_engine.services._context import Context
from gator_engine.services._parts import PartOfRun
from gator_engine.services.composing import Composing
from gator_engine.services.jobs import Jobs
from gator_engine.services.library import Library, NewAsset

SAVE_TRIES = 5
# The option by which a generator of cards arranges words, and its word for "as the seed says".
LAYOUT, AUTO = "layout", "auto"
KINDS = {TextKind.CAROUSEL: OutlineKind.CAROUSEL, TextKind.THREAD: OutlineKind.THREAD}


@dataclass(frozen=True)
class PartEdit:
    """A part as a person left it; `id` "" makes a new one."""

    text: str
    title: str = ""
    alt_text: str = ""
    id: str = ""


class Carousels:
    """What one can do with carousels and threads; every edit makes a version."""

    def __init__(
        self,
        context: Context,
        generators: Callable[[], Mapping[str, Generator]],
        library: Library,
        composing: Composing,
        jobs: Jobs,
        connectors: Mapping[str, Connector],
    ) -> None:
        self._context, self._generators = context, generators
        self._library, self._composing = library, composing
        self._jobs, self._connectors = jobs, connectors

    # ------------------------------------------------------------------ the document

    def outline(
        self,
        persona_id: str,
        kind: OutlineKind,
        title: str,
        parts: Sequence[TextPart],
        *,
        caption: str = "",
        seed: int = 0,
        ratio: AspectRatio = AspectRatio.PORTRAIT,
        language: str = "en",
    ) -> Outline:
        """Start a carousel or thread. Raises InvalidInput or NotFound."""
        context, now = self._context, self._context.now()
        with context.store.write() as uow:
            persona = uow.personas.get(persona_id)
            outline = Outline(
                id=context.ids.new(),
                persona_id=persona_id,
                persona_revision_id=persona.revision.id,
                kind=kind,
                title=title.strip(),
                parts=tuple(Part(context.ids.new(), each.text, each.title) for each in parts),
                version=1,
                created_at=now,
                saved_at=now,
                saved_by=context.actor,
                design=Design(self._designer(), ratio, seed),
                caption=caption,
                language=language,
            )
            self._add(uow, outline)
            context.audit(uow, "outline", kind.value, outline.id, parts=len(parts))
        return outline

    def from_writing(self, writing_id: str, number: int) -> Outline:
        """Start from a written variant. Raises InvalidInput when it is neither of the kinds."""
        with self._context.store.read() as uow:
            writing = uow.writings.get(writing_id)
        draft, variants = writing.draft, writing.variants
        if draft.kind not in KINDS:
            raise InvalidInput("kind", f"a {draft.kind} has no parts", ", ".join(KINDS))
        if not (0 <= number < len(variants) and variants[number].parts):
            raise InvalidInput("number", "there is no such variant")
        chosen = variants[number]
        return self.outline(
            writing.persona_id,
            KINDS[draft.kind],
            chosen.title or draft.topic[:80],
            chosen.parts,
            caption=chosen.text if draft.kind is TextKind.CAROUSEL else "",
            seed=draft.seed,
            language=draft.language,
        )

    def get(self, outline_id: str) -> Outline:
        """The newest version. Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.outlines.get(outline_id)

    def list(self, persona_id: str | None = None, limit: int = 50) -> Sequence[Outline]:
        """The newest version of each, newest first."""
        with self._context.store.read() as uow:
            return uow.outlines.list(persona_id, limit=limit)

    def versions(self, outline_id: str) -> Sequence[Outline]:
        """Every version, newest first."""
        with self._context.store.read() as uow:
            return uow.outlines.versions(outline_id)

    def edit(
        self,
        outline_id: str,
        expected_version: int,
        *,
        title: str,
        parts: Sequence[PartEdit],
        caption: str = "",
        numbered: bool = False,
    ) -> Outline:
        """Store changed words; pictures stay where their words did, else they are out of date.

        Raises InvalidInput, NotFound or StaleWrite.
        """

        def change(was: Outline) -> Outline:
            return replace(
                was,
                title=title.strip(),
                caption=caption.strip(),
                numbered=numbered,
                parts=tuple(self._edited(was, part) for part in parts),
            )

        return self._change(outline_id, change, expected_version)

    def reorder(self, outline_id: str, part_ids: Sequence[str], expected_version: int) -> Outline:
        """The same parts in another order. Raises InvalidInput, NotFound or StaleWrite."""
        return self._change(outline_id, lambda was: was.reordered(part_ids), expected_version)

    def redesign(
        self,
        outline_id: str,
        *,
        seed: int | None = None,
        ratio: AspectRatio | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> Outline:
        """Another design for all slides. Raises InvalidInput or NotFound."""

        def change(was: Outline) -> Outline:
            design = replace(
                was.design,
                seed=was.design.seed if seed is None else seed,
                ratio=ratio or was.design.ratio,
                settings=was.design.settings if settings is None else dict(settings),
            )
            return replace(was, design=design)

        return self._change(outline_id, change)

    def flags(self, outline: Outline, platforms: Sequence[str]) -> Sequence[str]:
        """What will not fit where, one line each; rules come from the connectors."""
        said = []
        for name in platforms:
            connector = self._connectors[name]
            can = connector.capabilities
            if outline.kind is OutlineKind.CAROUSEL:
                if len(outline.parts) > can.media.max_images:
                    most = can.media.max_images
                    said.append(f"{can.label} takes {most} pictures in a post at most.")
                continue
            for number, text in enumerate(outline.posts(), 1):
                found = connector.measure(text)
                if found.over:
                    said.append(f"Post {number} is {found.over} {found.unit} over on {can.label}.")
        return said

    # ------------------------------------------------------------------ pictures

    def draw(self, outline_id: str) -> Job:
        """Draw every slide that has no picture or an old one, as a job. Raises InvalidInput."""
        outline = self.get(outline_id)
        if outline.kind is not OutlineKind.CAROUSEL:
            raise InvalidInput("kind", "a thread has no slides to draw")
        return self._jobs.submit("draw_slides", outline_id, unique_key=f"draw:{outline_id}")

    def redraw_slide(self, outline_id: str, part_id: str) -> Job:
        """Draw one slide in another arrangement of the same design; the others stay untouched.

        Raises InvalidInput, CapabilityError (the generator knows one arrangement) or NotFound.
        """

        def change(was: Outline) -> Outline:
            part = was.part(part_id)
            fresh = replace(part, layout=layout, asset_id="", drawn_from="")
            return was.with_part(fresh)

        layout = self._next_layout(self.get(outline_id), part_id)
        self._change(outline_id, change)
        return self.draw(outline_id)

    def job(self, outline_id: str) -> Job | None:
        """The newest drawing job."""
        return max(self._jobs.for_subject(outline_id), key=lambda job: job.id, default=None)

    def run(self, outline_id: str, run: Run) -> None:
        """Draw what is to be drawn. Called by the worker; safe to repeat."""
        waiting = self.get(outline_id).to_draw
        for number, part in enumerate(waiting):
            outline = self.get(outline_id)
            if any(part.id == each.id for each in outline.to_draw):
                self._draw(outline, outline.part(part.id), PartOfRun(run, number, len(waiting)))

    def to_post(self, outline_id: str) -> Post:
        """A draft with the slides in order, their alt texts and the caption.

        No connector posts threads yet: a thread stays content to copy from. Raises
        CapabilityError, or InvalidInput when slides are still to be drawn.
        """
        outline = self.get(outline_id)
        if outline.kind is not OutlineKind.CAROUSEL:
            raise CapabilityError(
                "No platform here", "threads as one post", "copy its posts, or post them singly"
            )
        if outline.to_draw:
            raise InvalidInput("slides", f"{len(outline.to_draw)} are still to be drawn")
        post = self._composing.draft(
            outline.persona_id,
            outline.caption or outline.title,
            media=[PostMedia(part.asset_id, part.alt_text) for part in outline.parts],
            language=outline.language,
            like=outline.id,
        )
        self._change(outline_id, lambda was: replace(was, post_id=post.id))
        return post

    # ------------------------------------------------------------------ inside

    def _designer(self) -> str:
        ready = (g for g in self._generators().values() if not g.missing())
        for generator in ready:
            if BriefKind.CAROUSEL in generator.capabilities.kinds:
                return generator.capabilities.slug
        raise InvalidInput("generator", "none that draws carousels is ready")

    def _next_layout(self, outline: Outline, part_id: str) -> str:
        """The generator's layout after the one that the slide has now."""
        part, can = outline.part(part_id), self._generators()[outline.design.generator].capabilities
        layouts = next((o.choices for o in can.options if o.name == LAYOUT), ())
        named = [name for name in layouts if name != AUTO]
        if len(named) < 2:
            raise CapabilityError(can.label, "another arrangement of one slide", "other words")
        now = part.layout
        if part.asset_id:
            now = str(self._library.get(part.asset_id).provenance.parameters.get(LAYOUT, now))
        place = named.index(now) if now in named else -1
        return named[(place + 1) % len(named)]

    def _draw(self, outline: Outline, part: Part, run: Run) -> None:
        generator = self._generators()[outline.design.generator]
        with self._context.store.read() as uow:
            profile = uow.personas.revision(outline.persona_revision_id).profile
        request = GenerateRequest(
            kind=BriefKind.CAROUSEL,
            compiled=CompiledPrompt(()),
            profile=profile,
            size=outline.design.ratio.size,
            count=1,
            seed=outline.design.seed,
            texts=slide_texts(outline),
            settings={**outline.design.settings, **({LAYOUT: part.layout} if part.layout else {})},
            only=outline.place(part) + 1,
        )
        result = generator.generate(request, run)
        asset = self._keep(generator, outline, part, result.files[0], result.model)
        self._change(outline.id, lambda was: _with_picture(was, part, outline, asset))

    def _keep(
        self, generator: Generator, outline: Outline, part: Part, file: GeneratedFile, model: str
    ) -> Asset:
        can = generator.capabilities
        provenance = Provenance(
            origin=Origin(can.origin),
            label=can.label,
            generator=can.slug,
            model=model,
            seed=file.seed,
            parameters=file.parameters,
        )
        return self._library.keep(
            NewAsset(
                data=file.data,
                provenance=provenance,
                title=(part.title or part.text or outline.title)[:120],
                alt_text=part.alt_text if part.alt_by_person else file.alt_text,
                persona_id=outline.persona_id,
                persona_revision_id=outline.persona_revision_id,
            )
        )

    def _edited(self, was: Outline, edit: PartEdit) -> Part:
        text, title, alt = edit.text.strip(), edit.title.strip(), edit.alt_text.strip()
        if not edit.id:
            return Part(self._context.ids.new(), text, title, alt, alt_by_person=bool(alt))
        part = was.part(edit.id)
        by_person = bool(alt) and (part.alt_by_person or alt != part.alt_text)
        return replace(part, text=text, title=title, alt_text=alt, alt_by_person=by_person)

    def _change(
        self, outline_id: str, change: Callable[[Outline], Outline], expected: int | None = None
    ) -> Outline:
        """Store the next version; without an expectation it goes on top of whatever is newest."""
        for _ in range(SAVE_TRIES):
            with self._context.store.write() as uow:
                was = uow.outlines.get(outline_id)
                if expected is not None and was.version != expected:
                    raise StaleWrite("Somebody saved this outline in the meantime.")
                changed = replace(
                    change(was),
                    version=was.version + 1,
                    saved_at=self._context.now(),
                    saved_by=self._context.actor,
                )
                try:
                    self._add(uow, changed)
                except StaleWrite:
                    if expected is not None:
                        raise
                    continue  # Another process saved between reading and writing.
                return changed
        raise StaleWrite("Too many people change this outline at once.")

    def _add(self, uow: UnitOfWork, outline: Outline) -> None:
        problems = outline_problems(outline)
        if problems:
            raise InvalidInput.collect(problems)
        uow.outlines.add(outline)


def _with_picture(was: Outline, part: Part, drawn: Outline, asset: Asset) -> Outline:
    """The newest outline with the picture, if the part is still there."""
    if part.id not in {each.id for each in was.parts}:
        return was
    now = was.part(part.id)
    alt = now.alt_text if now.alt_by_person else asset.alt_text
    return was.with_part(
        replace(now, asset_id=asset.id, drawn_from=drawn.fingerprint(part), alt_text=alt)
    )
