"""Video projects: edited with versions, put under sound, rendered in every shape, exchanged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from gator_engine.domain.assets import AssetKind, AssetQuery, Shelf, shelf_of
from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.projects import Project, Rendering
from gator_engine.domain.timeline import DEFAULT_RATE, Timeline
from gator_engine.domain.video.layers import set_captions
from gator_engine.domain.video.relinking import relinked
from gator_engine.domain.video.slideshow import SECONDS_EACH, Slide, slideshow
from gator_engine.domain.video.sound import Beats
from gator_engine.domain.video.time import Ratio
from gator_engine.domain.video.transitions import Transition
from gator_engine.domain.work import Job
from gator_engine.errors import FieldProblem, InvalidInput
from gator_engine.ports import Bed, CaptionFiles, Run, TimelineFiles
from gator_engine.services._context import Context
from gator_engine.services._drafts import Drafts
from gator_engine.services._project_documents import ProjectDocuments
from gator_engine.services._rendering import DRAFT, RenderRoom, refuse_trashed
from gator_engine.services._soundtrack import Desk, Soundtrack
from gator_engine.services._video_media import VideoMedia, user_of
from gator_engine.services.library import Library

CROSSFADE = Transition()


@dataclass(frozen=True)
class ImportedProject:
    """A project made from a file of another editor, and what it could not take over."""

    project: Project
    remarks: Sequence[str]


@dataclass(frozen=True)
class ExchangeFiles:
    """Readers and writers of files, each built when it is first needed."""

    timelines: Callable[[], TimelineFiles]
    captions: Callable[[], CaptionFiles]


class Projects(ProjectDocuments):
    """What one can do with video projects."""

    def __init__(
        self,
        context: Context,
        library: Library,
        media: VideoMedia,
        room: RenderRoom,
        drafts: Drafts,
        files: ExchangeFiles,
        desk: Desk,
    ) -> None:
        super().__init__(context)
        self._library, self._media, self._room = library, media, room
        self._drafts, self._files = drafts, files
        self._soundtrack = Soundtrack(self._versions, library, media, desk)

    def from_assets(
        self,
        persona_id: str,
        asset_ids: Sequence[str],
        title: str = "",
        *,
        aspect: AspectRatio = AspectRatio.STORY,
        rate: Ratio = DEFAULT_RATE,
        seconds: float = SECONDS_EACH,
        transition: Transition | None = CROSSFADE,
        seed: int = 0,
    ) -> Project:
        """Start from pictures and videos of the library, in this order, each moving a little.

        Raises InvalidInput naming the slide, or NotFound.
        """
        if not asset_ids:
            raise InvalidInput("asset_ids", "none is chosen", "1 or more")
        slides = []
        for number, asset_id in enumerate(asset_ids, 1):
            asset = self._library.get(asset_id)
            kind, length = asset.facts.kind, asset.facts.duration_s
            if kind not in (AssetKind.IMAGE, AssetKind.VIDEO):
                raise InvalidInput(f"slide {number}", f"is {kind.value}", "a picture or a video")
            film = length if kind is AssetKind.VIDEO else None
            slides.append(Slide(asset_id, asset.title[:200], duration_s=film))
        timeline = slideshow(
            slides, aspect=aspect, rate=rate, seconds=seconds, transition=transition, seed=seed
        )
        name = title.strip() or slides[0].name or "Video"
        return self.create(persona_id, name, timeline, step="Start from the library")

    def problems(self, project_id: str) -> list[FieldProblem]:
        """What keeps the newest version from being rendered, named by clip. Raises NotFound."""
        return self._media.problems(self.get(project_id).timeline)

    # ------------------------------------------------------------------ sound

    def beds(self) -> Sequence[Bed]:
        """The music that can be made here, with its licence."""
        return self._soundtrack.beds()

    def add_music(
        self,
        project_id: str,
        asset_id: str = "",
        *,
        bed: str = "",
        seed: int = 0,
        gain_db: float = 0.0,
        instead: bool = True,
        expected_version: int | None = None,
    ) -> Project:
        """Put music under the whole video: a file of the library, or a bed that is made to fit.

        It is repeated where it is shorter. `instead` takes away the music there was. A bed is kept
        in the library with its licence. Raises InvalidInput, NotFound or StaleWrite.
        """
        if bool(asset_id) == bool(bed):
            raise InvalidInput("music", "needs either a file or a bed")
        project = self.get(project_id)
        asset = (
            self._library.get(asset_id)
            if asset_id
            else self._soundtrack.make_bed(project, bed, seed)
        )
        return self._soundtrack.add_music(
            project, asset, gain_db, instead=instead, expected=expected_version
        )

    def add_voice(
        self,
        project_id: str,
        asset_id: str,
        *,
        at: int | None = None,
        text: str = "",
        expected_version: int | None = None,
    ) -> Project:
        """Put a spoken file on the voice track at a frame; None: after what is said so far.

        Raises InvalidInput, NotFound or StaleWrite.
        """
        asset = self._library.get(asset_id)
        project = self.get(project_id)
        return self._soundtrack.add_voice(project, asset, at, text, expected_version)

    def snap_to_beats(
        self, project_id: str, *, shift_s: float = 0.0, expected_version: int | None = None
    ) -> Project:
        """Move cuts to the beats of the music, and mark every beat; `shift_s` corrects the beats.

        Raises InvalidInput when there is no music, NotFound or StaleWrite.
        """
        return self._soundtrack.snap_to_beats(self.get(project_id), shift_s, expected_version)

    def stretch_to_voice(self, project_id: str, expected_version: int | None = None) -> Project:
        """Make every clip as long as what is said over it.

        Raises InvalidInput when there is no voice, NotFound or StaleWrite.
        """
        return self._soundtrack.stretch_to_voice(self.get(project_id), expected_version)

    def waveform(self, asset_id: str, points: int = 800) -> Sequence[float]:
        """Peaks (0–1) of a sound to draw. Raises InvalidInput or NotFound."""
        return self._soundtrack.waveform(self._library.get(asset_id), points)

    def beats(self, asset_id: str) -> Beats:
        """The beats of a piece of music. Raises InvalidInput or NotFound."""
        return self._soundtrack.beats(self._library.get(asset_id))

    # ------------------------------------------------------------------ files

    def import_captions(
        self, project_id: str, data: bytes, filename: str, expected_version: int | None = None
    ) -> Project:
        """Captions from .srt, .vtt or .ass, in the look that the project has.

        Raises InvalidInput naming the line, NotFound or StaleWrite.
        """
        rate = self.get(project_id).timeline.rate
        cues = self._files.captions().read(data, filename, rate).cues

        def change(was: Timeline) -> Timeline:
            if was.rate != rate:
                raise InvalidInput("rate", "was changed in the meantime", "try again")
            return set_captions(was, replace(was.captions, cues=cues))

        return self.edit(project_id, "Import captions", change, expected_version)

    def export_captions(self, project_id: str, kind: str = "srt") -> bytes:
        """The captions as srt, vtt or ass. Raises InvalidInput or NotFound."""
        timeline = self.get(project_id).timeline
        return self._files.captions().write(timeline.captions, kind, timeline.rate, timeline.size)

    def import_timeline(
        self, persona_id: str, data: bytes, title: str = "Imported video"
    ) -> ImportedProject:
        """A project from an .otio file; its media are found in the library by id or name.

        Raises InvalidInput for what is no timeline, or NotFound.
        """
        timeline, remarks = self._files.timelines().read(data)
        files, missing = self._found(timeline)
        made = self.create(persona_id, title, relinked(timeline, files), step="Import a timeline")
        lost = (
            f"{name!r} ({user_of(timeline, name)}) is not in the library: choose another file."
            for name in missing
        )
        return ImportedProject(made, (*remarks, *lost))

    def export_timeline(self, project_id: str) -> bytes:
        """The newest version as .otio, for other editors and back. Raises NotFound."""
        project = self.get(project_id)
        names = self._media.names(project.timeline)
        return self._files.timelines().write(project.timeline, project.title, names)

    # ------------------------------------------------------------------ rendering

    def render(
        self,
        project_id: str,
        profile: str = "standard",
        aspects: Sequence[AspectRatio] = (),
    ) -> Sequence[Rendering]:
        """Render the newest version as jobs, one per shape (its own when none is named).

        Raises InvalidInput naming every clip in the way, CapabilityError without a renderer,
        NotFound, or IllegalTransition for a project in the trash.
        """
        project = self.get(project_id)
        refuse_trashed(project)
        return self._room.ask(project, profile, aspects or (project.timeline.aspect,))

    def preview(self, project_id: str) -> Rendering:
        """A quick draft of the newest version as a job; one that is there already is given again.

        Raises as `render` does.
        """
        return self.render(project_id, DRAFT)[0]

    def frame(self, project_id: str, number: int, *, profile: str = DRAFT) -> bytes:
        """One frame of the newest version as PNG. Raises as `render` does."""
        return self._room.frame(self.get(project_id), number, profile)

    def rendering(self, rendering_id: str) -> Rendering:
        """Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.projects.rendering(rendering_id)

    def renderings(self, project_id: str, limit: int = 50) -> Sequence[Rendering]:
        """Newest first, drafts among them."""
        with self._context.store.read() as uow:
            return uow.projects.renderings(project_id, limit=limit)

    def job(self, rendering_id: str) -> Job | None:
        """The newest job of a rendering: its state, progress and time left."""
        return self._room.job(rendering_id)

    def cancel(self, rendering_id: str) -> Rendering:
        """Stop a rendering. Raises NotFound, or IllegalTransition when it is over."""
        return self._room.cancel(rendering_id)

    def run_render(self, rendering_id: str, run: Run) -> None:
        """Render and keep. Called by the worker; safe to repeat."""
        self._room.run(rendering_id, run)

    def draft_url(self, rendering_id: str) -> str:
        """A signed path of a draft's file. Raises NotFound when it made room for newer ones."""
        return self._drafts.url(rendering_id)

    def resolve_draft(self, token: str) -> tuple[Path, str]:
        """(local path, MIME type) behind a signed path.

        Raises PermissionDenied when forged or expired, NotFound when the file is gone.
        """
        return self._drafts.resolve_url(token), "video/mp4"

    # ------------------------------------------------------------------ inside

    def _found(self, timeline: Timeline) -> tuple[Mapping[str, str], Sequence[str]]:
        """Which files of the library an imported timeline means (its name → asset id), and names
        that mean none."""
        names = timeline.asset_ids()
        known = {one.id for one in self._library.many(names)}
        files: dict[str, str] = {}
        for name in names:
            if name not in known and (asset_id := self._by_name(name)):
                files[name] = asset_id
        return files, [name for name in names if name not in known and name not in files]

    def _by_name(self, name: str) -> str:
        """The newest file of the library that is called so, with or without an ending."""
        stem = PurePosixPath(name).stem
        wanted = {name.casefold(), stem.casefold()}
        for one in self._library.search(AssetQuery(text=stem, limit=50)).items:
            mine = {one.title.casefold(), PurePosixPath(one.title).stem.casefold()}
            if wanted & mine and shelf_of(one) is Shelf.LIBRARY:
                return one.id
        return ""
