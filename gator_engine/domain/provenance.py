"""What a file can say about where it came from, and how far that can be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath

from gator_engine.domain.assets import Origin, Provenance

# IPTC vocabulary: http://cv.iptc.org/newscodes/digitalsourcetype/
_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SOURCE_TYPES: Mapping[Origin, str] = {
    Origin.AI_GENERATED: f"{_IPTC}trainedAlgorithmicMedia",
    Origin.AI_EDITED: f"{_IPTC}compositeWithTrainedAlgorithmicMedia",
    Origin.DESIGNED: f"{_IPTC}algorithmicMedia",
    Origin.RENDERED: f"{_IPTC}composite",
}


class CredentialState(StrEnum):
    """How far the content credentials of a file hold.

    `trusted`: unchanged, and the signer is known to this studio. `valid`: unchanged, by a signer
    it does not know. `invalid`: the file or its credentials were changed after signing.
    """

    NONE = "none"
    INVALID = "invalid"
    VALID = "valid"
    TRUSTED = "trusted"


@dataclass(frozen=True)
class CredentialAction:
    """One step in the life of a file, in C2PA's words ("c2pa.created", "c2pa.edited")."""

    action: str
    source_type: str = ""
    software: str = ""
    when: str = ""


@dataclass(frozen=True)
class CredentialIngredient:
    """A file that went into this one; `relationship` is C2PA's ("parentOf", "inputTo")."""

    title: str
    relationship: str
    signed: bool


@dataclass(frozen=True)
class Credentials:
    """The content credentials (C2PA) of a file. `problems` are C2PA's codes for what failed.

    `development`: signed with a certificate that a studio made for itself, which proves that
    nothing was changed but not to strangers who signed.
    """

    state: CredentialState = CredentialState.NONE
    signer: str = ""
    issuer: str = ""
    signed_at: str = ""
    tool: str = ""
    title: str = ""
    development: bool = False
    actions: tuple[CredentialAction, ...] = ()
    ingredients: tuple[CredentialIngredient, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """What credentials are to say: how the file came to be, and with which tool.

    `action` is C2PA's word for what happened: "c2pa.created" has parts, other steps have a parent.
    """

    title: str
    action: str
    source_type: str = ""
    software: str = ""


@dataclass(frozen=True)
class Parent:
    """A file that another one was made from, for the ingredient chain."""

    data: bytes
    mime: str
    title: str


@dataclass(frozen=True)
class Fingerprint:
    """What weights are, whatever they are called: their SHA-256, and the hub's commit if known."""

    sha256: str
    commit: str = ""


@dataclass(frozen=True)
class Difference:
    """Something that is not as it was when a picture was made: it may come out different."""

    what: str
    then: str
    now: str

    def __str__(self) -> str:
        return f"{self.what}: was {self.then}, is {self.now}"


@dataclass(frozen=True)
class Watermark:
    """An imperceptible mark found in the pixels. `agreement` is the share of its fixed bits that
    were read right (chance gives 0.5); `code` is what it carries, 8 hexadecimal digits."""

    code: str
    agreement: float


@dataclass(frozen=True)
class Marks:
    """Everything a file says about itself, as text to be shown and never to be run.

    `texts` are what other tools left (name of the field → text, shortened when very long).
    """

    mime: str
    source_type: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def claim_of(made: Provenance, title: str, *, edited: bool) -> Claim:
    """What the credentials of a file that Gator made say. What was rendered is a new work that its
    parts are placed in; anything else with parents is an edit of the first."""
    tool = " ".join(part for part in (made.label, shown_name(made.model)) if part)
    return Claim(
        title=title or made.label,
        action="c2pa.edited" if edited and made.origin is not Origin.RENDERED else "c2pa.created",
        source_type=SOURCE_TYPES.get(made.origin, ""),
        software=tool,
    )


def shown_name(path: object) -> str:
    """The name of a file or folder without where it lies; hub ids stay whole."""
    text = str(path or "")
    local = text.startswith((".", "/", "~", "\\")) or "\\" in text or text.count("/") > 1
    name = PurePath(text.replace("\\", "/")).name if local else text
    return name.removesuffix(".safetensors")
