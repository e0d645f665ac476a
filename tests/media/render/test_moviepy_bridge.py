"""A timeline as a moviepy clip shows the same frames, also through moviepy's effects and writer."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gator_engine.adapters.render.moviepy_bridge import moviepy_clip
from gator_engine.adapters.render.renderer import TimelineRenderer
from gator_engine.domain.video.framing import Motion, Rect
from gator_engine.domain.video.transitions import Transition
from gator_engine.errors import InvalidInput
from tests.media.render.standins import (
    TOOLS,
    asset,
    clip,
    decoded,
    photo,
    plain,
    request,
    settings,
    still,
    timeline,
)


@pytest.mark.parametrize("rate", ["30", "29.97", "24"])
def test_every_frame_is_that_of_the_renderer(gator_home: Path, tmp_path: Path, rate: str) -> None:
    file = still(tmp_path, "p", photo((140, 220), 1))
    move = Motion(Rect(), Rect(0.1, 0.1, 0.8, 0.8))
    made = timeline(
        clip("a", 12, asset("p", motion=move)),
        clip("b", 12, plain("#225588"), transition=Transition(length=6)),
        rate=rate,
    )
    wish = request(made, file)
    renderer, shown = TimelineRenderer(settings(gator_home), TOOLS), moviepy_clip(wish, TOOLS)
    assert shown.size == (108, 192) and shown.duration == pytest.approx(made.duration_s)
    pictures = list(shown.iter_frames())
    assert len(pictures) == 24
    for number in (0, 7, 11, 12, 23):
        png = np.asarray(Image.open(BytesIO(renderer.frame(wish, number))))
        assert (pictures[number] == png).all(), number


def test_effects_and_the_writer_work_on_it(tmp_path: Path) -> None:
    from moviepy import vfx

    shown = moviepy_clip(request(timeline(clip("a", 10, plain("#204060")))), TOOLS)
    inverted = shown.with_effects([vfx.InvertColors()])
    assert np.abs(inverted.get_frame(0)[5, 5].astype(int) - [0xDF, 0xBF, 0x9F]).max() <= 2
    path = tmp_path / "out.mp4"
    shown.write_videofile(str(path), codec="libx264", logger=None, audio=False)
    assert len(decoded(path)) == 10


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(InvalidInput, match="nothing on the picture track"):
        moviepy_clip(request(timeline()), TOOLS)
