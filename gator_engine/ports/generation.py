"""Ports of making things: generators, caption writers and the inspector of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from gator_engine.domain.assets import FileFacts
from gator_engine.domain.briefs import BriefKind, CompiledPrompt
from gator_engine.domain.capabilities import (
    GeneratorCapabilities,
)
from gator_engine.domain.fingerprints import PictureFingerprint
from gator_engine.domain.identity_routes import ReferenceUse
from gator_engine.domain.personas import PersonaProfile
from gator_engine.domain.spending import NO_PURPOSE, CallPurpose
from gator_engine.domain.token_budget import TokenCounter
from gator_engine.errors import GatorError
from gator_engine.ports.queue import WorkerLoad


class Run(Protocol):
    """What a long piece of work tells the studio while it runs."""

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        """Report progress; cheap to call often. Raises Cancelled when a person asked to stop."""

    def check(self) -> None:
        """Raises Cancelled when a person asked to stop."""


@dataclass(frozen=True)
class GenerateRequest:
    """Everything a generator may use; it reads nothing else.

    `size` is (width, height) in pixels; `seed` is of the first picture, the n-th uses seed + n.
    `only` asks for one slide of a carousel (from 1), in the same design; 0 means all of them.
    `references` are the pictures behind the option of that kind, in its order; `pictures` those
    behind the picture options, by option name. Where the capabilities take the size from the
    source, `size` is that of the first of them. References that are only offered nobody asked for
    by name: a model that cannot use them does without, and says so in its result.
    """

    kind: BriefKind
    compiled: CompiledPrompt
    profile: PersonaProfile
    size: tuple[int, int]
    count: int
    seed: int
    texts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    references: tuple[bytes, ...] = ()
    references_offered: bool = False
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    only: int = 0


@dataclass(frozen=True)
class GeneratedFile:
    """One result: its bytes and what is needed to repeat it.

    `received` is the file as a provider sent it, where `data` was rewritten from that: its
    credentials are carried along.
    """

    data: bytes
    seed: int
    alt_text: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    received: bytes = b""


@dataclass(frozen=True)
class GenerateResult:
    """What a generator returns. `notes` are visible flags of a degraded result.

    `references_unused` says that references which were only offered went into nothing.
    """

    files: tuple[GeneratedFile, ...]
    model: str
    timings_s: Mapping[str, float] = field(default_factory=dict)
    software: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    references_unused: bool = False


class Generator(Protocol):
    """Makes pictures. One file each under adapters/generators, found by its GENERATOR attribute."""

    @property
    def capabilities(self) -> GeneratorCapabilities: ...

    def missing(self) -> str:
        """ "" when ready, else what to install or set, in plain words."""

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        """Raises InvalidInput, CapabilityError, Cancelled or ExternalError."""


@runtime_checkable
class Warming(Protocol):
    """A generator that keeps models loaded in its process."""

    def affinity(self, settings: Mapping[str, Any]) -> str:
        """Names what has to be loaded for these settings, as `WarmModel.affinity` does."""

    def load(self) -> WorkerLoad:
        """What it has loaded here and on which device; loads nothing."""


@runtime_checkable
class Modelled(Protocol):
    """A generator whose model has a name of its own, and perhaps terms."""

    def model_for(self, settings: Mapping[str, Any]) -> str:
        """The model these settings mean (a folder or hub id), whoever chose it; "" for none."""

    def missing_for(self, settings: Mapping[str, Any]) -> str:
        """As `Generator.missing`, for a request with these settings."""


@runtime_checkable
class Resembling(Protocol):
    """A generator that can tell what its models do with pictures of the persona. One that takes
    references and is not of this sort hands them to its service as pictures."""

    def reference_use(self, settings: Mapping[str, Any]) -> ReferenceUse:
        """What the model these settings mean does with them; loads nothing."""

    @property
    def exchangeable(self) -> bool:
        """Whether another model may take the place of the default one."""

    def editing_model(self) -> ReferenceUse | None:
        """An installed model that is shown references and could take its place; None without."""


@dataclass(frozen=True)
class Member:
    """One of several requests that are worked on together, and its own Run."""

    request: GenerateRequest
    run: Run


class MemberDone(Protocol):
    """Told once for each member, as soon as it has ended."""

    def __call__(self, number: int, outcome: GenerateResult | GatorError) -> None: ...


@runtime_checkable
class Batching(Protocol):
    """A generator that makes the pictures of several requests in one pass."""

    def batch_key(self, request: GenerateRequest) -> str:
        """Equal for requests that can be made together; "" for one that has to be alone."""

    def batch_room(self, request: GenerateRequest) -> int:
        """How many pictures of this request's kind fit into one pass, itself included."""

    def generate_together(self, members: Sequence[Member], done: MemberDone) -> None:
        """As `generate` for each, with the same pictures. A member that fails or is cancelled hurts
        no other: its error goes to `done`."""


