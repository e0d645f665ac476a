"""The last touch on every file that Gator makes: open marks, the hidden mark, the signature."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gator_engine.domain.assets import Origin, Provenance
from gator_engine.domain.provenance import (
    SOURCE_TYPES,
    Claim,
    CredentialState,
    Parent,
    claim_of,
)
from gator_engine.ports import MarkReader, Signing, Watermarking, Weights

# Origins that say "by a model", for which the hidden mark is meant.
_BY_MODEL = (Origin.AI_GENERATED, Origin.AI_EDITED)
_CODE_BYTES = 4
_AI_TYPES = frozenset(SOURCE_TYPES[origin] for origin in _BY_MODEL)


@dataclass(frozen=True)
class Unsigned:
    """A file that lacks only its signature.

    Signatures carry time and chance, so two makings of the same picture differ in their bytes;
    `content_sha256` is equal when pixels and parameters are.
    """

    data: bytes
    content_sha256: str
    to_sign: bool


class Sealing:
    """Marks and signs files; uploads are never touched."""

    def __init__(
        self,
        signing: Signing,
        marks: MarkReader,
        watermarking: Watermarking | None,
        weights: Weights,
    ) -> None:
        self._signing, self._marks = signing, marks
        self._watermarking, self._weights = watermarking, weights

    def identified(self, made: Provenance) -> Provenance:
        """With the hashes of the weights that a picture was made with, where they are at hand."""
        about = made.parameters
        if made.origin not in _BY_MODEL or "model_hash" in about:
            return made
        found: dict[str, object] = {}
        if (model := self._weights.fingerprint(str(about.get("model", "")))) is not None:
            found = {"model_hash": model.sha256}
            found |= {"model_commit": model.commit} if model.commit else {}
        loras = about.get("loras")
        named = [str(one[0]) for one in loras] if isinstance(loras, list | tuple) else []
        hashes = {path: self._weights.fingerprint(path) for path in named}
        known = {path: one.sha256 for path, one in hashes.items() if one is not None}
        return replace(
            made, parameters={**about, **found, **({"lora_hashes": known} if known else {})}
        )

    def mark(self, data: bytes, mime: str, made: Provenance) -> Unsigned:
        """The file with its marks; uploads, and files that somebody signed, stay as they are."""
        signed_already = self._signing.read(data, mime).state is not CredentialState.NONE
        if made.origin is Origin.UPLOAD or signed_already:
            return Unsigned(data, hashlib.sha256(data).hexdigest(), to_sign=False)
        if made.origin in _BY_MODEL:
            if self._watermarking is not None:
                code = hashlib.sha256(data).digest()[:_CODE_BYTES]
                data = self._watermarking.embed(data, mime, code)
            source_type = SOURCE_TYPES[made.origin]
            data = self._marks.recorded(data, mime, made)
            data = self._marks.marked(data, mime, source_type=source_type, software="Gator")
        to_sign = self._signing.signs(mime)
        return Unsigned(data, hashlib.sha256(data).hexdigest(), to_sign=to_sign)

    def says_ai(self, data: bytes, mime: str) -> bool:
        """Whether the marks or credentials of a file say that a model had a part in it."""
        told = [self._marks.read(data).source_type]
        told += [step.source_type for step in self._signing.read(data, mime).actions]
        return any(source_type in _AI_TYPES for source_type in told)

    def signs(self, mime: str) -> bool:
        """Whether files of this type are signed."""
        return self._signing.signs(mime)

    def changes(self, mime: str, made: Provenance) -> bool:
        """Whether such a file is marked or signed, and so has to be read as a whole."""
        return made.origin is not Origin.UPLOAD and (
            made.origin in _BY_MODEL or self._signing.signs(mime)
        )

    def sign(
        self,
        unsigned: Unsigned,
        mime: str,
        made: Provenance,
        title: str,
        parents: Sequence[Parent] = (),
    ) -> bytes:
        """The finished file. Raises ConfigError or Rejected when it cannot be signed."""
        if not unsigned.to_sign:
            return unsigned.data
        claim = claim_of(made, title, edited=bool(parents))
        return self._signing.sign(unsigned.data, mime, claim, parents)

    def signed_source(self, data: bytes, title: str) -> list[Parent]:
        """The file that a provider sent as a parent, when it carries credentials; else nothing."""
        mime = self._marks.read(data).mime if data else ""
        if not mime or self._signing.read(data, mime).state is CredentialState.NONE:
            return []
        return [Parent(data, mime, title)]

    def rendition(self, data: bytes, mime: str, original: Parent, origin: Origin) -> bytes:
        """A rewritten copy, signed with the original as what it was made from.

        A copy of an upload is signed only where the upload had credentials to carry on. Raises
        ConfigError or Rejected.
        """
        if not self._signing.signs(mime):
            return data
        if origin is Origin.UPLOAD:
            found = self._signing.read(original.data, original.mime)
            if found.state is CredentialState.NONE:
                return data
        source_type = SOURCE_TYPES.get(origin, "")
        claim = Claim(original.title, "c2pa.transcoded", source_type, "Gator")
        return self._signing.sign(data, mime, claim, [original])
