"""High dynamic range and wide colour brought to what BT.709 screens show.

PQ and HLG: Rec. ITU-R BT.2100-2, tables 4 and 5 (HLG with the system gamma of a 1000 cd/m² screen).
Highlights: the EETF of Report ITU-R BT.2390-11, 5.4.1, applied to the largest of R, G and B, from
1000 cd/m² to 203 cd/m² (reference white of Report ITU-R BT.2408). Colours outside BT.709 are
clipped. The result is shown by the display curve of BT.1886 (2.4) without its black lift.
"""

from __future__ import annotations

import tempfile
from enum import StrEnum
from functools import cache
from typing import IO

import numpy as np

EDGE = 33
PEAK_NITS, WHITE_NITS = 1000.0, 203.0
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073
# Linear BT.2020 and P3-D65 (SMPTE EG 432-1) to linear BT.709, from their primaries (white D65).
_TO_709 = {
    "bt2020": np.array(
        [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
    ),
    "p3": np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]]),
}
_LUMA_2020 = np.array([0.2627, 0.6780, 0.0593])
Values = np.ndarray


class Look(StrEnum):
    """What has to be done to a film's colours."""

    PQ = "pq"
    HLG = "hlg"
    WIDE = "wide"
    P3 = "p3"


def mapped(rgb: Values, look: Look) -> Values:
    """BT.709 code values (0–1) for code values (0–1) of a film; shape (..., 3) both."""
    match look:
        case Look.PQ:
            shown = _without_highlights(_from_pq(rgb))
        case Look.HLG:
            shown = _without_highlights(_from_hlg(rgb))
        case _:
            shown = rgb**2.4
    primaries = "p3" if look is Look.P3 else "bt2020"
    linear = np.clip(shown @ _TO_709[primaries].T, 0, 1)
    return np.asarray(linear ** (1 / 2.4))


@cache
def cube_file(look: Look) -> IO[str]:
    """`mapped` as a .cube file (its `.name`) for ffmpeg's lut3d, gone when the process ends."""
    steps = np.linspace(0, 1, EDGE)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    table = mapped(np.stack([red, green, blue], axis=-1).reshape(-1, 3), look)
    file = tempfile.NamedTemporaryFile("w", suffix=".cube", prefix="gator-")  # noqa: SIM115
    file.write(f"LUT_3D_SIZE {EDGE}\n")
    np.savetxt(file, table, fmt="%.6f")
    file.flush()
    return file


def _from_pq(code: Values) -> Values:
    """Light in cd/m²."""
    root = code ** (1 / _M2)
    return np.asarray(10_000 * (np.maximum(root - _C1, 0) / (_C2 - _C3 * root)) ** (1 / _M1))


def _to_pq(nits: Values | float) -> Values:
    root = (np.asarray(nits) / 10_000) ** _M1
    return np.asarray(((_C1 + _C2 * root) / (1 + _C3 * root)) ** _M2)


def _from_hlg(code: Values) -> Values:
    """Light in cd/m² on a 1000 cd/m² screen (system gamma 1.2)."""
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - _C) / _A) + _B) / 12)
    luminance = scene @ _LUMA_2020
    return np.asarray(PEAK_NITS * scene * (luminance[..., None] ** 0.2))


def _without_highlights(nits: Values) -> Values:
    """Shares of SDR white (0–1), hue kept: all three channels are scaled alike."""
    largest = nits.max(axis=-1, keepdims=True)
    scaled = np.minimum(_to_pq(largest) / _to_pq(PEAK_NITS), 1)
    most = float(_to_pq(WHITE_NITS) / _to_pq(PEAK_NITS))
    knee = 1.5 * most - 0.5
    t = np.clip((scaled - knee) / (1 - knee), 0, 1)
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * most
    )
    shown = _from_pq(np.where(scaled < knee, scaled, curve) * _to_pq(PEAK_NITS))
    return np.asarray(nits / np.maximum(largest, 1e-6) * shown / WHITE_NITS)
