"""What every blob store promises."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gator_engine.adapters.storage.blobs_local import CHUNK, LocalBlobStore
from gator_engine.errors import NotFound, Unavailable
from gator_engine.ports import BlobStore

DATA = b"a picture" * 1000
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of the store, not there yet."""
    return tmp_path / "blobs"


@pytest.fixture(params=[LocalBlobStore])
def blobs(request: pytest.FixtureRequest, root: Path) -> BlobStore:
    """Every store by its turn."""
    make: Callable[[Path], BlobStore] = request.param
    return make(root)


def files(root: Path) -> list[str]:
    """Every file below the root."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_what_is_put_comes_back_by_its_hash(blobs: BlobStore) -> None:
    assert blobs.put(DATA) == SHA
    assert blobs.get(SHA) == blobs.path(SHA).read_bytes() == DATA
    assert (blobs.size(SHA), blobs.exists(SHA)) == (len(DATA), True)


def test_an_empty_file_is_a_file(blobs: BlobStore) -> None:
    assert blobs.get(blobs.put(b"")) == b""


def test_putting_twice_keeps_one_file(blobs: BlobStore, root: Path) -> None:
    blobs.put(DATA)
    assert blobs.put(DATA) == SHA
    assert files(root) == [f"{SHA[:2]}/{SHA[2:4]}/{SHA}"]


def test_a_large_file_is_copied_in_pieces(blobs: BlobStore, tmp_path: Path) -> None:
    data = os.urandom(2 * CHUNK + 1)
    source = tmp_path / "video.mp4"
    source.write_bytes(data)
    assert blobs.get(blobs.put_file(source)) == data
    assert source.exists()
    with pytest.raises(NotFound):
        blobs.put_file(tmp_path / "nothing.mp4")


def test_many_writers_of_the_same_and_of_other_bytes(blobs: BlobStore, root: Path) -> None:
    contents = [DATA, DATA, b"other", DATA, b"third"] * 8
    with ThreadPoolExecutor(8) as pool:
        assert [hashlib.sha256(data).hexdigest() for data in contents] == list(
            pool.map(blobs.put, contents)
        )
    assert len(files(root)) == 3
    assert blobs.get(SHA) == DATA


def test_deleting_is_final_and_harmless_twice(blobs: BlobStore) -> None:
    blobs.put(DATA)
    blobs.delete(SHA)
    blobs.delete(SHA)
    assert not blobs.exists(SHA)
    for look in (blobs.get, blobs.path, blobs.size):
        with pytest.raises(NotFound):
            look(SHA)


@pytest.mark.parametrize(
    "name",
    ["", "../../etc/passwd", "a" * 63, "A" * 64, SHA + "\n", "..", "/etc/passwd", "é" * 64],
)
def test_only_a_hash_is_a_name(blobs: BlobStore, name: str) -> None:
    assert not blobs.exists(name)
    for look in (blobs.get, blobs.path, blobs.size, blobs.delete):
        with pytest.raises(NotFound):
            look(name)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_takes_no_more_is_said_and_leaves_nothing_behind(
    blobs: BlobStore, root: Path
) -> None:
    import resource
    import signal

    blobs.put(b"before")
    before = files(root)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(Unavailable, match="File too large"):
            blobs.put(DATA)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert files(root) == before
    assert blobs.put(DATA) == SHA


def test_files_are_private_to_their_owner(blobs: BlobStore) -> None:
    blobs.put(DATA)
    assert stat.S_IMODE(blobs.path(SHA).stat().st_mode) == 0o600


def test_a_root_that_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("in the way")
    with pytest.raises(Unavailable, match="file store"):
        LocalBlobStore(tmp_path / "blobs").put(DATA)
