"""A persona with its pictures as one zip.

    manifest.json    format, schema, the Gator that wrote it, and each file with its SHA-256
    persona.yaml     the persona, see `documents`
    images/…         the pictures, named in the manifest with role, title, description, provenance

The same persona and pictures give the same bytes: the zip carries no times.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from gator_engine.adapters.portability.documents import (
    content_of,
    document,
    is_document,
    schema_of,
    stamp,
)
from gator_engine.adapters.portability.plain_data import (
    MOST_TEXT_BYTES,
    decoded,
    parsed,
    to_json,
    to_yaml,
)
from gator_engine.adapters.portability.safe_zip import SafeZip
from gator_engine.domain.assets import Provenance
from gator_engine.domain.identity import Likeness
from gator_engine.domain.persona_tree import path_of
from gator_engine.domain.personas import PersonaProfile, Rating
from gator_engine.errors import InvalidInput
from gator_engine.ports import Outcome, PortableContent, PortableImage, ReportLine

MANIFEST, PERSONA = "manifest.json", "persona.yaml"
MOST_IMAGES = 64
MOST_LISTED = 50
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_NUMBER = re.compile(r"^\d{3}-")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class _Listed:
    """A file as the manifest names it."""

    path: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    role: str = ""
    title: str = ""
    alt_text: str = ""
    tags: tuple[str, ...] = ()
    rating: Rating | None = None
    provenance: Provenance | None = None
    likeness: Likeness | None = None


def write_archive(
    profile: PersonaProfile, images: Sequence[PortableImage], most_bytes: int
) -> bytes:
    """The zip. Raises InvalidInput naming `images` or `archive` when it could not be read again."""
    if len(images) > MOST_IMAGES:
        raise InvalidInput("images", f"{len(images)} pictures", f"{MOST_IMAGES}")
    files = {PERSONA: to_yaml(document(profile)).encode()}
    listed = [_Listed(PERSONA, _sha256(files[PERSONA]))]
    for number, image in enumerate(images, 1):
        name = _UNFIT.sub("-", _NUMBER.sub("", image.name)).strip("-.")[-80:]
        path = f"images/{number:03d}-{name or 'picture'}"
        files[path] = image.data
        listed.append(_entry(path, image))
    size = sum(map(len, files.values()))
    if size > most_bytes:
        limit = f"{most_bytes / 2**20:g} MiB"
        raise InvalidInput("archive", f"would hold {size / 2**20:.1f} MiB", limit)
    manifest = {**stamp(), "files": _manifest_type().dump_python(tuple(listed), mode="json")}
    return _zipped({MANIFEST: to_json(manifest, indent=2).encode(), **files})


def read_archive(packed: SafeZip) -> PortableContent:
    """Persona and pictures of a zip of ours, each compared with its checksum.

    Raises InvalidInput naming the file inside the zip.
    """
    manifest = parsed(decoded(packed.read(MANIFEST, MOST_TEXT_BYTES), MANIFEST), MANIFEST)
    if not is_document(manifest):
        raise InvalidInput(MANIFEST, "does not belong to a persona of Gator")
    schema_of(manifest, MANIFEST)
    listed = _listed(manifest.get("files"))
    content, images = None, []
    for entry in listed:
        data = packed.read(entry.path, packed.most_bytes)
        if _sha256(data) != entry.sha256:
            raise InvalidInput(entry.path, "is not the file that was exported", entry.sha256)
        if entry.path == PERSONA:
            content = content_of(parsed(decoded(data, PERSONA), PERSONA), PERSONA)
        else:
            images.append(_image(entry, data))
    if content is None:
        raise InvalidInput(MANIFEST, f"does not name {PERSONA}")
    strays = [name for name in packed.names if name not in {e.path for e in listed} | {MANIFEST}]
    report = (*content.report, *_taken(images), *not_taken(strays, "the manifest does not name it"))
    return PortableContent("Gator archive", content.fields, report, tuple(images))


def not_taken(names: Sequence[str], why: str) -> list[ReportLine]:
    """A line for each file that stays behind, the last one for all the rest."""
    lines = [ReportLine(Outcome.IGNORED, name, note=why) for name in names[:MOST_LISTED]]
    more = len(names) - len(lines)
    return [*lines, ReportLine(Outcome.IGNORED, f"{more} more files", note=why)] if more else lines


def _taken(images: Sequence[PortableImage]) -> list[ReportLine]:
    return [ReportLine(Outcome.TAKEN, image.name, "library", image.role) for image in images]


def _entry(path: str, image: PortableImage) -> _Listed:
    return _Listed(
        path,
        _sha256(image.data),
        role=image.role,
        title=image.title,
        alt_text=image.alt_text,
        tags=image.tags,
        rating=image.rating,
        provenance=image.provenance,
        likeness=image.likeness,
    )


def _image(entry: _Listed, data: bytes) -> PortableImage:
    return PortableImage(
        data,
        entry.path.rpartition("/")[2],
        role=entry.role,
        title=entry.title,
        alt_text=entry.alt_text,
        tags=entry.tags,
        rating=entry.rating,
        provenance=entry.provenance,
        likeness=entry.likeness,
    )


def _listed(files: Any) -> tuple[_Listed, ...]:
    if isinstance(files, list) and len(files) > MOST_IMAGES + 1:
        raise InvalidInput(MANIFEST, f"names {len(files)} files", f"{MOST_IMAGES + 1}")
    try:
        listed = _manifest_type().validate_json(json.dumps(files), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = path_of(("files", *first["loc"]))
        raise InvalidInput(f"{MANIFEST} {where}", first["msg"]) from error
    if len({entry.path for entry in listed}) < len(listed):
        raise InvalidInput(MANIFEST, "names a file twice")
    return listed


@cache
def _manifest_type() -> TypeAdapter[tuple[_Listed, ...]]:
    return TypeAdapter(tuple[_Listed, ...])


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _zipped(files: dict[str, bytes]) -> bytes:
    """Pictures are stored as they are (they are packed already), texts deflated."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for path, data in files.items():
            info = zipfile.ZipInfo(path, _EARLIEST)
            info.external_attr = _REGULAR_FILE
            info.create_system = 3  # Unix, so that the bytes do not depend on the machine
            is_image = path.startswith("images/")
            info.compress_type = zipfile.ZIP_STORED if is_image else zipfile.ZIP_DEFLATED
            packed.writestr(info, data)
    return out.getvalue()
