"""The files that a timeline uses: what is known of them, and where they lie on this machine."""

from __future__ import annotations

from collections.abc import Sequence

from gator_engine.domain.assets import Asset, FileFacts
from gator_engine.domain.timeline import MediaKind, Overlay, Sound, Timeline
from gator_engine.domain.video.checks import timeline_problems
from gator_engine.errors import FieldProblem, InvalidInput, NotFound
from gator_engine.ports import BlobStore, MediaFile
from gator_engine.services._context import Context


class VideoMedia:
    """Finds the files of timelines in the library."""

    def __init__(self, context: Context, blobs: BlobStore) -> None:
        self._context, self._blobs = context, blobs

    def assets(self, timeline: Timeline) -> Sequence[Asset]:
        """The files it uses that there are, in the order of first use."""
        with self._context.store.read() as uow:
            return uow.assets.many(timeline.asset_ids())

    def problems(self, timeline: Timeline) -> list[FieldProblem]:
        """What keeps it from being rendered, named by clip."""
        facts: dict[str, FileFacts] = {one.id: one.facts for one in self.assets(timeline)}
        return timeline_problems(timeline, facts)

    def names(self, timeline: Timeline) -> dict[str, str]:
        """What people call its files, by asset id."""
        return {one.id: one.title or one.id for one in self.assets(timeline)}

    def files(self, timeline: Timeline) -> dict[str, MediaFile]:
        """Every file on this machine's disk, by asset id.

        Raises InvalidInput naming the clip whose file is not in the library, or not on the disk.
        """
        known = {one.id: one for one in self.assets(timeline)}
        found: dict[str, MediaFile] = {}
        for asset_id in timeline.asset_ids():
            asset = known.get(asset_id)
            if asset is None:
                problem = f"its file {asset_id!r} is not in the library"
                raise InvalidInput(user_of(timeline, asset_id), problem)
            found[asset_id] = self.file(asset, user_of(timeline, asset_id))
        return found

    def file(self, asset: Asset, field: str = "file") -> MediaFile:
        """One file on this machine's disk. Raises InvalidInput naming `field`."""
        try:
            path = self._blobs.path(asset.sha256)
        except NotFound as error:
            name = asset.title or asset.id
            raise InvalidInput(field, f"its file {name!r} is gone from the disk") from error
        return MediaFile(asset.id, path, asset.sha256, asset.facts)


def user_of(timeline: Timeline, asset_id: str) -> str:
    """The first item that uses a file, as errors call it."""
    return relations(timeline).get(asset_id, ("", "file"))[1]


def relations(timeline: Timeline) -> dict[str, tuple[str, str]]:
    """Asset id → (what it is to the video, the first item that uses it)."""
    found: dict[str, tuple[str, str]] = {}
    for clip in timeline.clips:
        for pane in clip.panes:
            if pane.media.kind is MediaKind.ASSET:
                found.setdefault(pane.media.asset_id, ("clip", f"clip {clip.id}"))
    for track in timeline.overlays:
        for over in track.items:
            if isinstance(over, Overlay) and over.media.kind is MediaKind.ASSET:
                found.setdefault(over.media.asset_id, ("overlay", f"overlay {over.id}"))
    for role, tracks in (("voice", timeline.voice), ("music", timeline.music)):
        for sounds in tracks:
            for item in sounds.items:
                if isinstance(item, Sound):
                    found.setdefault(item.asset_id, (role, f"sound {item.id}"))
    return found
