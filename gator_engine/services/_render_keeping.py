"""What becomes of a finished render: a file of the library that says what it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gator_engine.domain.assets import Asset, AssetKind, Origin, Provenance
from gator_engine.domain.projects import Measured, Project, Rendering
from gator_engine.ports import BlobStore, RenderResult
from gator_engine.services._sealing import Sealing
from gator_engine.services._video_media import relations
from gator_engine.services.library import TITLE_LIMIT, Library, NewAsset

BY_MODEL = (Origin.AI_GENERATED, Origin.AI_EDITED)
GENERATOR, LABEL = "video", "Video"
LICENCE = "licence"


class RenderKeeping:
    """Keeps renders in the library, with lineage, provenance and signed credentials."""

    def __init__(self, library: Library, blobs: BlobStore, sealing: Sealing) -> None:
        self._library, self._blobs, self._sealing = library, blobs, sealing

    def keep(
        self,
        project: Project,
        rendering: Rendering,
        result: RenderResult,
        sources: Sequence[Asset],
    ) -> Asset:
        """The finished file in the library; equal files give the same asset.

        It counts as edited with AI when any of its sources says so, be it by its record here or by
        marks that an uploaded file carries.
        """
        used = relations(project.timeline)
        return self._library.keep(
            NewAsset(
                data=b"",
                path=result.path,
                provenance=Provenance(
                    origin=self._origin(sources),
                    label=LABEL,
                    generator=GENERATOR,
                    parameters=_parameters(project, rendering, result, sources),
                    software=dict(result.software),
                ),
                title=f"{project.title[: TITLE_LIMIT - 8]} ({rendering.aspect})",
                persona_id=project.persona_id,
                persona_revision_id=project.persona_revision_id,
                parents=tuple((one.id, used[one.id][0]) for one in sources if one.id in used),
            )
        )

    def _origin(self, sources: Sequence[Asset]) -> Origin:
        if any(self._by_model(asset) for asset in sources):
            return Origin.AI_EDITED
        return Origin.RENDERED

    def _by_model(self, asset: Asset) -> bool:
        origin = asset.provenance.origin
        if origin is not Origin.UPLOAD or asset.facts.kind is AssetKind.SUBTITLE:
            return origin in BY_MODEL
        return self._sealing.says_ai(self._blobs.get(asset.sha256), asset.facts.mime)


def measured(result: RenderResult, took_s: float) -> Measured:
    """What the row of a rendering keeps of its result."""
    return Measured(
        frames=result.frames,
        duration_s=result.duration_s,
        width=result.size[0],
        height=result.size[1],
        segments=result.segments,
        segments_reused=result.segments_reused,
        encoder=result.encoder,
        took_s=round(took_s, 3),
        loudness_lufs=result.loudness_lufs,
        true_peak_db=result.true_peak_db,
        notes=result.notes,
    )


def _parameters(
    project: Project, rendering: Rendering, result: RenderResult, sources: Sequence[Asset]
) -> dict[str, object]:
    licences = {
        one.id: str(one.provenance.parameters[LICENCE])
        for one in sources
        if LICENCE in one.provenance.parameters
    }
    return {
        "project": project.id,
        "version": rendering.version,
        "aspect": rendering.aspect,
        "profile": rendering.profile,
        "rate": str(project.timeline.rate),
        "frames": result.frames,
        "encoder": result.encoder,
        "loudness_lufs": result.loudness_lufs,
        "true_peak_db": result.true_peak_db,
        **({"licences": licences} if licences else {}),
    }


def folder_of(home: Path) -> Path:
    """Where renders stand while they grow."""
    return home / "cache" / "renders"
