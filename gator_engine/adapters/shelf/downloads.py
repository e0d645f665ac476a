"""Bringing models to the shelf, from the hub or from an address."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx2

from gator_engine.adapters.shelf import hub
from gator_engine.adapters.shelf.fetching import Remote, allowed_address, fetch
from gator_engine.adapters.shelf.header import read_header
from gator_engine.adapters.shelf.shelf import PARTIAL
from gator_engine.adapters.web.guard import GuardedTransport, Network
from gator_engine.domain.models.kinds import ModelKind
from gator_engine.domain.models.memory import GIB
from gator_engine.domain.models.signatures import kind_of
from gator_engine.errors import InvalidInput
from gator_engine.ports import Run
from gator_engine.ports.models import DownloadOrder

HUB_ID = re.compile(r"[\w-][\w.-]{0,95}/[\w-][\w.-]{0,95}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
# A disk that is full to the brim breaks everything else on it.
SPARE_BYTES = GIB
_FOLDERS = {
    ModelKind.BASE: "checkpoints",
    ModelKind.LORA: "loras",
    ModelKind.CONTROLNET: "controlnets",
    ModelKind.IP_ADAPTER: "ip_adapters",
    ModelKind.UPSCALER: "upscalers",
    ModelKind.VAE: "vaes",
    ModelKind.EMBEDDING: "embeddings",
}


def free_bytes(folder: Path) -> int:
    """What is left on the disk a folder is, or would be, on."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(there).free


class ModelDownloader:
    """ports.ModelDownloads; hub models go to the hub's cache, single files to `folder`."""

    def __init__(
        self,
        folder: Path,
        cache: Path,
        network: Network,
        hub_url: str = "",
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self._folder, self._cache, self._network = folder, cache, network
        self._hub_url, self._free = hub_url, free

    def check(self, order: DownloadOrder) -> DownloadOrder:
        """The order made whole. Raises InvalidInput for what is no hub id and no web address."""
        order = replace(order, source=order.source.strip(), sha256=order.sha256.strip().lower())
        if order.sha256 and not _SHA256.fullmatch(order.sha256):
            raise InvalidInput("sha256", "is no SHA-256", "64 digits of 0–9 and a–f")
        if order.is_url:
            allowed_address(order.source, allow_private=self._network.allow_private)
        elif not HUB_ID.fullmatch(order.source):
            allowed = "owner/name of a hub model, or an https:// address of a .safetensors file"
            raise InvalidInput("source", f"{order.source[:100]!r} is neither", allowed)
        return order

    def fetch(self, order: DownloadOrder, run: Run) -> str:
        """Download what is not there yet, from where it stopped; returns where it lies.

        Raises InvalidInput when the disk is too small or the file is no safetensors, Rejected when
        bytes do not match their hash or the server refuses, Transient when waiting may help.
        """
        order = self.check(order)
        if order.is_url:
            return str(self._from_address(order, run))
        with httpx2.Client(timeout=self._network.timeout_s) as client:
            plan = hub.plan(order, self._cache, self._hub_url)
            self._room_for(plan.missing_bytes, self._cache)
            return str(hub.carry_out(client, plan, run))

    def _room_for(self, size: int, folder: Path) -> None:
        free = self._free(folder)
        if size + SPARE_BYTES > free:
            raise InvalidInput(
                "source",
                f"needs {(size + SPARE_BYTES) / 1e9:.1f} GB of disk (1.1 GB of it to spare), but"
                f" {free / 1e9:.1f} GB are free at {folder}",
            )

    def _from_address(self, order: DownloadOrder, run: Run) -> Path:
        allow = self._network.allow_private
        remote = Remote(
            order.source,
            sha256=order.sha256,
            check=lambda url: allowed_address(url, allow_private=allow),
        )
        part = self._folder / f"{hashlib.sha256(order.source.encode()).hexdigest()[:16]}{PARTIAL}"
        transport = GuardedTransport(self._network, "source")
        with httpx2.Client(timeout=self._network.timeout_s, transport=transport) as client:
            size = _announced(client, remote)
            have = part.stat().st_size if part.exists() else 0
            self._room_for(max(0, size - have), self._folder)
            said = f"Downloading {_size_words(size)}"
            name = fetch(
                client, remote, part, lambda got: run.progress(got / size if size else 0.0, said)
            )
        return self._shelve(part, name or order.source.rsplit("/", 1)[-1].split("?")[0])

    def _shelve(self, part: Path, name: str) -> Path:
        """Give a whole download its name, in the room of its kind. Raises InvalidInput."""
        try:
            kind = kind_of(read_header(part, field="source"))
        except InvalidInput:
            part.unlink()
            raise
        stem = re.sub(r"[^\w. -]", "_", name.removesuffix(".safetensors")).strip(". ") or "model"
        room = self._folder / _FOLDERS.get(kind, "other")
        room.mkdir(parents=True, exist_ok=True)
        target, number = room / f"{stem[:100]}.safetensors", 1
        while target.exists():
            number += 1
            target = room / f"{stem[:100]}-{number}.safetensors"
        part.replace(target)
        return target


def _announced(client: httpx2.Client, remote: Remote) -> int:
    """How large the file is going to be, as the server says; 0 when it does not."""
    with suppress(httpx2.TransportError):
        remote.check(remote.url)
        response = client.head(remote.url, headers={"Accept-Encoding": "identity"})
        length = response.headers.get("content-length", "")
        return int(length) if response.status_code == 200 and length.isdecimal() else 0
    return 0


def _size_words(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size else "a file"