@runtime_checkable
class Counting(Protocol):
    """A generator that knows the tokenizer of its model."""

    def token_counter(self, settings: Mapping[str, Any]) -> TokenCounter | None:
        """Counts tokens as the model of these settings does, without start and end; None when the
        tokenizer is not at hand."""


@dataclass(frozen=True)
class CaptionRequest:
    """What to write about, in whose voice. `limit` is the tightest text rule of the targets;
    `purpose` says in the ledger what it was for."""

    profile: PersonaProfile
    system: str
    topic: str
    variants: int
    limit: int
    language: str
    seed: int
    picture: str = ""
    purpose: CallPurpose | None = None


@dataclass(frozen=True)
class Caption:
    """One caption. `text` is ready to post: it ends with its hashtags, which `hashtags` repeats.

    `written_by` is the model's name, or "template" when no model wrote it. `notes` are remarks for
    the person who chooses (a language without grammar, a text outside the voice).
    """

    text: str
    hashtags: tuple[str, ...]
    alt_text: str
    written_by: str
    tokens: int | None = None
    notes: tuple[str, ...] = ()


@runtime_checkable
class CaptionWriter(Protocol):
    """Writes captions. One file each under adapters/captions, found by its WRITER attribute."""

    slug: str
    label: str

    def missing(self) -> str:
        """ "" when ready, else what to install or set, in plain words."""

    def write(
        self, request: CaptionRequest, on_text: Callable[[int, str], None]
    ) -> Sequence[Caption]:
        """Write the variants; `on_text(variant, text so far)` streams them as they grow.

        Raises InvalidInput, Transient, Rejected, RateLimited or AuthExpired.
        """


@runtime_checkable
class LanguageModel(Protocol):
    """A caption writer that also answers freely: a language model stands behind it."""

    slug: str
    label: str

    def missing(self) -> str:
        """ "" when ready, else what to install or set, in plain words."""

    def ask(
        self,
        system: str,
        prompt: str,
        *,
        as_json: bool = False,
        seed: int = 0,
        purpose: CallPurpose = NO_PURPOSE,
    ) -> str:
        """The model's answer, without its thoughts; one JSON object when `as_json`.

        Raises Transient, Rejected, RateLimited or AuthExpired.
        """


class MediaInspector(Protocol):
    """Detects what a file is from its bytes, given or at a path, and makes small pictures of it."""

    def inspect(self, data: bytes | Path, *, field: str = "file", filename: str = "") -> FileFacts:
        """What the bytes are.

        Raises InvalidInput naming `field` for empty, truncated, oversized or unknown files, and
        for a `filename` whose ending claims another format.
        """

    def thumbnail(self, data: bytes | Path, facts: FileFacts, edge: int = 480) -> bytes:
        """A WebP whose longer edge is `edge` pixels at most.

        Of a film a telling frame, of a sound its waveform, of subtitles the first lines.
        """

    def fingerprint(self, data: bytes | Path, facts: FileFacts) -> PictureFingerprint | None:
        """What look-alikes share nearly all of; None for a picture too plain, a sound or subtitles.
        A film's are those of its thumbnail.

        See `domain/fingerprints.py`. Raises InvalidInput for what cannot be read.
        """

    def convert(
        self,
        data: bytes,
        facts: FileFacts,
        *,
        mime_types: Sequence[str],
        max_bytes: int,
        max_pixels: int | None = None,
    ) -> tuple[bytes, FileFacts]:
        """The picture in one of `mime_types` within `max_bytes` (and `max_pixels`).

        Unchanged bytes if it already is; otherwise the facts returned say what came out.

        Raises InvalidInput when it cannot be brought within the limit.
        """
