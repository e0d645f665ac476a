"""Downloads against a real server: cut lines, wrong hashes, a full disk, hub and addresses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gator_engine.adapters.shelf.downloads import ModelDownloader
from gator_engine.adapters.shelf.shelf import DiskShelf
from gator_engine.adapters.web.guard import Network
from gator_engine.errors import Cancelled, InvalidInput, RateLimited, Rejected, Transient
from gator_engine.ports import DownloadOrder
from tests.integration.models.hub_server import HubServer, serving
from tests.unit.shelf.weights import LORAS, pipeline, write

LARGE = {"lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight": (64, 1024)}
PLENTY = 10**15


class Notes:
    """A Run that remembers what it was told, and may stop the work at a fraction."""

    def __init__(self, stop_at: float = 2.0) -> None:
        self.fractions: list[float] = []
        self.stop_at = stop_at

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        self.fractions.append(fraction)
        if fraction >= self.stop_at:
            raise Cancelled("Stopped on request.")

    def check(self) -> None:
        """Nobody else stops it."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with serving() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def downloader(hub: HubServer, folder: Path, *, free: int = PLENTY) -> ModelDownloader:
    network = Network(timeout_s=5.0, allow_private=True)
    return ModelDownloader(folder, folder.parent / "hub", network, hub.url, lambda path: free)


def lora(tmp_path: Path) -> bytes:
    return write(tmp_path / "made" / "x.safetensors", LARGE).read_bytes()


def put_repo(hub: HubServer, tmp_path: Path) -> dict[str, bytes]:
    whole = pipeline(tmp_path / "made" / "pipe", licence="apache-2.0")
    files = {
        path.relative_to(whole).as_posix(): path.read_bytes()
        for path in whole.rglob("*")
        if path.is_file()
    }
    extra = {"unet/diffusion_pytorch_model.bin": b"\x80\x02pickle", "whole.safetensors": b"copy"}
    extra["unet/diffusion_pytorch_model.fp16.safetensors"] = b"variant"
    hub.repos["me/pipe"] = {**files, **extra}
    return files


def test_a_pipeline_comes_whole_and_without_pickles_or_copies(
    hub: HubServer, folder: Path, tmp_path: Path
) -> None:
    files, notes = put_repo(hub, tmp_path), Notes()
    snapshot = Path(downloader(hub, folder).fetch(DownloadOrder("me/pipe"), notes))
    here = {p.relative_to(snapshot).as_posix() for p in snapshot.rglob("*") if p.is_file()}
    assert here == set(files)
    (model,) = DiskShelf(folder, tmp_path / "hub").found()
    assert (model.repo_id, model.problem, model.licence) == ("me/pipe", "", "apache-2.0")
    assert notes.fractions == sorted(notes.fractions)
    from huggingface_hub import snapshot_download

    offline = snapshot_download("me/pipe", cache_dir=tmp_path / "hub", local_files_only=True)
    assert Path(offline) == snapshot


def test_a_cut_line_goes_on_where_it_broke(hub: HubServer, folder: Path, tmp_path: Path) -> None:
    data = lora(tmp_path)
    hub.files["/a.safetensors"] = data
    hub.cuts, hub.cut_at = 3, 30_000
    path = downloader(hub, folder).fetch(DownloadOrder(f"{hub.url}/a.safetensors"), Notes())
    assert Path(path).read_bytes() == data
    spans = hub.ranges("/a.safetensors")
    assert (spans[0], len(spans)) == ("", 4)
    assert all(span.startswith("bytes=") for span in spans[1:])


