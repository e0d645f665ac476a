"""Models of the Hugging Face hub: what to take, and putting it into the hub's own cache.

Small files and the cache's bookkeeping are huggingface_hub's work. Files of weights are fetched
here, resumable and with their hash checked, and laid where the library expects them to be: it then
finds them and links them into the snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from gator_engine.adapters.shelf.choosing import worth_having
from gator_engine.adapters.shelf.fetching import Remote, fetch
from gator_engine.adapters.shelf.pipelines import INDEX, MODULAR_INDEX
from gator_engine.errors import InvalidInput, Rejected, Transient
from gator_engine.ports import Run
from gator_engine.ports.models import DownloadOrder

PROVIDER = "hub"
REVISION = "main"


@dataclass(frozen=True)
class HubFile:
    """A file of a repository; `sha256` only for large ones, which the hub stores apart."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class HubPlan:
    """What to download into the hub's cache."""

    repo_id: str
    files: tuple[HubFile, ...]
    cache: Path
    endpoint: str | None
    headers: dict[str, str]

    @property
    def _blobs(self) -> Path:
        return self.cache / f"models--{self.repo_id.replace('/', '--')}" / "blobs"

    def blob(self, file: HubFile) -> Path:
        """Where the cache keeps the content of a large file."""
        return self._blobs / file.sha256

    def part(self, file: HubFile) -> Path:
        """Where it grows; the ending is the one the hub's own tools clean up."""
        return self._blobs / f"{file.sha256}.gator.incomplete"

    @property
    def missing_bytes(self) -> int:
        """What is still to come of the large files."""
        left = 0
        for file in self.files:
            if file.sha256 and not self.blob(file).exists():
                part = self.part(file)
                left += file.size - (part.stat().st_size if part.exists() else 0)
        return max(0, left)


def plan(order: DownloadOrder, cache: Path, endpoint: str) -> HubPlan:
    """Ask the hub what the repository holds. Raises InvalidInput, Rejected or Transient."""
    from huggingface_hub import HfApi, get_token, hf_hub_download

    with _explained(order.source):
        _refuse_offline(order.source)
        api = HfApi(endpoint=endpoint or None)
        info = api.model_info(order.source, revision=REVISION, files_metadata=True)
        siblings = {one.rfilename: one for one in info.siblings or []}
        index = None
        listed = next((name for name in (INDEX, MODULAR_INDEX) if name in siblings), None)
        if listed and not order.files:
            path = hf_hub_download(
                info.id, listed, revision=REVISION, cache_dir=cache, endpoint=endpoint or None
            )
            index = Path(path).read_bytes()
        names = worth_having(list(siblings), order.files, index)
        token = get_token()
    files = tuple(_file(name, siblings[name]) for name in names)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return HubPlan(info.id, files, cache, endpoint or None, headers)


def carry_out(client: httpx2.Client, todo: HubPlan, run: Run) -> Path:
    """Download everything of the plan; returns the snapshot's folder."""
    from huggingface_hub import hf_hub_download, hf_hub_url

    total, done = sum(file.size for file in todo.files) or 1, 0
    placed: dict[str, Path] = {}
    for file in todo.files:
        said = f"Downloading {file.name} ({total / 1e9:.1f} GB in all)"
        run.progress(done / total, said)
        if file.sha256 and not todo.blob(file).exists():
            url = hf_hub_url(todo.repo_id, file.name, revision=REVISION, endpoint=todo.endpoint)
            remote = Remote(url, file.size, file.sha256, todo.headers)
            before = done
            fetch(
                client,
                remote,
                todo.part(file),
                lambda got: run.progress((before + got) / total, said),  # noqa: B023  used at once
            )
            todo.part(file).replace(todo.blob(file))
        with _explained(todo.repo_id):
            placed[file.name] = Path(
                hf_hub_download(
                    todo.repo_id,
                    file.name,
                    revision=REVISION,
                    cache_dir=todo.cache,
                    endpoint=todo.endpoint,
                )
            )
        done += file.size
    name, path = next(iter(placed.items()))
    return path.parents[name.count("/")]


def _file(name: str, sibling: Any) -> HubFile:
    large = sibling.lfs
    return HubFile(name, int(sibling.size or 0), str(large.sha256) if large else "")


def _refuse_offline(repo_id: str) -> None:
    from huggingface_hub import constants

    if constants.is_offline_mode():
        raise InvalidInput("source", f"{repo_id} cannot be downloaded: HF_HUB_OFFLINE forbids it")


@contextmanager
def _explained(repo_id: str) -> Iterator[None]:
    """The hub's errors as ours."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        text = f"{repo_id} is gated: accept its terms on the hub, then run `hf auth login`."
        raise Rejected(PROVIDER, "read", text) from error
    except RepositoryNotFoundError as error:
        text = f"there is no model {repo_id} (or it is private and needs `hf auth login`)"
        raise Rejected(PROVIDER, "read", text) from error
    except HFValidationError as error:
        raise InvalidInput("source", str(error)) from error
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", 0)
        kind = Transient if status >= 500 or status in (408, 429) else Rejected
        raise kind(PROVIDER, "read", f"the hub answers {status}", code=str(status)) from error
    except (LocalEntryNotFoundError, httpx2.TransportError) as error:
        text = f"the hub could not be reached for {repo_id}"
        raise Transient(PROVIDER, "read", text) from error
