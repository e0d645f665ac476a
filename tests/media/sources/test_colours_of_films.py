"""Whatever a film's colours are stored as, a BT.709 player sees the same ones."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.sources import open_source
from gator_engine.adapters.render.sources._tone import Look, mapped
from tests.media.sources.films import X264, close_to, ffmpeg, film, media, patch, rgb_at

PATCHES = [(230, 120, 40), (40, 160, 220), (128, 128, 128), (20, 90, 30), (235, 235, 235)]
TAGS = {
    "bt709": ("bt709", "bt709", "bt709"),
    "bt601": ("smpte170m", "smpte170m", "smpte170m"),
    "pal": ("bt470bg", "bt470bg", "bt470bg"),
}
MATRIX = {"bt709": "bt709", "bt601": "bt601", "pal": "bt601"}


def stored(path: Path, colour: tuple[int, int, int], tags: str, pixels: str, span: str) -> Path:
    primaries, curve, matrix = TAGS[tags]
    scale = f"scale=out_color_matrix={MATRIX[tags]}:out_range={span},format={pixels}"
    named = (
        f"setparams=color_primaries={primaries}:color_trc={curve}:colorspace={matrix}:range={span}"
    )
    return film(path, patch(colour), "-vf", f"{scale},{named}", "-c:v", "libx264", "-crf", "4")


def shown(path: Path, within: tuple[int, int] = (64, 48)) -> Planes:
    with open_source(media(path), within=within) as source:
        return source.planes(Fraction(1, 10))


@pytest.mark.parametrize("colour", PATCHES)
@pytest.mark.parametrize(
    ("tags", "pixels", "span"),
    [
        ("bt709", "yuv420p", "tv"),
        ("bt709", "yuv420p", "pc"),
        ("bt709", "yuv420p10le", "tv"),
        ("bt709", "yuv444p", "tv"),
        ("bt601", "yuv420p", "tv"),
        ("pal", "yuv422p", "tv"),
        ("bt601", "yuv420p10le", "pc"),
    ],
)
def test_matrices_ranges_and_depths(
    tmp_path: Path, tags: str, pixels: str, span: str, colour: tuple[int, int, int]
) -> None:
    planes = shown(stored(tmp_path / "a.mp4", colour, tags, pixels, span))
    assert close_to(rgb_at(planes), colour), rgb_at(planes)


def test_shrinking_changes_no_colour(tmp_path: Path) -> None:
    path = stored(tmp_path / "a.mp4", (230, 120, 40), "bt601", "yuv420p", "tv")
    assert close_to(rgb_at(shown(path, (30, 20))), (230, 120, 40))


def test_rgb_films(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", patch((230, 120, 40)), "-c:v", "libx264rgb", "-crf", "0")
    assert close_to(rgb_at(shown(path)), (230, 120, 40))


@pytest.mark.parametrize(("size", "matrix"), [((64, 48), "bt601"), ((1280, 720), "bt709")])
def test_untagged_films_are_read_as_players_do(
    tmp_path: Path, size: tuple[int, int], matrix: str
) -> None:
    """SD by BT.601, HD by BT.709."""
    scale = f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p"
    clear = "setparams=color_primaries=unknown:color_trc=unknown:colorspace=unknown"
    frames = patch((230, 120, 40), size)[:2]
    path = film(tmp_path / "a.mp4", frames, "-vf", f"{scale},{clear}", "-c:v", "libx264")
    assert close_to(rgb_at(shown(path)), (230, 120, 40))


def hdr(path: Path, code: tuple[int, int, int], curve: str, primaries: str = "bt2020") -> Path:
    """A film whose code values (0–255 of full range RGB) mean light by another curve."""
    matrix = "bt2020nc" if primaries == "bt2020" else "bt709"
    scale = f"scale=out_color_matrix={matrix[:6]}:out_range=tv,format=yuv420p10le"
    named = f"setparams=color_primaries={primaries}:color_trc={curve}:colorspace={matrix}:range=tv"
    return film(path, patch(code), "-vf", f"{scale},{named}", "-c:v", "libx264", "-crf", "2")


@pytest.mark.parametrize("code", [(0, 0, 0), (90, 90, 90), (148, 148, 148), (120, 80, 60)])
@pytest.mark.parametrize(
    ("curve", "primaries", "look"),
    [
        ("smpte2084", "bt2020", Look.PQ),
        ("arib-std-b67", "bt2020", Look.HLG),
        ("bt709", "bt2020", Look.WIDE),
        ("bt709", "smpte432", Look.P3),
    ],
)
def test_high_and_wide_colours_follow_the_curve(
    tmp_path: Path, code: tuple[int, int, int], curve: str, primaries: str, look: Look
) -> None:
    wanted = np.rint(mapped(np.array([code]) / 255, look)[0] * 255)
    with open_source(media(hdr(tmp_path / "a.mp4", code, curve, primaries)), within=(64, 48)) as it:
        seen = rgb_at(it.planes(Fraction(0)))
        assert len(it.notes) == 1
    assert close_to(seen, (int(wanted[0]), int(wanted[1]), int(wanted[2])), 4), (seen, wanted)


def test_the_curve_itself() -> None:
    """Black stays black, 1000 cd/m² is white, more light is never darker, grey stays grey."""
    grey = np.repeat(np.linspace(0, 1, 200)[:, None], 3, axis=1)
    for look in (Look.PQ, Look.HLG):
        out = mapped(grey, look)
        assert out[0].max() < 0.002
        assert out[-1].min() > 0.995
        assert (np.diff(out[:, 0]) >= -1e-9).all()
        assert np.ptp(out, axis=1).max() < 0.002
    # Reference white (203 cd/m², PQ 0.58 and HLG 0.75: BT.2408, table 1) is bright but leaves room.
    for look, code in ((Look.PQ, 0.58), (Look.HLG, 0.75)):
        assert 0.8 < mapped(np.full((1, 3), code), look)[0, 0] < 0.95


def test_interlaced_fields_are_turned_into_frames(tmp_path: Path) -> None:
    """A bar that moves between the fields leaves a comb in the stored frames, not in ours."""
    frames = np.full((12, 48, 64, 3), 20, np.uint8)
    for number in range(12):
        frames[number, :, 4 + number * 4 : 12 + number * 4] = 230
    woven = ("-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct")
    path = film(tmp_path / "a.mp4", frames, *woven, *X264, "-x264-params", "tff=1", rate="20")
    with open_source(media(path), within=(64, 48)) as source:
        planes = [source.planes(Fraction(n, 10)) for n in range(6)]
        assert any("interlaced" in note for note in source.notes)
    comb = max(float(np.abs(np.diff(one.y[8:40].astype(int), axis=0)).mean()) for one in planes)
    raw = tmp_path / "raw.gray"
    ffmpeg("-i", str(path), "-f", "rawvideo", "-pix_fmt", "gray", str(raw))
    stored_frames = np.frombuffer(raw.read_bytes(), np.uint8).reshape(-1, 48, 64).astype(int)
    stored_comb = float(np.abs(np.diff(stored_frames[2, 8:40], axis=0)).mean())
    assert stored_comb > 20
    assert comb < stored_comb / 3
    assert len({one.y.tobytes() for one in planes}) == 6
