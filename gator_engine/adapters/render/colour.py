"""One colour rule for the whole renderer: BT.709 primaries and matrix, limited range.

Coefficients: ITU-R BT.709-6, section 3 (Kr 0.2126, Kb 0.0722) and 4.6 (16–235 and 16–240).
"""

from __future__ import annotations

import cv2
import numpy as np

from gator_engine.adapters.render.planes import Planes

KR, KB = 0.2126, 0.0722
KG = 1 - KR - KB


def _matrix() -> np.ndarray:
    """Three rows of (R, G, B, 1) → Y', Cb, Cr for values 0–255."""
    light = np.array([KR, KG, KB])
    blue = (np.array([0, 0, 1]) - light) / (2 * (1 - KB))
    red = (np.array([1, 0, 0]) - light) / (2 * (1 - KR))
    rows = np.stack([light * 219, blue * 224, red * 224]) / 255
    return np.hstack([rows, np.array([[16.0], [128.0], [128.0]])]).astype(np.float32)


TO_YCC = _matrix()
FROM_YCC = np.linalg.inv(np.vstack([TO_YCC, [0, 0, 0, 1]]).astype(np.float64))[:3].astype(
    np.float32
)


def ycc_of(colour: str) -> tuple[int, int, int]:
    """Y', Cb, Cr of a colour written #rrggbb."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    y, u, v = (TO_YCC @ np.array([red, green, blue, 1], np.float32)).tolist()
    return round(y), round(u), round(v)


def fill(planes: Planes, colour: str) -> None:
    """Paint a whole picture in one colour."""
    planes.y[:], planes.u[:], planes.v[:] = ycc_of(colour)


def to_ycc(rgb: np.ndarray) -> np.ndarray:
    """RGB (h, w, 3), 0–255, as float32 Y'CbCr in full resolution."""
    return cv2.transform(rgb.astype(np.float32), TO_YCC)


def to_planes(rgb: np.ndarray) -> Planes:
    """An RGB picture (uint8, even edges) as planes; colour is the mean of two by two pixels."""
    ycc = to_ycc(rgb)
    height, width = rgb.shape[:2]
    half = cv2.resize(ycc[:, :, 1:], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return Planes(_eight_bit(ycc[:, :, 0]), _eight_bit(half[:, :, 0]), _eight_bit(half[:, :, 1]))


def to_rgb(planes: Planes) -> np.ndarray:
    """Planes as RGB (h, w, 3) uint8; colour is interpolated between its pixels."""
    height, width = planes.y.shape
    full = [
        cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)
        for plane in (planes.u, planes.v)
    ]
    ycc = np.dstack([planes.y, *full]).astype(np.float32)
    return _eight_bit(cv2.transform(ycc, FROM_YCC))


def _eight_bit(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))
