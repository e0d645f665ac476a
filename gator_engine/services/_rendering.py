"""Rendering projects: asked for as jobs, made by the renderer, kept whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.projects import Project, Rendering
from gator_engine.domain.timeline import Timeline
from gator_engine.domain.video.profiles import PROFILES, Profile
from gator_engine.domain.work import Job, JobState
from gator_engine.errors import (
    Cancelled,
    CapabilityError,
    GatorError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    StaleWrite,
    Unavailable,
)
from gator_engine.ports import RenderRequest, Run, VideoRenderer
from gator_engine.services._context import Context
from gator_engine.services._drafts import Drafts
from gator_engine.services._render_keeping import RenderKeeping, folder_of, measured
from gator_engine.services._video_media import VideoMedia
from gator_engine.services.jobs import Jobs

JOB = "render_video"
DRAFT = "draft"
LEFT_OVER_S = 24 * 3600


class RenderRoom:
    """Renders versions of projects; `home` is the studio's folder."""

    def __init__(
        self,
        context: Context,
        media: VideoMedia,
        keeping: RenderKeeping,
        drafts: Drafts,
        jobs: Jobs,
        renderer: Callable[[], VideoRenderer],
        home: Path,
    ) -> None:
        self._context, self._media, self._keeping = context, media, keeping
        self._drafts, self._jobs, self._renderer = drafts, jobs, renderer
        self._folder = folder_of(home)

    def ask(
        self, project: Project, profile: str, aspects: Sequence[AspectRatio]
    ) -> list[Rendering]:
        """One rendering and job per shape; one that is under way already is returned instead.

        Raises InvalidInput naming every clip in the way, or CapabilityError without a renderer.
        """
        chosen = profile_of(profile)
        if not aspects:
            raise InvalidInput("aspects", "none is chosen", "1 or more")
        self._check(project.timeline)
        found = []
        for aspect in dict.fromkeys(aspects):
            under_way = self._under_way(project, aspect, chosen)
            found.append(under_way or self._ask(project, aspect, chosen))
        return found

    def run(self, rendering_id: str, run: Run) -> None:
        """Render and keep. Called by the worker; safe to repeat."""
        with self._context.store.write() as uow:
            rendering = uow.projects.rendering(rendering_id)
            if rendering.done:
                return
            rendering = replace(rendering, error="", finished_at=None)
            uow.projects.save_rendering(rendering)
            project = uow.projects.at_version(rendering.project_id, rendering.version)
        with self._told(rendering):
            run.check()
            self._make(project, rendering, run)

    def frame(self, project: Project, number: int, profile: str) -> bytes:
        """One frame as PNG. Raises InvalidInput for one beyond the end, or as `ask` does."""
        if not 0 <= number < project.timeline.length:
            raise InvalidInput("frame", f"is {number}", f"0–{project.timeline.length - 1}")
        self._check(project.timeline)
        request = self._request(project.timeline, profile_of(profile))
        return self._renderer().frame(request, number)

    def cancel(self, rendering_id: str) -> Rendering:
        """Stop it: at once when nobody works on it, else within a second.

        Raises NotFound, or IllegalTransition when it is over.
        """
        job = self.job(rendering_id)
        if job is None:
            raise NotFound("job of the rendering", rendering_id)
        if self._jobs.cancel(job.id).state is JobState.CANCELLED:
            with self._context.store.write() as uow:
                was = uow.projects.rendering(rendering_id)
                over = replace(was, error="Cancelled.", finished_at=self._context.now())
                uow.projects.save_rendering(over)
                return over
        with self._context.store.read() as uow:
            return uow.projects.rendering(rendering_id)

    def job(self, rendering_id: str) -> Job | None:
        """The newest job of a rendering."""
        return max(self._jobs.for_subject(rendering_id), key=lambda job: job.id, default=None)

    # ------------------------------------------------------------------ inside

    def _check(self, timeline: Timeline) -> None:
        if missing := self._renderer().missing():
            raise CapabilityError("This studio", "rendering videos", missing)
        if problems := self._media.problems(timeline):
            raise InvalidInput.collect(problems)

    def _under_way(
        self, project: Project, aspect: AspectRatio, profile: Profile
    ) -> Rendering | None:
        with self._context.store.read() as uow:
            known = uow.projects.renderings(project.id)
        for one in known:
            same = (one.version, one.aspect, one.profile)
            if same != (project.version, aspect.value, profile.slug) or one.error:
                continue
            if one.finished_at is not None:
                return one if profile.draft and self._drafts.has(one.id) else None
            job = self.job(one.id)
            if job is not None and not job.state.final:
                return one
        return None

    def _ask(self, project: Project, aspect: AspectRatio, profile: Profile) -> Rendering:
        context = self._context
        rendering = Rendering(
            id=context.ids.new(),
            project_id=project.id,
            version=project.version,
            aspect=aspect.value,
            profile=profile.slug,
            created_at=context.now(),
        )
        with context.store.write() as uow:
            uow.projects.add_rendering(rendering)
            awaited = profile.draft
            job = self._jobs.add(
                uow, JOB, rendering.id, unique_key=f"{JOB}:{rendering.id}", awaited=awaited
            )
            about = {"aspect": aspect.value, "profile": profile.slug, "version": project.version}
            context.audit(uow, "render", "project", project.id, **about)
        self._jobs.send(job)
        return rendering

    def _make(self, project: Project, rendering: Rendering, run: Run) -> None:
        timeline = _in_shape(project.timeline, rendering.aspect)
        if problems := self._media.problems(timeline):
            raise InvalidInput.collect(problems)
        profile, began = profile_of(rendering.profile), time.monotonic()
        request = self._request(timeline, profile)
        with self._room(rendering.id) as folder:
            result = self._renderer().render(request, run, folder)
            run.check()
            asset_id = ""
            if profile.draft:
                self._drafts.put(rendering.id, result.path)
            else:
                sources = self._media.assets(timeline)
                asset_id = self._keeping.keep(project, rendering, result, sources).id
        over = replace(
            rendering,
            asset_id=asset_id,
            finished_at=self._context.now(),
            measured=measured(result, time.monotonic() - began),
        )
        with self._context.store.write() as uow:
            uow.projects.save_rendering(over)

    def _request(self, timeline: Timeline, profile: Profile) -> RenderRequest:
        return RenderRequest(timeline, profile, self._media.files(timeline))

    @contextmanager
    def _told(self, rendering: Rendering) -> Iterator[None]:
        """Whatever is raised inside is written into the row on its way out."""
        text: str | None = "Unexpected fault; its job says more."
        try:
            yield
            text = None
        except Cancelled:
            text = "Cancelled."
            raise
        except StaleWrite:
            text = None  # Another worker makes it now, and its word counts.
            raise
        except GatorError as error:
            text = str(error)
            raise
        finally:
            if text is not None:
                over = replace(rendering, error=text, finished_at=self._context.now())
                with self._context.store.write() as uow:
                    uow.projects.save_rendering(over)

    @contextmanager
    def _room(self, rendering_id: str) -> Iterator[Path]:
        """A folder of its own that is gone afterwards, as are those of workers that died.

        Raises Unavailable when the disk does not take it.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for left in self._folder.iterdir():
                if time.time() - left.stat().st_mtime > LEFT_OVER_S:
                    shutil.rmtree(left, ignore_errors=True)
            folder = tempfile.TemporaryDirectory(prefix=f"{rendering_id}-", dir=self._folder)
        except OSError as error:
            raise Unavailable(
                f"The folder {self._folder}",
                f"{error.strerror or error}.",
                "Check the disk's free space and the folder's permissions.",
            ) from error
        with folder as name:
            yield Path(name)


def profile_of(slug: str) -> Profile:
    """Raises InvalidInput for a profile that does not exist."""
    try:
        return PROFILES[slug]
    except KeyError:
        raise InvalidInput("profile", f"{slug!r} is unknown", ", ".join(PROFILES)) from None


def _in_shape(timeline: Timeline, aspect: str) -> Timeline:
    """In another shape only when it is another: a timeline may have a frame size of its own."""
    shape = AspectRatio(aspect)
    return timeline if timeline.aspect is shape else timeline.in_shape(shape)


def refuse_trashed(project: Project) -> None:
    """Raises IllegalTransition for a project in the trash."""
    if project.deleted_at is not None:
        raise IllegalTransition("The project", "in the trash", "rendered")
