"""The video benchmarks go their whole way at a tiny size; their figures mean nothing here."""

from __future__ import annotations

import pytest

from benchmarks import __main__ as runner
from benchmarks._video_piece import captions, piece, with_other_still, with_other_word


@pytest.mark.timeout(300)
def test_every_way_of_making_the_piece_works() -> None:
    found = runner.run_one("video_render", quick=True, tiny=True)
    assert min(found[f"{way}_cpu_s"] for way in ("ours", "floor", "moviepy")) > 0
    assert min(found["peak_mb"], found["peak_mb_5min"]) > 50
    assert found["over_floor"] > 0 and found["under_moviepy"] > 0


@pytest.mark.timeout(300)
def test_an_edit_takes_again_what_it_did_not_touch() -> None:
    found = runner.run_one("video_edit", quick=True, tiny=True)
    assert found["segments"] == 9
    assert found["segments_reused"]["audio"] == 9
    assert found["segments_reused"]["clip"] == 6  # all but the clip and the changes beside it
    assert 0 < found["segments_reused"]["caption"] < 9
    assert min(found[f"{edit}_ratio"] for edit in ("clip", "caption", "audio")) > 0


@pytest.mark.timeout(300)
def test_a_draft_of_it_works() -> None:
    found = runner.run_one("video_preview", quick=True, tiny=True)
    assert found["x_realtime"] > 0 and found["cpu_s"] > 0


def test_the_piece_is_the_standard_one() -> None:
    made = piece()
    assert (made.size, made.length, len(made.clips)) == ((1080, 1920), 600, 5)
    assert sum(clip.transition is not None for clip in made.clips) == 4
    assert sum(len(cue.words) for cue in captions(600).cues) == 50
    assert with_other_still(made) != made != with_other_word(made)
