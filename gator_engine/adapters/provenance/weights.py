"""Fingerprints of model weights: what exactly a picture was made with, beyond a name.

A file's is its SHA-256 (A1111's "Model hash" shows the first ten digits of it). A folder's is the
SHA-256 of the lines "<name> <sha256>" of its weight files in order of their names. Reading
gigabytes takes a while, so each file's is kept, by path, size and time of change.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

from gator_engine.domain.provenance import Fingerprint

_SUFFIXES = frozenset({".safetensors", ".gguf", ".ckpt", ".bin", ".pt"})
_MOST_FILES = 2_000
_PIECE = 1 << 22
_DIGITS = 64


class LocalWeights:
    """Fingerprints of what lies on this machine; what runs elsewhere has none."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._kept = home / "cache" / "weights.json"

    def fingerprint(self, name: str) -> Fingerprint | None:
        """Of a weight file, a model folder, or a hub id that was downloaded; None for others."""
        if not name.strip():
            return None
        path = Path(name).expanduser()
        for place in (path, self._home / path):
            if _is_weights(place):
                return Fingerprint(self._of(place))
        snapshot = _snapshot(name)
        return Fingerprint(self._of(snapshot), snapshot.name) if snapshot else None

    def _of(self, place: Path) -> str:
        if place.is_file():
            return self._of_file(place)
        files = sorted(path for path in place.rglob("*") if path.suffix in _SUFFIXES)
        whole = hashlib.sha256()
        for path in files[:_MOST_FILES]:
            relative = path.relative_to(place).as_posix()
            whole.update(f"{relative} {self._of_file(path)}\n".encode())
        return whole.hexdigest() if files else ""

    def _of_file(self, path: Path) -> str:
        # The hub's cache names large files by their SHA-256 already.
        real = path.resolve()
        hashed = len(real.name) == _DIGITS and set(real.name) <= set("0123456789abcdef")
        if hashed and real.parent.name == "blobs":
            return real.name
        about = real.stat()
        key = f"{real} {about.st_size} {about.st_mtime_ns}"
        known = self._known()
        if key not in known:
            digest = hashlib.sha256()
            with real.open("rb") as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
            known[key] = digest.hexdigest()
            self._keep(known)
        return known[key]

    def _known(self) -> dict[str, str]:
        try:
            found = json.loads(self._kept.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _keep(self, known: dict[str, str]) -> None:
        """Whole or not at all; of two writers at once one wins and the other hashes again."""
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._kept.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(known, file)
        Path(name).replace(self._kept)


def _is_weights(place: Path) -> bool:
    """A weight file, or a folder as diffusers and transformers save one."""
    if place.is_file():
        return place.suffix in _SUFFIXES
    names = ("model_index.json", "modular_model_index.json", "config.json")
    return any((place / name).is_file() for name in names)


def _snapshot(name: str) -> Path | None:
    """The newest downloaded revision of a hub id; its folder is named by the commit."""
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        return None
    from huggingface_hub.constants import HF_HUB_CACHE

    folder = Path(HF_HUB_CACHE) / f"models--{name.replace('/', '--')}"
    try:
        commit = (folder / "refs" / "main").read_text("ascii").strip()
    except OSError:
        return None
    found = folder / "snapshots" / commit
    return found if found.is_dir() else None
