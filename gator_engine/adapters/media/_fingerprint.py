"""The fingerprint of a picture: is each spot brighter than its neighbour to the left?

dHash, Neal Krawetz, "Kind of Like That" (2013), https://www.hackerfactor.com/blog/?/archives/529
Own lines instead of the package `imagehash`, which brings SciPy and PyWavelets along.
"""

from __future__ import annotations

from PIL import Image

from gator_engine.domain.fingerprints import PictureFingerprint

ROWS = COLUMNS = 8
FINE = 32
# Grey levels (of 255) between the darkest and the brightest spot; below, noise would decide.
LEAST_CONTRAST = 8
# How much brighter or darker a spot is than its neighbour before it counts as an edge.
EDGE = 12


def fingerprint_of(image: Image.Image) -> PictureFingerprint | None:
    """Both levels; None when the picture is too plain to tell apart from others."""
    grey = image.convert("RGBA").convert("L") if image.mode in {"P", "PA"} else image.convert("L")
    bits = difference_hash(grey)
    return None if bits is None else PictureFingerprint(bits, _edges(grey))


def _edges(grey: Image.Image) -> int:
    """Two bits a spot, row by row: it is clearly brighter (10) or darker (01) than the last."""
    spots = grey.resize((FINE + 1, FINE), Image.Resampling.LANCZOS).tobytes()
    found = 0
    for row in range(FINE):
        start = row * (FINE + 1)
        for column in range(FINE):
            rise = spots[start + column + 1] - spots[start + column]
            found = found << 2 | (2 if rise > EDGE else 1 if rise < -EDGE else 0)
    return found


def difference_hash(grey: Image.Image) -> int | None:
    """64 bits, row by row; None when the picture is too plain to tell apart from others."""
    spots = grey.resize((COLUMNS + 1, ROWS), Image.Resampling.LANCZOS).tobytes()
    if max(spots) - min(spots) < LEAST_CONTRAST:
        return None
    bits = 0
    for row in range(ROWS):
        start = row * (COLUMNS + 1)
        for column in range(COLUMNS):
            bits = bits << 1 | (spots[start + column + 1] > spots[start + column])
    return bits
