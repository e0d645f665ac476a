"""A hidden mark in the pixels: the second layer beside credentials, which a screenshot strips.

Method: quantisation of the largest singular value of DCT blocks in the Haar sub-band (dwtDctSvd, as
in the library invisible-watermark), on the blue-difference plane, by numpy alone. It differs in one
thing: the mark is laid out on a square of fixed size that every picture is scaled to, so that the
blocks are found again after scaling. Cropping and turning destroy it.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from gator_engine.adapters.provenance.containers import keep_texts
from gator_engine.config import Settings
from gator_engine.domain.provenance import Watermark

# The square that carries the mark, its blocks, and the step of the quantisation.
_EDGE, _BLOCK, _STEP = 512, 4, 36.0
_LEAST_EDGE = 256
_ROUNDS = 3
# 32 fixed bits say "there is a mark"; chance alone gets 29 of them right once in 780,000 pictures.
_FIXED = b"Gatr"
_LEAST_RIGHT = 29
_BITS = 64
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
# Blue difference of BT.601, and what a change of it by one does to green and blue.
_TO_U = np.array([-0.14713, -0.28886, 0.436], dtype=np.float32)
_FROM_U = np.array([0.0, -0.39465, 2.03211], dtype=np.float32)
_MIDDLE = 128.0

Plane = NDArray[np.float32]


class DwtDctSvd:
    """Marks PNG, JPEG and WebP; pictures below 256 pixels an edge have no room and stay as they
    are."""

    def __init__(self, settings: Settings) -> None:
        self._most_pixels = int(settings.max_image_megapixels * 1_000_000)

    def embed(self, data: bytes, mime: str, code: bytes) -> bytes:
        """The picture with the mark and all its texts; the same input gives the same bytes."""
        if mime not in _FORMATS:
            return data
        with Image.open(BytesIO(data)) as image:
            if min(image.size) < _LEAST_EDGE:
                return data
            alpha = image.getchannel("A") if image.mode == "RGBA" else None
            marked = Image.fromarray(_with_mark(np.asarray(image.convert("RGB")), code))
            if alpha is not None:
                marked.putalpha(alpha)
            kept = {"exif", "icc_profile"} | ({"xmp"} if mime != "image/png" else set())
            info = {name: value for name, value in image.info.items() if name in kept}
        if mime != "image/png":
            info |= {"quality": 95}
        out = BytesIO()
        marked.save(out, _FORMATS[mime], **info)
        return keep_texts(data, out.getvalue())

    def detect(self, data: bytes) -> Watermark | None:
        """The mark, or None when there is none, no picture, or too large a one."""
        try:
            with Image.open(BytesIO(data), formats=tuple(_FORMATS.values())) as image:
                if image.width * image.height > self._most_pixels:
                    return None
                pixels = np.asarray(image.convert("RGB"))
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
            return None
        except Image.DecompressionBombError:
            return None
        found = _votes(_plane(pixels)) > 0
        right = int(np.sum(found[:32] == _bits(_FIXED)))
        if right < _LEAST_RIGHT:
            return None
        return Watermark(np.packbits(found[32:]).tobytes().hex(), right / 32)


def _with_mark(pixels: NDArray[np.uint8], code: bytes) -> NDArray[np.uint8]:
    """Pixels with the mark. Scaling and rounding weaken it: a few rounds make up for that."""
    height, width = pixels.shape[:2]
    wanted = np.concatenate([_bits(_FIXED), _bits(code)])
    changed = pixels.astype(np.float32)
    for _ in range(_ROUNDS):
        change = _change(_plane(changed), wanted)
        whole = _scaled(change, (width, height))[..., None] * _FROM_U
        changed = np.clip(np.rint(changed + whole), 0, 255).astype(np.float32)
    return changed.astype(np.uint8)


def _plane(pixels: NDArray[np.uint8] | Plane) -> Plane:
    """Blue difference on the square, in its Haar sub-band: (256, 256)."""
    square = _scaled(pixels.astype(np.float32) @ _TO_U + _MIDDLE, (_EDGE, _EDGE))
    pairs: Plane = square.reshape(_EDGE // 2, 2, _EDGE // 2, 2).sum(axis=(1, 3)) / 2
    return pairs


def _scaled(plane: Plane, size: tuple[int, int]) -> Plane:
    return np.asarray(
        Image.fromarray(np.ascontiguousarray(plane)).resize(size, Image.Resampling.BICUBIC)
    )


def _blocks(band: Plane) -> Plane:
    """(4096, 4, 4) DCT blocks."""
    count = band.shape[0] // _BLOCK
    cut = band.reshape(count, _BLOCK, count, _BLOCK).swapaxes(1, 2).reshape(-1, _BLOCK, _BLOCK)
    return np.asarray(_DCT @ cut @ _DCT.T, dtype=np.float32)


def _change(band: Plane, wanted: NDArray[np.bool_]) -> Plane:
    """What to add to the square so that every block carries its bit."""
    left, singular, right = np.linalg.svd(_blocks(band))
    first = singular[:, 0]
    target = (np.floor(first / _STEP) + np.where(wanted[_ORDER], 0.75, 0.25)) * _STEP
    # Places that mean the same lie one step apart: take the nearest.
    nearest = target + np.rint((first - target) / _STEP) * _STEP
    grown = (nearest - first)[:, None, None] * left[:, :, :1] @ right[:, :1, :]
    blocks = _DCT.T @ grown @ _DCT
    count = band.shape[0] // _BLOCK
    joined: Plane = blocks.reshape(count, count, _BLOCK, _BLOCK).swapaxes(1, 2).reshape(band.shape)
    square: Plane = np.repeat(np.repeat(joined, 2, axis=0), 2, axis=1).astype(np.float32)
    return square / np.float32(2)


def _votes(band: Plane) -> NDArray[np.float64]:
    """For each bit the sum of what its blocks say: +1 surely one, -1 surely zero."""
    singular = np.linalg.svd(_blocks(band), compute_uv=False)[:, 0]
    said = -np.sin(2 * np.pi * singular / _STEP)
    return np.bincount(_ORDER, weights=said, minlength=_BITS).astype(np.float64)


def _bits(word: bytes) -> NDArray[np.bool_]:
    return np.unpackbits(np.frombuffer(word, np.uint8)).astype(bool)


def _dct_matrix() -> Plane:
    """Orthonormal DCT-II of length 4."""
    rows, columns = np.mgrid[0:_BLOCK, 0:_BLOCK]
    matrix = np.cos(np.pi * (2 * columns + 1) * rows / (2 * _BLOCK)) * np.sqrt(2 / _BLOCK)
    matrix[0] /= np.sqrt(2)
    return np.asarray(matrix, dtype=np.float32)


_DCT = _dct_matrix()
# Which bit each block carries: scattered, so that a flat sky does not lose one bit altogether.
_ORDER = np.random.default_rng(20261122).permutation((_EDGE // 2 // _BLOCK) ** 2) % _BITS