def test_a_stopped_download_goes_on_in_another_process(
    hub: HubServer, folder: Path, tmp_path: Path
) -> None:
    files = put_repo(hub, tmp_path)
    weights = "unet/diffusion_pytorch_model.safetensors"
    url = f"/me/pipe/resolve/main/{weights}"
    hub.repos["me/pipe"] = {weights: files[weights]}
    hub.cuts, hub.cut_at = 4, 0
    with pytest.raises(Transient, match="goes on"):
        downloader(hub, folder).fetch(DownloadOrder("me/pipe"), Notes())
    hub.cuts, hub.cut_at = 1, 5000
    with pytest.raises(Cancelled):
        downloader(hub, folder).fetch(DownloadOrder("me/pipe"), Notes(stop_at=0.3))
    hub.asked.clear()
    snapshot = downloader(hub, folder).fetch(DownloadOrder("me/pipe"), Notes())
    assert (Path(snapshot) / weights).read_bytes() == files[weights]
    (span,) = hub.ranges(url)
    assert span.startswith("bytes=")
    assert int(span.removeprefix("bytes=").rstrip("-")) > 0


def test_another_file_under_the_same_address_is_not_joined(
    hub: HubServer, folder: Path, tmp_path: Path
) -> None:
    hub.files["/a.safetensors"] = lora(tmp_path)
    with pytest.raises(Cancelled):
        downloader(hub, folder).fetch(DownloadOrder(f"{hub.url}/a.safetensors"), Notes(stop_at=0.1))
    other = write(tmp_path / "other.safetensors", LORAS["kohya-sd15"][1]).read_bytes()
    hub.files["/a.safetensors"] = other
    path = downloader(hub, folder).fetch(DownloadOrder(f"{hub.url}/a.safetensors"), Notes())
    assert Path(path).read_bytes() == other


@pytest.mark.parametrize("source", ["hub", "url"])
def test_a_wrong_hash_is_refused_and_nothing_is_kept(
    hub: HubServer, folder: Path, tmp_path: Path, source: str
) -> None:
    data = lora(tmp_path)
    flipped = data[:-1] + b"\x01"
    if source == "hub":
        hub.repos["me/face"] = {"face.safetensors": data}
        hub.lies["/me/face/resolve/main/face.safetensors"] = flipped
        order = DownloadOrder("me/face")
    else:
        hub.files["/a.safetensors"] = flipped
        sha = hashlib.sha256(data).hexdigest()
        order = DownloadOrder(f"{hub.url}/a.safetensors", sha256=sha.upper())
    with pytest.raises(Rejected, match="SHA-256"):
        downloader(hub, folder).fetch(order, Notes())
    assert DiskShelf(folder, tmp_path / "hub").found() == []
    left = [path for path in tmp_path.rglob("*") if path.name.endswith((".part", ".incomplete"))]
    assert left == []


@pytest.mark.parametrize("source", ["hub", "url"])
def test_a_full_disk_is_seen_before_the_first_byte(
    hub: HubServer, folder: Path, tmp_path: Path, source: str
) -> None:
    hub.repos["me/face"] = {"face.safetensors": lora(tmp_path)}
    hub.files["/a.safetensors"] = lora(tmp_path)
    named = "me/face" if source == "hub" else f"{hub.url}/a.safetensors"
    with pytest.raises(InvalidInput, match="GB are free"):
        downloader(hub, folder, free=1_000_000).fetch(DownloadOrder(named), Notes())
    assert hub.ranges("/me/face/resolve/main/face.safetensors") == []
    assert hub.ranges("/a.safetensors") == []


def test_a_file_gets_its_servers_name_and_the_room_of_its_kind(
    hub: HubServer, folder: Path, tmp_path: Path
) -> None:
    hub.files["/download/17"] = lora(tmp_path)
    hub.names["/download/17"] = "../../face of: lena.safetensors"
    order = DownloadOrder(f"{hub.url}/download/17")
    first = Path(downloader(hub, folder).fetch(order, Notes()))
    assert first == folder / "loras" / "_.._face of_ lena.safetensors"
    second = Path(downloader(hub, folder).fetch(order, Notes()))
    assert second.name == "_.._face of_ lena-2.safetensors"


