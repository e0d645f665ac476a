"""Which adapter stands behind which port, built from the settings on first use.

Adapters are imported when they are needed, so that ``import gator_engine`` stays light.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gator_engine.config import Settings
from gator_engine.errors import ConfigError

if TYPE_CHECKING:
    from gator_engine.ports import (
        BlobStore,
        CaptionFiles,
        CaptionWriter,
        Clock,
        Connector,
        ContentClassifier,
        DeviceProbe,
        FactStore,
        Generator,
        GridPainter,
        ImageEmbedder,
        JobQueue,
        LoraTrainer,
        MarkReader,
        MediaInspector,
        ModelDownloads,
        ModelShelf,
        MusicBeds,
        Narrator,
        OpenModel,
        PersonaFiles,
        SandboxNetwork,
        SecretVault,
        SheetPainter,
        Signing,
        SoundDesk,
        Store,
        TextClassifier,
        TimelineFiles,
        VideoRenderer,
        Watermarking,
        Weights,
    )


class Adapters:
    """The outside of a studio. Any of them may be handed in instead (tests do, without patching).

    Raises TypeError for a name that is no adapter.
    """

    def __init__(self, settings: Settings, **given: Any) -> None:
        self.settings = settings
        known = {n for n, v in vars(Adapters).items() if isinstance(v, cached_property)}
        if not given.keys() <= known:
            raise TypeError(f"unknown adapters: {', '.join(sorted(given.keys() - known))}")
        # cached_property looks into the instance's own dictionary first.
        self.__dict__.update(given)

    @cached_property
    def clock(self) -> Clock:
        """The time."""
        from gator_engine.adapters.system import SystemClock

        return SystemClock()

    @cached_property
    def store(self) -> Store:
        """The database."""
        from gator_engine.adapters.sql import open_store

        return open_store(self.settings.sql_url)

    @cached_property
    def queue(self) -> JobQueue:
        """The transport of jobs."""
        if not self.settings.redis_url:
            raise ConfigError(
                "GATOR_REDIS_URL",
                "is not set and no queue was chosen.",
                'Start everything with `make run`, or open_studio(queue="inline").',
            )
        from gator_engine.adapters.queue.rq_queue import RqQueue

        return RqQueue(self.settings.redis_url)

    @cached_property
    def blobs(self) -> BlobStore:
        """The files."""
        from gator_engine.adapters.storage.blobs_local import LocalBlobStore

        return LocalBlobStore(self.settings.home / "blobs")

    @cached_property
    def vault(self) -> SecretVault:
        """Credentials at rest."""
        from gator_engine.adapters.secrets.vault import open_vault

        return open_vault(self.settings)

    @cached_property
    def facts(self) -> FactStore:
        """Metric facts."""
        from gator_engine.adapters.warehouse.facts import ParquetFacts

        return ParquetFacts(self.settings.home / "facts")

    @cached_property
    def inspector(self) -> MediaInspector:
        """Looks into files."""
        from gator_engine.adapters.media.files import FileInspector

        return FileInspector(self.settings)

    @cached_property
    def signing(self) -> Signing:
        """Signs content credentials."""
        from gator_engine.adapters.provenance.credentials import C2paSigning

        return C2paSigning(self.settings)

    @cached_property
    def marks(self) -> MarkReader:
        """Reads and writes the open marks of files."""
        from gator_engine.adapters.provenance.marks import FileMarks

        return FileMarks()

    @cached_property
    def weights(self) -> Weights:
        """Knows which weights a name stands for."""
        from gator_engine.adapters.provenance.weights import LocalWeights

        return LocalWeights(self.settings.home)

    @cached_property
    def watermarking(self) -> Watermarking:
        """Hides marks in pixels."""
        from gator_engine.adapters.provenance.watermark import DwtDctSvd

        return DwtDctSvd(self.settings)

    @cached_property
    def persona_files(self) -> PersonaFiles:
        """Files that hold a persona."""
        from gator_engine.adapters.portability import PortableFiles

        return PortableFiles(self.settings)

    @cached_property
    def connectors(self) -> Mapping[str, Connector]:
        """Platforms by slug."""
        from gator_engine.adapters.connectors import Network, discover

        settings = self.settings
        network = Network(
            timeout_s=settings.http_timeout_s,
            allow_private=settings.allow_private_urls,
            sandbox_url=settings.sandbox_url,
        )
        return discover(network)

    @cached_property
    def generators(self) -> Mapping[str, Generator]:
        """Picture generators by slug."""
        from gator_engine.adapters import generators

        return generators.discover(self.settings)

    @cached_property
    def sheet_painter(self) -> SheetPainter:
        """Draws character sheets."""
        from gator_engine.adapters.generators._cards.sheet import CardSheetPainter

        return CardSheetPainter()

    @cached_property
    def grid_painter(self) -> GridPainter:
        """Draws labelled contact sheets."""
        from gator_engine.adapters.generators._cards.grid import CardGridPainter

        return CardGridPainter()

    @cached_property
    def embedder(self) -> ImageEmbedder:
        """Measures likeness."""
        from gator_engine.adapters.embedding.transformers_image import TransformersImageEmbedder

        return TransformersImageEmbedder(self.settings)

    @cached_property
    def classifier(self) -> ContentClassifier:
        """Rates pictures."""
        from gator_engine.adapters.rating.transformers_classifier import TransformersClassifier

        return TransformersClassifier(self.settings)

    @cached_property
    def text_classifier(self) -> TextClassifier:
        """Rates words."""
        from gator_engine.adapters.rating.transformers_text import TransformersTextClassifier

        return TransformersTextClassifier(self.settings)

    @cached_property
    def trainer(self) -> LoraTrainer:
        """Trains LoRAs."""
        from gator_engine.adapters.training.lora import DiffusersLoraTrainer

        return DiffusersLoraTrainer(self.settings)

    @cached_property
    def renderer(self) -> VideoRenderer:
        """Renders videos."""
        from gator_engine.adapters.render.renderer import TimelineRenderer

        return TimelineRenderer(self.settings)

    @cached_property
    def timeline_files(self) -> TimelineFiles:
        """Timelines for other editors."""
        from gator_engine.adapters.otio import OtioFiles

        return OtioFiles()

    @cached_property
    def caption_files(self) -> CaptionFiles:
        """Caption files in and out."""
        from gator_engine.adapters.subtitles.files import SubtitleFiles

        return SubtitleFiles()

    @cached_property
    def shelf(self) -> ModelShelf:
        """Models on disk."""
        from gator_engine.adapters.shelf.shelf import DiskShelf, hub_cache

        return DiskShelf(self.settings.models_folder, hub_cache())

    @cached_property
    def downloads(self) -> ModelDownloads:
        """Brings models to the shelf."""
        from gator_engine.adapters.shelf.downloads import ModelDownloader
        from gator_engine.adapters.shelf.shelf import hub_cache
        from gator_engine.adapters.web.guard import Network

        settings = self.settings
        network = Network(settings.http_timeout_s, settings.allow_private_urls)
        return ModelDownloader(settings.models_folder, hub_cache(), network, settings.hub_url)

    @cached_property
    def machine(self) -> DeviceProbe:
        """What pictures are computed on."""
        from gator_engine.adapters.shelf.device import MachineProbe

        return MachineProbe(self.settings)

    @cached_property
    def writers(self) -> Mapping[str, CaptionWriter]:
        """Caption writers by slug."""
        from gator_engine.adapters import captions

        return captions.discover(self.settings)

    @cached_property
    def open_model(self) -> OpenModel:
        """Makes the language model behind an endpoint."""
        from gator_engine.adapters import captions

        return captions.opener(self.settings)

    @cached_property
    def narrator(self) -> Narrator:
        """Reads scripts aloud."""
        from gator_engine.adapters.voices.narrator import SentenceNarrator

        return SentenceNarrator(self.settings)

    @cached_property
    def sound_desk(self) -> SoundDesk:
        """Listens to sound."""
        from gator_engine.adapters.sound.desk import FileSoundDesk

        return FileSoundDesk()

    @cached_property
    def music_beds(self) -> MusicBeds:
        """Makes music."""
        from gator_engine.adapters.sound.beds import SynthesisedBeds

        return SynthesisedBeds()

    @cached_property
    def sandbox(self) -> SandboxNetwork:
        """The local stand-in for the platforms."""
        from gator_engine.adapters.sandbox.network import HttpSandbox

        return HttpSandbox(self.settings.sandbox_url)
