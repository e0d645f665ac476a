"""Models on this disk: in the hub's cache, and in a folder of the person's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from gator_engine.adapters.shelf.header import looks_like_weights, read_header
from gator_engine.adapters.shelf.pipelines import (
    INDEX,
    Folder,
    class_in,
    index_of,
    licence_of,
    read_folder,
)
from gator_engine.domain.models.catalogue import known
from gator_engine.domain.models.installed import InstalledModel, Layout, Place, licence_name
from gator_engine.domain.models.kinds import Family, ModelKind
from gator_engine.domain.models.signatures import (
    family_of,
    kind_of,
    trigger_words,
    whole_checkpoint,
)
from gator_engine.errors import InvalidInput

PICKLES = {".ckpt", ".pt", ".pth", ".bin", ".pkl"}
OTHERS = {".gguf": "GGUF weights cannot be loaded here; use the diffusers folder of the model"}
OTHERS |= {".onnx": "ONNX models cannot be loaded here; use the diffusers folder of the model"}
# Text, pictures and settings that lie beside weights.
_BESIDE = {".txt", ".json", ".md", ".yaml", ".yml", ".png", ".jpg", ".jpeg", ".webp", ".toml"}
PARTIAL = ".part"


def hub_cache() -> Path:
    """The hub's cache folder, by its own variables (HF_HUB_CACHE, HF_HOME)."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


# Families whose single files hold everything but configurations: the folders that hold those.
_SINGLE_FILES = {Family.SD15: "StableDiffusionPipeline", Family.SDXL: "StableDiffusionXLPipeline"}
_FOLDERS = {
    Family.SD15: "stable-diffusion-v1-5/stable-diffusion-v1-5",
    Family.SDXL: "stabilityai/stable-diffusion-xl-base-1.0",
}


def single_file_needs(named: Family, whole: Family, folder: Path | None) -> str:
    """What stands in the way of pictures from one file; "" when nothing does.

    `named` is what the file is called, `whole` the family whose layout it has from end to end.
    """
    if whole not in _SINGLE_FILES:
        return (
            f"Pictures are made from diffusers folders: one file of {named.label} cannot be"
            " used by itself. Download the folder of its model."
        )
    if folder is None:
        return (
            f"One file of {whole.label} cannot be used by itself: its configuration and tokenizers"
            f" come from a diffusers folder of that family. Download {_FOLDERS[whole]} in"
            " Settings → Models."
        )
    return ""