@pytest.mark.parametrize("data", [b"\x80\x02" + bytes(2000), b"<!doctype html>" + bytes(2000)])
def test_what_is_no_safetensors_is_thrown_away(
    hub: HubServer, folder: Path, tmp_path: Path, data: bytes
) -> None:
    hub.files["/a.safetensors"] = data
    with pytest.raises(InvalidInput, match=r"pickled|web page"):
        downloader(hub, folder).fetch(DownloadOrder(f"{hub.url}/a.safetensors"), Notes())
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Rejected), (404, Rejected), (429, RateLimited), (503, Transient)]
)
def test_refusals_are_told_apart(
    hub: HubServer, folder: Path, status: int, kind: type[Exception]
) -> None:
    hub.status["/a.safetensors"] = status
    with pytest.raises(kind):
        downloader(hub, folder).fetch(DownloadOrder(f"{hub.url}/a.safetensors"), Notes())


def test_a_redirect_is_followed_but_not_into_a_private_network(
    hub: HubServer, folder: Path, tmp_path: Path
) -> None:
    hub.files["/b.safetensors"] = lora(tmp_path)
    hub.redirects["/a"] = "/b.safetensors"
    path = downloader(hub, folder).fetch(DownloadOrder(f"{hub.url}/a"), Notes())
    assert Path(path).is_file()
    hub.redirects["/loop"] = "/loop"
    with pytest.raises(Rejected, match="without end"):
        downloader(hub, folder).fetch(DownloadOrder(f"{hub.url}/loop"), Notes())
    guarded = ModelDownloader(folder, tmp_path / "hub", Network(5.0))
    for address in ("https://127.0.0.1/a.safetensors", "https://169.254.169.254/latest"):
        with pytest.raises(InvalidInput, match="private network"):
            guarded.fetch(DownloadOrder(address), Notes())
    with pytest.raises(InvalidInput, match="https"):
        guarded.fetch(DownloadOrder(f"{hub.url}/b.safetensors"), Notes())


@pytest.mark.parametrize(
    "source", ["", "name", "../x", "a/b/c", "ftp://x/y", "https://me:pw@x.org/a", "file:///etc/x"]
)
def test_what_is_no_source_is_refused(hub: HubServer, folder: Path, source: str) -> None:
    with pytest.raises(InvalidInput, match="source"):
        downloader(hub, folder).check(DownloadOrder(source))


def test_unknown_repositories_and_pickled_ones_say_so(hub: HubServer, folder: Path) -> None:
    with pytest.raises(Rejected, match="there is no model me/none"):
        downloader(hub, folder).fetch(DownloadOrder("me/none"), Notes())
    hub.repos["me/old"] = {"pytorch_model.bin": b"\x80\x02", "config.json": b"{}"}
    with pytest.raises(InvalidInput, match="pickled"):
        downloader(hub, folder).fetch(DownloadOrder("me/old"), Notes())
    hub.repos["me/index"] = {"model_index.json": json.dumps([1]).encode()}
    with pytest.raises(InvalidInput, match="cannot be read"):
        downloader(hub, folder).fetch(DownloadOrder("me/index"), Notes())


def test_only_named_files_are_taken(hub: HubServer, folder: Path, tmp_path: Path) -> None:
    data = lora(tmp_path)
    hub.repos["me/many"] = {"a.safetensors": data, "b.safetensors": data[:-2] + b"\x01\x00"}
    order = DownloadOrder("me/many", ("a.safetensors",))
    snapshot = Path(downloader(hub, folder).fetch(order, Notes()))
    assert [path.name for path in snapshot.iterdir()] == ["a.safetensors"]
    with pytest.raises(InvalidInput, match="not in the repository"):
        downloader(hub, folder).fetch(DownloadOrder("me/many", ("c.safetensors",)), Notes())


def test_without_the_hub_it_says_so(
    hub: HubServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.status["/api/models/me/pipe/revision/main"] = 500
    with pytest.raises(Transient):
        downloader(hub, folder).fetch(DownloadOrder("me/pipe"), Notes())
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(InvalidInput, match="HF_HUB_OFFLINE"):
        downloader(hub, folder).fetch(DownloadOrder("me/pipe"), Notes())
