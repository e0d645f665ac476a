"""Provenance: what any file says about itself, and the settings one can take from it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from gator_engine.domain.assets import Asset
from gator_engine.domain.briefs import BriefDraft
from gator_engine.domain.provenance import Credentials, Difference, Marks, Watermark
from gator_engine.domain.recall import Recalled, Recipe, recalled
from gator_engine.errors import InvalidInput
from gator_engine.ports import MarkReader, Signing, Watermarking, Weights
from gator_engine.services._context import Context
from gator_engine.services._repeating import differences
from gator_engine.services.generation import Generations

_KNOWN = "PNG, JPEG, WebP, GIF, MP4, WAV or MP3"


@dataclass(frozen=True)
class FileReport:
    """Everything that was found in a file. Each part is a claim of the file, not of Gator; only
    `credentials` can prove anything, and `asset` says that this very file is in the library."""

    marks: Marks
    credentials: Credentials
    recipe: Recipe | None
    watermark: Watermark | None
    asset: Asset | None
    sha256: str
    size: int

    @property
    def says_nothing(self) -> bool:
        """Whether there is no trace of its origin at all; that proves nothing either."""
        return not (
            self.marks.source_type
            or self.marks.texts
            or self.recipe
            or self.watermark
            or self.credentials.state != "none"
        )


class FileProvenance:
    """What one can learn from a file, whoever made it."""

    def __init__(
        self,
        context: Context,
        signing: Signing,
        marks: MarkReader,
        watermarking: Watermarking,
        weights: Weights,
        generations: Generations,
        *,
        device: str,
        most_bytes: int,
    ) -> None:
        self._context, self._signing, self._marks = context, signing, marks
        self._watermarking, self._most_bytes = watermarking, most_bytes
        self._weights, self._generations, self._device = weights, generations, device

    def inspect(self, data: bytes) -> FileReport:
        """Read credentials, source type, texts, settings and the hidden mark of a file.

        Nothing in it is believed, run or fetched. Raises InvalidInput naming `file` when it is
        empty, too large, or of a type that cannot be read.
        """
        self._check(data)
        marks = self._marks.read(data)
        if not marks.mime:
            raise InvalidInput("file", "is of a type that cannot be read", _KNOWN)
        sha256 = hashlib.sha256(data).hexdigest()
        with self._context.store.read() as uow:
            asset = uow.assets.by_sha256(sha256)
        return FileReport(
            marks=marks,
            credentials=self._signing.read(data, marks.mime),
            recipe=self._marks.recipe(data),
            watermark=self._watermarking.detect(data),
            asset=asset,
            sha256=sha256,
            size=len(data),
        )

    def recall(self, data: bytes) -> Recalled:
        """The settings a picture was made with, as settings of ours.

        Reads files of Gator, A1111 (and Forge, SD.Next), ComfyUI and InvokeAI. `notes` of the
        result name what could not be taken over. Raises InvalidInput naming `file` when it is
        empty, too large, or holds no settings.
        """
        self._check(data)
        recipe = self._marks.recipe(data)
        if recipe is None:
            known = "a picture of Gator, A1111, ComfyUI or InvokeAI as it was saved"
            raise InvalidInput("file", "holds no settings; services often strip them", known)
        return recalled(recipe)

    def differences(self, generation_id: str) -> Sequence[Difference]:
        """What is not as it was when a generation was made: prompt, weights, libraries, device.

        Empty means that making it again gives the same pixels and the same parameters, as far as
        the record can tell (the signature is new each time: it carries time and chance). A device
        that is chosen automatically is known only when it runs, so it is compared only when the
        settings name one. Raises NotFound.
        """
        with self._context.store.read() as uow:
            generation = uow.generations.get(generation_id)
            brief = uow.generations.brief(generation.brief_id)
            assets = uow.assets.many(generation.asset_ids)
        draft = BriefDraft(
            **{name: getattr(brief, name) for name in BriefDraft.__dataclass_fields__}
        )
        now = self._generations.compile(draft)
        found = []
        if now != generation.compiled:
            found.append(Difference("Prompt", generation.compiled.text, now.text))
        for asset in assets[:1]:
            found += differences(asset.provenance, self._weights, self._device)
        return found

    def _check(self, data: bytes) -> None:
        if not data:
            raise InvalidInput("file", "is empty (0 bytes)")
        if len(data) > self._most_bytes:
            size, most = (count / 1024 / 1024 for count in (len(data), self._most_bytes))
            raise InvalidInput("file", f"has {size:.1f} MiB", f"{most:.0f} MiB")
