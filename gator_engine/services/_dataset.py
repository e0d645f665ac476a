"""The dataset as a file: pictures and captions in the conventions of the usual trainers.

One zip serves both: kohya's scripts read the folder (``10_word class/`` with a ``.txt`` beside each
picture), diffusers' and Hugging Face `datasets` read ``metadata.jsonl`` (`file_name`, `text`).
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from gator_engine.domain.identity import dataset_folder

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
# A zip has no time zone and starts in 1980; a fixed date makes equal datasets equal bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class DatasetPicture:
    """One captioned picture of a dataset."""

    name: str
    data: bytes
    mime: str
    caption: str


def dataset_zip(trigger: str, pictures: Sequence[DatasetPicture]) -> bytes:
    """The zip; the same pictures give the same bytes."""
    folder, lines, target = dataset_folder(trigger), [], io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number, picture in enumerate(pictures, 1):
            stem = f"{folder}/{number:02d}_{picture.name}"
            path = f"{stem}.{_ENDINGS.get(picture.mime, 'img')}"
            _write(archive, path, picture.data)
            _write(archive, f"{stem}.txt", picture.caption.encode())
            lines.append(json.dumps({"file_name": path, "text": picture.caption}))
        _write(archive, "metadata.jsonl", ("\n".join(lines) + "\n").encode())
    return target.getvalue()


def _write(archive: zipfile.ZipFile, path: str, data: bytes) -> None:
    # Pictures are compressed already.
    archive.writestr(zipfile.ZipInfo(path, _DATE), data, zipfile.ZIP_STORED)
