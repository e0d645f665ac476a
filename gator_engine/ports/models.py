"""Ports of the model shelf: what lies on disk, how more comes to it, and what this machine is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gator_engine.domain.models.installed import InstalledModel
from gator_engine.domain.models.memory import Device
from gator_engine.ports.generation import Run


@dataclass(frozen=True)
class DownloadOrder:
    """What to download: a hub id, with `files` to take only those, or a URL of one file.

    `sha256` is what a file from a URL must hash to; "" when the person does not know it.
    """

    source: str
    files: tuple[str, ...] = ()
    sha256: str = ""

    @property
    def is_url(self) -> bool:
        """Whether the source is a web address and not a hub id."""
        return "://" in self.source


class ModelShelf(Protocol):
    """Models on this machine's disk."""

    def found(self) -> Sequence[InstalledModel]:
        """Everything in the hub's cache and the models folder, refused files with their reason."""

    def remove(self, model: InstalledModel) -> int:
        """Delete it; returns the bytes freed. Raises InvalidInput when it lies elsewhere."""

    def loading_needs(self, model: InstalledModel) -> str:
        """What stands in the way of making pictures with it; "" when nothing does."""


class ModelDownloads(Protocol):
    """Brings models to the shelf. Every verb raises InvalidInput, Rejected or Transient."""

    def check(self, order: DownloadOrder) -> DownloadOrder:
        """The order made whole. Raises InvalidInput for what is no hub id and no web address."""

    def fetch(self, order: DownloadOrder, run: Run) -> str:
        """Download what is not there yet, from where it stopped; returns where it lies.

        Raises Unavailable when the disk is too small, Rejected when bytes do not match their hash.
        """


class DeviceProbe(Protocol):
    """Looks at the machine without loading a model library."""

    def device(self) -> Device:
        """Where pictures would be computed, with the memory that is free now."""

    def can_quantise(self) -> bool:
        """Whether the package for 4-bit weights is installed."""
