"""The difference hash of a picture: is each spot brighter than its neighbour to the left?

dHash, Neal Krawetz, "Kind of Like That" (2013), https://www.hackerfactor.com/blog/?/archives/529
Own lines instead of the package `imagehash`, which brings SciPy and PyWavelets along.
"""

from __future__ import annotations

from PIL import Image

ROWS = COLUMNS = 8
# Grey levels (of 255) between the darkest and the brightest spot; below, noise would decide.
LEAST_CONTRAST = 8


def difference_hash(image: Image.Image) -> int | None:
    """64 bits, row by row; None when the picture is too plain to tell apart from others."""
    grey = image.convert("RGBA").convert("L") if image.mode in {"P", "PA"} else image.convert("L")
    spots = grey.resize((COLUMNS + 1, ROWS), Image.Resampling.LANCZOS).tobytes()
    if max(spots) - min(spots) < LEAST_CONTRAST:
        return None
    bits = 0
    for row in range(ROWS):
        start = row * (COLUMNS + 1)
        for column in range(COLUMNS):
            bits = bits << 1 | (spots[start + column + 1] > spots[start + column])
    return bits