class DiskShelf:
    """ports.ModelShelf over a models folder and the hub's cache folder."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder, self._cache = folder, cache

    def found(self) -> Sequence[InstalledModel]:
        """Base models first, then adapters, each by name."""
        models = [*self._in_cache(), *self._in_folder()]
        order = list(ModelKind)
        return sorted(models, key=lambda one: (order.index(one.kind), one.name.casefold()))

    def remove(self, model: InstalledModel) -> int:
        """Delete it; returns the bytes freed. Raises InvalidInput when it lies elsewhere."""
        root = self._cache if model.place is Place.CACHE else self._folder
        path = Path(model.path)
        whole = self._cache / _cache_name(model.repo_id) if model.place is Place.CACHE else path
        if not whole.resolve().is_relative_to(root.resolve()) or whole.resolve() == root.resolve():
            raise InvalidInput("model", f"{model.name} does not lie in {root}")
        if whole.is_dir():
            freed = _size(whole)
            shutil.rmtree(whole)
        else:
            freed = whole.stat().st_size
            whole.unlink()
        return freed

    def loading_needs(self, model: InstalledModel) -> str:
        """What stands in the way of making pictures with it; "" when nothing does."""
        if model.layout is not Layout.SINGLE_FILE or model.kind is not ModelKind.BASE:
            return model.problem
        if model.problem:
            return model.problem
        header = read_header(Path(model.path), field=model.name)
        family = whole_checkpoint(header)
        named = family if family is not Family.UNKNOWN else model.family
        return single_file_needs(named, family, self.configuration_of(family))

    def configuration_of(self, family: Family) -> Path | None:
        """A diffusers folder of a family that single files can be read by; None without one."""
        pipeline = _SINGLE_FILES.get(family)
        if pipeline is None:
            return None
        indices = [
            *self._cache.glob(f"models--*/snapshots/*/{INDEX}"),
            *self._folder.rglob(INDEX),
        ]
        found = (path.parent for path in sorted(indices) if class_in(path) == pipeline)
        return next(found, None)

    def config_folder(self, repo_id: str) -> Path | None:
        """The newest snapshot of a hub model that has its index, in the cache; None without."""
        snapshots = self._cache / _cache_name(repo_id) / "snapshots"
        found = [path for path in snapshots.glob("*") if index_of(path) is not None]
        return max(found, key=lambda path: path.stat().st_mtime, default=None)

    def part_named(self, name: str) -> Path | None:
        """A single part (its config.json and weights) of this name: in the models folder, or under
        any owner in the cache. None without one."""
        repos = self._cache.glob(f"models--*--{name}")
        snapshots = [found for repo in sorted(repos) if (found := _newest(repo)) is not None]
        places = [*sorted(self._folder.rglob(f"{name}/config.json")), *snapshots]
        folders = (place.parent if place.is_file() else place for place in places)
        return next((one for one in folders if (one / "config.json").is_file()), None)

    # ------------------------------------------------------------------ the hub's cache

    def _in_cache(self) -> Iterator[InstalledModel]:
        """One entry per pipeline, and one per file of repositories that hold adapters.

        The layout is the hub's documented one: models--owner--name/snapshots/commit/….
        """
        for repo in sorted(self._cache.glob("models--*")):
            repo_id = repo.name.removeprefix("models--").replace("--", "/", 1)
            snapshot = _newest(repo)
            if snapshot is None:
                continue
            whole = read_folder(snapshot)
            if whole is not None:
                yield self._folder_model(snapshot, whole, Place.CACHE, repo_id, _size(repo))
                continue
            for file in sorted(snapshot.rglob("*.safetensors")):
                model = self._file_model(file, Place.CACHE, repo_id)
                # Encoders and tokenizers of other programs share this cache.
                if model.kind is not ModelKind.UNKNOWN:
                    yield model

    # ------------------------------------------------------------------ the models folder

    def _in_folder(self) -> Iterator[InstalledModel]:
        for path, folders, names in os.walk(self._folder):
            here = Path(path)
            whole = read_folder(here) if here != self._folder else None
            if whole is not None:
                folders.clear()
                yield self._folder_model(here, whole, Place.FOLDER, "", _size(here))
                continue
            folders.sort()
            for name in sorted(names):
                model = self._loose_file(here / name)
                if model is not None:
                    yield model

    def _loose_file(self, path: Path) -> InstalledModel | None:
        ending = path.suffix.casefold()
        if ending == ".safetensors":
            return self._file_model(path, Place.FOLDER, "")
        if ending in PICKLES and looks_like_weights(path) != "safetensors":
            reason = "is a pickled checkpoint, which can run code when it is opened"
            return self._refused(path, f"{path.name} {reason}: refused. Use .safetensors.")
        if ending in OTHERS:
            return self._refused(path, OTHERS[ending])
        if ending in _BESIDE or ending == PARTIAL or path.name.startswith("."):
            return None
        held = looks_like_weights(path)
        if held == "safetensors":
            return self._refused(path, f"{path.name} holds safetensors; rename it to end so.")
        if held == "pickle":
            return self._refused(path, f"{path.name} is a pickle, which can run code: refused.")
        return None

    # ------------------------------------------------------------------ entries

    def _folder_model(
        self, path: Path, whole: Folder, place: Place, repo_id: str, size: int
    ) -> InstalledModel:
        entry = known(repo_id) if repo_id else None
        licence, said_by = licence_name(entry, licence_of(path))
        family = whole.family
        if family is Family.UNKNOWN and entry is not None:
            family = entry.family
        return InstalledModel(
            id=self._id(path, place, repo_id),
            name=entry.label if entry else repo_id or path.name,
            path=repo_id or str(path),
            place=place,
            layout=Layout.PIPELINE if index_of(path) is not None else Layout.PART,
            kind=whole.kind,
            family=family,
            size_bytes=size,
            parts=whole.parts,
            repo_id=repo_id,
            licence=licence,
            licence_from=said_by,
            problem=whole.problem,
        )

    def _file_model(self, path: Path, place: Place, repo_id: str) -> InstalledModel:
        try:
            header = read_header(path, field=path.name)
        except InvalidInput as error:
            return self._refused(path, f"{error}.", place, repo_id)
        except OSError as error:
            return self._refused(path, f"It cannot be read ({error.strerror}).", place, repo_id)
        kind, entry = kind_of(header), known(repo_id) if repo_id else None
        said = header.metadata.get("modelspec.license", "") or licence_of(path.parent)
        licence, said_by = licence_name(entry, said)
        count = sum(tensor.count for tensor in header.tensors.values())
        return InstalledModel(
            id=self._id(path, place, repo_id),
            name=header.metadata.get("modelspec.title") or path.stem,
            path=str(path),
            place=place,
            layout=Layout.SINGLE_FILE,
            kind=kind,
            family=family_of(header),
            size_bytes=path.stat().st_size,
            parts={kind.value: count},
            repo_id=repo_id,
            licence=licence,
            licence_from="the file" if header.metadata.get("modelspec.license") else said_by,
            trigger_words=trigger_words(header.metadata) if kind is ModelKind.LORA else (),
            problem="" if kind is not ModelKind.UNKNOWN else "Its tensors have no known names.",
        )

    def _refused(
        self, path: Path, problem: str, place: Place = Place.FOLDER, repo_id: str = ""
    ) -> InstalledModel:
        return InstalledModel(
            id=self._id(path, place, repo_id),
            name=path.name,
            path=str(path),
            place=place,
            layout=Layout.SINGLE_FILE,
            kind=ModelKind.UNKNOWN,
            family=Family.UNKNOWN,
            size_bytes=path.stat().st_size,
            repo_id=repo_id,
            problem=problem,
        )

    def _id(self, path: Path, place: Place, repo_id: str) -> str:
        """Stable as long as the model lies where it lies."""
        if place is Place.FOLDER:
            return f"folder:{path.relative_to(self._folder).as_posix()}"
        snapshots = self._cache / _cache_name(repo_id) / "snapshots"
        inside = path.relative_to(snapshots).parts[1:]
        return f"cache:{repo_id}{':' if inside else ''}{'/'.join(inside)}"


def _cache_name(repo_id: str) -> str:
    return "models--" + repo_id.replace("/", "--")


def _newest(repo: Path) -> Path | None:
    """The snapshot that `main` names, else the youngest one."""
    try:
        commit = (repo / "refs" / "main").read_text("ascii").strip()
    except (OSError, ValueError):
        commit = ""
    if commit and (repo / "snapshots" / commit).is_dir():
        return repo / "snapshots" / commit
    found = [path for path in (repo / "snapshots").glob("*") if path.is_dir()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def _size(folder: Path) -> int:
    """Bytes on disk; links (snapshots point to blobs) are not counted twice."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files)
