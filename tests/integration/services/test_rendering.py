"""Rendering projects as jobs: kept whole with its origin, stopped, failed, and drafts apart."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gator_engine import AspectRatio, AssetQuery
from gator_engine.domain.assets import AssetKind, Origin
from gator_engine.domain.projects import Rendering
from gator_engine.domain.provenance import CredentialState
from gator_engine.domain.video import editing
from gator_engine.domain.work import JobState
from gator_engine.errors import (
    CapabilityError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    PermissionDenied,
    Transient,
    Unavailable,
)
from gator_engine.services._drafts import Drafts
from gator_engine.studio import run_jobs
from tests.integration.services.video_desk import VideoDesk, a_film, video

__all__ = ["a_film", "video"]


def rendered(video: VideoDesk, project_id: str, **more: object) -> list[Rendering]:
    asked = video.projects.render(project_id, **more)  # type: ignore[arg-type]
    run_jobs(video.studio)
    return [video.projects.rendering(each.id) for each in asked]


def films(video: VideoDesk) -> int:
    return video.studio.library.search(AssetQuery(kind=AssetKind.VIDEO)).total


def leftovers(video: VideoDesk) -> list[Path]:
    return list((video.studio.settings.home / "cache" / "renders").glob("*"))


def test_every_shape_is_rendered_and_kept_with_what_it_was_made_of(video: VideoDesk) -> None:
    made = video.slides()
    bed = video.projects.beds()[0]
    made = video.projects.add_music(made.id, bed=bed.slug)
    both = rendered(video, made.id, aspects=[AspectRatio.STORY, AspectRatio.SQUARE])
    assert [each.aspect for each in both] == ["9:16", "1:1"]
    sizes = [request.timeline.size for request in video.renderer.requests]
    assert sizes == [(1080, 1920), (1080, 1080)]
    for each in both:
        assert each.done and each.measured is not None
        assert (each.measured.frames, each.measured.loudness_lufs) == (360, -14.0)
        asset = video.studio.library.get(each.asset_id)
        assert (asset.facts.kind, asset.provenance.origin) == (AssetKind.VIDEO, Origin.RENDERED)
        assert asset.title == f"Bowls ({each.aspect})"
        licences = asset.provenance.parameters["licences"]
        assert isinstance(licences, dict) and list(licences.values()) == [bed.licence]
        with video.studio.store.read() as uow:
            parents = {edge.parent_id: edge.relation for edge in uow.assets.parents(asset.id)}
        assert parents == {
            each: "music" if number == 3 else "clip"
            for number, each in enumerate(made.timeline.asset_ids())
        }
        data = video.studio.library.read(asset.id)
        credentials = video.studio.signing.read(data, "video/mp4")
        assert credentials.state is not CredentialState.INVALID
        assert len(credentials.ingredients) == 4
    assert both[0].asset_id != both[1].asset_id
    assert leftovers(video) == []
    job = video.projects.job(both[0].id)
    assert job is not None and job.state is JobState.SUCCEEDED


def test_the_same_render_twice_is_one_file(video: VideoDesk) -> None:
    made = video.slides()
    [first] = rendered(video, made.id)
    [second] = rendered(video, made.id)
    assert first.id != second.id
    assert first.asset_id == second.asset_id


def test_what_has_ai_in_it_says_so(video: VideoDesk) -> None:
    [red] = video.uploaded("red")
    ai = video.made_by_ai("blue")
    made = video.projects.from_assets(video.persona.id, [red.id, ai.id])
    [once] = rendered(video, made.id)
    asset = video.studio.library.get(once.asset_id)
    assert asset.provenance.origin is Origin.AI_EDITED
    credentials = video.studio.signing.read(video.studio.library.read(asset.id), "video/mp4")
    said = {action.source_type.rpartition("/")[2] for action in credentials.actions}
    assert "compositeWithTrainedAlgorithmicMedia" in said
    marked = video.studio.library.read(ai.id)
    again = video.studio.library.upload(marked + b"\0" * 8, "mine.png")
    assert again.provenance.origin is Origin.UPLOAD
    alone = video.projects.from_assets(video.persona.id, [again.id])
    [told] = rendered(video, alone.id)
    assert video.studio.library.get(told.asset_id).provenance.origin is Origin.AI_EDITED


def test_asking_twice_gives_the_one_under_way(video: VideoDesk) -> None:
    made = video.slides()
    [first], [second] = video.projects.render(made.id), video.projects.render(made.id)
    assert first == second
    video.projects.edit(made.id, "Gap", lambda now: editing.insert_gap(now, 5))
    [third] = video.projects.render(made.id)
    assert third.id != first.id
    run_jobs(video.studio)
    lengths = [request.timeline.length for request in video.renderer.requests]
    assert lengths == [360, 365]


def test_a_render_is_stopped_at_once_or_at_work(video: VideoDesk) -> None:
    made = video.slides()
    [waiting] = video.projects.render(made.id)
    stopped = video.projects.cancel(waiting.id)
    assert (stopped.error, stopped.done) == ("Cancelled.", False)
    with pytest.raises(IllegalTransition):
        video.projects.cancel(waiting.id)
    [working] = video.projects.render(made.id)

    def stop_and_wait() -> None:
        job = video.projects.job(working.id)
        assert job is not None
        if not job.cancel_requested:
            video.projects.cancel(working.id)
        beat.wait(1.5)

    beat = threading.Event()
    video.renderer.at_step = stop_and_wait
    run_jobs(video.studio)
    over = video.projects.rendering(working.id)
    job = video.projects.job(working.id)
    assert job is not None and job.state is JobState.CANCELLED
    assert (over.error, over.asset_id, films(video), leftovers(video)) == ("Cancelled.", "", 0, [])


@pytest.mark.parametrize(
    "error",
    [
        InvalidInput("clip c2", "its video is damaged"),
        Unavailable("The disk", "is full.", "Free some."),
        ZeroDivisionError("ours"),
    ],
)
def test_a_render_that_fails_leaves_nothing_but_the_reason(
    video: VideoDesk, error: Exception
) -> None:
    video.renderer.fails = error
    [once] = rendered(video, video.slides().id)
    assert not once.done and once.finished_at is not None
    expected = str(error) if not isinstance(error, ZeroDivisionError) else "Unexpected fault"
    assert expected in once.error
    assert (once.asset_id, films(video), leftovers(video)) == ("", 0, [])


def test_a_render_that_failed_for_a_while_is_made_in_the_end(video: VideoDesk) -> None:
    video.renderer.fails = Transient("disk", "write", "busy")
    [once] = rendered(video, video.slides().id)
    assert once.error
    video.renderer.fails = None
    video.clock.advance(hours=1)
    run_jobs(video.studio)
    assert video.projects.rendering(once.id).done
    assert films(video) == 1


def test_a_file_that_went_from_the_disk_is_named_by_its_clip(video: VideoDesk) -> None:
    made = video.slides()
    [once] = video.projects.render(made.id)
    gone = video.studio.library.get(made.timeline.asset_ids()[1])
    video.studio.blobs.path(gone.sha256).unlink()
    run_jobs(video.studio)
    assert video.projects.rendering(once.id).error == (
        "clip c2: its file 'blue.png' is gone from the disk"
    )


def test_without_a_renderer_it_is_said_what_is_missing(video: VideoDesk) -> None:
    video.renderer.absent = "Rendering needs av: run `make setup`."
    with pytest.raises(CapabilityError, match="needs av"):
        video.projects.render(video.slides().id)
    checks = {check.name: check for check in video.studio.health()}
    assert (checks["Video"].ok, "needs av" in checks["Video"].message) == (False, True)
    with pytest.raises(InvalidInput, match="profile"):
        video.renderer.absent = ""
        video.projects.render(video.slides().id, "huge")


def test_a_draft_plays_from_the_cache_and_not_from_the_library(video: VideoDesk) -> None:
    made = video.slides()
    draft = video.projects.preview(made.id)
    with pytest.raises(NotFound):
        video.projects.draft_url(draft.id)
    run_jobs(video.studio)
    assert video.projects.preview(made.id).id == draft.id
    assert video.renderer.requests[0].profile.draft
    url = video.projects.draft_url(draft.id)
    path, mime = video.projects.resolve_draft(url.removeprefix("/drafts/"))
    assert (mime, path.read_bytes().startswith(video.renderer.film)) == ("video/mp4", True)
    assert (films(video), video.projects.rendering(draft.id).asset_id) == (0, "")
    with pytest.raises(PermissionDenied):
        video.projects.resolve_draft("forged")
    other = video.studio.library.url(made.cover_asset_id).removeprefix("/files/")
    with pytest.raises(NotFound):
        video.projects.resolve_draft(other)
    path.unlink()
    assert video.projects.preview(made.id).id != draft.id


def test_old_drafts_make_room_for_new_ones(video: VideoDesk, tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "d", video.studio.vault, url_ttl_s=60, most_files=3, most_bytes=100)
    for number, size in enumerate((10, 10, 10, 10, 90)):
        made = tmp_path / "made.mp4"
        made.write_bytes(b"x" * size)
        drafts.put(f"r{number}", made)
    assert [drafts.has(f"r{number}") for number in range(5)] == [False, False, False, True, True]
    with pytest.raises(NotFound):
        drafts.has("../secrets")


def test_a_frame_is_shown_as_it_would_be_rendered(video: VideoDesk) -> None:
    made = video.slides()
    assert video.projects.frame(made.id, 359) == b"PNG 359"
    assert video.renderer.requests[0].profile.slug == "draft"
    with pytest.raises(InvalidInput, match="frame: is 360"):
        video.projects.frame(made.id, 360)
