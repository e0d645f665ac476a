"""The contact sheet of a grid: pictures in rows and columns, each axis labelled."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageOps

from gator_engine.adapters.generators._cards.blocks import Line, Part, fit
from gator_engine.adapters.generators._cards.draw import draw_text, fill
from gator_engine.adapters.generators._cards.faces import PAIRINGS
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.errors import InvalidInput

WIDEST = 4096
_EDGE = 384
_GAP, _MARGIN, _TITLE, _COLUMN, _ROW = 16, 48, 72, 56, 200
_PAPER, _INK, _MUTED, _EMPTY = (250, 249, 246), (28, 27, 25), (110, 106, 99), (232, 229, 222)
_FACE = next(iter(PAIRINGS.values()))


class CardGridPainter:
    """Draws contact sheets with the type of the designed cards."""

    def paint(
        self,
        title: str,
        columns: Sequence[str],
        rows: Sequence[str],
        cells: Sequence[bytes | str],
    ) -> bytes:
        """See `GridPainter`."""
        if len(cells) != len(columns) * len(rows) or not cells:
            limit = f"{len(columns)} × {len(rows)} cells"
            raise InvalidInput("cells", f"holds {len(cells)}", limit)
        named = any(rows)
        left = _MARGIN + (_ROW if named else 0)
        edge = min(_EDGE, (WIDEST - left - _MARGIN) // len(columns) - _GAP)
        high = _tallest(cells, edge)
        top = _MARGIN + _TITLE + _COLUMN
        width = left + len(columns) * (edge + _GAP) - _GAP + _MARGIN
        height = top + len(rows) * (high + _GAP) - _GAP + _MARGIN
        image = Image.new("RGB", (width, height), _PAPER)
        lines = _text(title, Box(_MARGIN, _MARGIN, width - 2 * _MARGIN, _TITLE - 12), 30)
        boxes = [Box(left + n * (edge + _GAP), top, edge, high) for n in range(len(columns))]
        for label, box in zip(columns, boxes, strict=True):
            lines += _text(label, Box(box.x, top - _COLUMN, edge, _COLUMN - 10), 22)
        for number, label in enumerate(rows):
            y = top + number * (high + _GAP)
            if label:
                lines += _text(label, Box(_MARGIN, y, _ROW - _GAP, high), 22)
            for box, cell in zip(boxes, cells[number * len(columns) :], strict=False):
                lines += _cell(image, Box(box.x, y, edge, high), cell)
        draw_text(image, [(line, _MUTED if line.role == "muted" else _INK) for line in lines])
        data = io.BytesIO()
        image.save(data, "PNG", compress_level=6)
        return data.getvalue()


def _tallest(cells: Sequence[bytes | str], edge: int) -> int:
    """Height of the tallest picture at the width of a column."""
    found = []
    for cell in cells:
        if isinstance(cell, bytes):
            with Image.open(io.BytesIO(cell)) as opened:
                found.append(round(edge * opened.height / opened.width))
    return max(96, min(max(found, default=edge), 2 * edge))


def _cell(image: Image.Image, box: Box, cell: bytes | str) -> list[Line]:
    """The whole picture in its place, or the words of one that is not there."""
    if isinstance(cell, str):
        fill(image, box, 8, _EMPTY)
        return _text(cell, box.inset(16), 20, role="muted")
    with Image.open(io.BytesIO(cell)) as opened:
        shown = ImageOps.contain(opened.convert("RGB"), (round(box.w), round(box.h)))
    image.paste(shown, (round(box.x), round(box.y)))
    return []


def _text(text: str, box: Box, size: int, *, role: str = "ink") -> list[Line]:
    if not text.strip():
        return []
    return list(fit([Part("label", text, _FACE.text, size, 11, 0, role)], box).lines)
