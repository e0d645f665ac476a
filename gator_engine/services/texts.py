"""Texts: every kind of text in a persona's voice, several variants at once, as a background job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gator_engine.domain.personas import PersonaProfile
from gator_engine.domain.ratings import RatedKind, variant_id
from gator_engine.domain.voice import VoiceFinding, check_voice, refuse_ruled_out
from gator_engine.domain.work import Job, JobState
from gator_engine.domain.writing import (
    TextKind,
    Writing,
    WritingDraft,
    WritingStatus,
)
from gator_engine.errors import (
    Cancelled,
    ConfigError,
    GatorError,
    InvalidInput,
    NotFound,
    RateLimited,
    StaleWrite,
    Transient,
    Unavailable,
)
from gator_engine.ports import Run, TextMeasure
from gator_engine.services._context import Context
from gator_engine.services._text_checks import TextChecks
from gator_engine.services._text_makers import (
    TEMPLATE,
    ModelMaker,
    Task,
    TemplateMaker,
    refuse_impossible,
)
from gator_engine.services._text_page import TextPage
from gator_engine.services._text_together import Together
from gator_engine.services.jobs import Jobs
from gator_engine.services.providers import Providers
from gator_engine.services.text_ratings import TextRatings

TOPIC_LIMIT = 2000
SOURCE_LIMIT = 20_000
MOST_VARIANTS = 6
RECENT_POSTS = 20


class Texts:
    """What one can have written. The row carries the text so far; leaving a page loses nothing."""

    def __init__(
        self,
        context: Context,
        providers: Providers,
        checks: TextChecks,
        jobs: Jobs,
        ratings: TextRatings,
        *,
        at_once: int,
    ) -> None:
        self._context, self._providers = context, providers
        self._checks, self._jobs = checks, jobs
        self._ratings, self._at_once = ratings, at_once

    def check(self, draft: WritingDraft) -> None:
        """Raises InvalidInput for the first thing that will not work."""
        if draft.kind is TextKind.TRANSLATION and not draft.source.strip():
            raise InvalidInput("source", "give the text to translate")
        if not (draft.topic.strip() or draft.source.strip() or draft.picture.strip()):
            raise InvalidInput("topic", "say what it is about")
        for field, text, limit in (
            ("topic", draft.topic, TOPIC_LIMIT),
            ("source", draft.source, SOURCE_LIMIT),
            ("picture", draft.picture, TOPIC_LIMIT),
        ):
            if len(text) > limit:
                raise InvalidInput(field, f"has {len(text)} characters", f"{limit}")
        if not 1 <= draft.variants <= MOST_VARIANTS:
            raise InvalidInput("variants", f"is {draft.variants}", f"1–{MOST_VARIANTS}")
        if not 0 <= draft.count <= 20:
            raise InvalidInput("count", f"is {draft.count}", "0–20")
        writers = self._providers.writers()
        if draft.writer not in writers:
            raise InvalidInput("writer", f"{draft.writer!r} is unknown", ", ".join(writers))
        if missing := writers[draft.writer].missing():
            raise InvalidInput("writer", missing)
        refuse_impossible(draft)

    def request(self, draft: WritingDraft) -> Writing:
        """Store the request and queue it. Raises InvalidInput or NotFound."""
        self.check(draft)
        context = self._context
        with context.store.write() as uow:
            persona = uow.personas.get(draft.persona_id)
            profile = persona.profile
            about = "\n".join((draft.topic, draft.source))
            if about.strip():
                refuse_ruled_out(about, profile)
            spoken = draft.language or next(iter(profile.identity.languages), "en")
            writing = Writing(
                id=context.ids.new(),
                persona_id=persona.id,
                persona_revision_id=persona.revision.id,
                draft=replace(draft, language=spoken),
                status=WritingStatus.QUEUED,
                created_at=context.now(),
                created_by=context.actor,
            )
            uow.writings.add(writing)
            job = self._jobs.add(uow, "write_text", writing.id)
            context.audit(uow, "request", "writing", writing.id, kind=draft.kind)
        self._jobs.send(job)
        return writing

    def get(self, writing_id: str) -> Writing:
        """With the text so far. Raises NotFound."""
        with self._context.store.read() as uow:
            found = uow.writings.get(writing_id)
        return self._agreeing(found)

    def list(self, persona_id: str | None = None, limit: int = 20) -> Sequence[Writing]:
        """Newest first."""
        with self._context.store.read() as uow:
            return uow.writings.list(persona_id, limit=limit)

    def job(self, writing_id: str) -> Job | None:
        """Its newest job."""
        return max(self._jobs.for_subject(writing_id), key=lambda job: job.id, default=None)

    def cancel(self, writing_id: str) -> None:
        """Stop it; what is written so far stays. Raises NotFound."""
        job = self.job(writing_id)
        if job is None:
            raise NotFound("job of the writing", writing_id)
        if self._jobs.cancel(job.id).state.final:
            self._end(writing_id, WritingStatus.CANCELLED, "Cancelled before it started.")

    def measures(self, text: str, platforms: Sequence[str]) -> Mapping[str, TextMeasure]:
        """Platform label → the text's length as that platform counts it."""
        return self._checks.measures(text, platforms)

    def findings(
        self, text: str, profile: PersonaProfile, language: str = ""
    ) -> Sequence[VoiceFinding]:
        """Where an edited text leaves the voice."""
        return check_voice(text, profile, language=language)

    # ------------------------------------------------------------------ the worker's side

    def run(self, writing_id: str, run: Run) -> None:
        """Write the variants that are not there yet. Called by the worker; safe to repeat."""
        with self._context.store.read() as uow:
            writing = uow.writings.get(writing_id)
            if writing.status is WritingStatus.SUCCEEDED:
                return
            profile = uow.personas.revision(writing.persona_revision_id).profile
            posts = uow.posts.list(persona_id=writing.persona_id, limit=RECENT_POSTS)
        recent = tuple(post.text for post in posts)
        limit = self._checks.limit(writing.draft, profile)
        task = Task(writing.draft, profile, limit, recent, writing_id)
        page = TextPage(self._context, replace(writing, status=WritingStatus.RUNNING, error=""))
        status, text = WritingStatus.FAILED, "Unexpected fault; its job says more."
        try:
            self._write(task, page, run)
            self._rate(writing_id, page, run)
            status, text = page.verdict()
        except Cancelled:
            status, text = WritingStatus.CANCELLED, "Cancelled."
            raise
        except StaleWrite:
            raise
        except (RateLimited, Transient, Unavailable) as error:
            # Its job is tried again; once that gives up, `get` says so.
            status, text = WritingStatus.QUEUED, str(error)
            raise
        except GatorError as error:
            text = str(error)
            raise
        finally:
            page.end(status, text)

    def _write(self, task: Task, page: TextPage, run: Run) -> None:
        if task.draft.writer == TEMPLATE:
            maker = TemplateMaker(self._providers.writers()[TEMPLATE], self._checks)
            page.replace_all(maker.make(task))
            return
        model = ModelMaker(self._providers.model(task.draft.writer), self._checks)
        Together(model, task, page, run).write(self._at_once)
        page.flag_twins()

    def _rate(self, writing_id: str, page: TextPage, run: Run) -> None:
        """Let an installed classifier rate what came out; without one a person does."""
        finished = page.finished()
        if not finished or self._ratings.missing():
            return
        run.progress(1.0, "Rating")
        names = [variant_id(writing_id, number) for number in finished]
        try:
            self._ratings.classify(RatedKind.VARIANT, names)
        except (ConfigError, InvalidInput) as error:
            # The words are there and good; that nobody rated them is told beside them.
            for number in finished:
                page.flag(number, f"It was not rated: {error}")

    def _agreeing(self, writing: Writing) -> Writing:
        """The writing, settled if its job ended without a worker that could tell it."""
        job = None if writing.status.final else self.job(writing.id)
        if job is None or job.state not in (JobState.FAILED, JobState.CANCELLED):
            return writing
        cancelled = job.state is JobState.CANCELLED
        status = WritingStatus.CANCELLED if cancelled else WritingStatus.FAILED
        self._end(writing.id, status, job.error or "Cancelled before it started.")
        with self._context.store.read() as uow:
            return uow.writings.get(writing.id)

    def _end(self, writing_id: str, status: WritingStatus, text: str) -> None:
        with self._context.store.write() as uow:
            found = uow.writings.get(writing_id)
            if not found.status.final:
                ended = replace(found, status=status, error=text)
                uow.writings.save(replace(ended, finished_at=self._context.now()))
