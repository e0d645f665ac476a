"""Selection: one command on many files at once, and what it was refused for."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import IO, cast

from gator_engine.domain.assets import Asset, ending_of
from gator_engine.domain.personas import Rating
from gator_engine.domain.selections import BulkReport, Refusal
from gator_engine.errors import InvalidInput, NotFound, PermissionDenied
from gator_engine.ports import BlobStore, SecretVault, UnitOfWork
from gator_engine.services._context import Context
from gator_engine.services.library import MOST_TAGS, check_texts
from gator_engine.services.ratings import rate_by_person

MOST_AT_ONCE = 1000
MOST_IN_ZIP, ZIP_BYTES = 200, 2 * 2**30
CHUNK = 1 << 20

# Changes one file and says "", or leaves it alone and says why.
Change = Callable[[UnitOfWork, Asset], str]


class Selection:
    """What one can do with many files; each command is one transaction with a report."""

    def __init__(
        self, context: Context, blobs: BlobStore, vault: SecretVault, *, url_ttl_s: int
    ) -> None:
        self._context, self._blobs, self._vault = context, blobs, vault
        self._url_ttl = url_ttl_s

    def tag(self, asset_ids: Sequence[str], tags: Sequence[str]) -> BulkReport:
        """Add tags. Raises InvalidInput for tags that cannot be."""
        check_texts("", "", tags)
        if not tags:
            raise InvalidInput("tags", "name at least one")

        def change(uow: UnitOfWork, asset: Asset) -> str:
            together = tuple(dict.fromkeys((*asset.tags, *tags)))
            if len(together) > MOST_TAGS:
                return f"would have {len(together)} tags, {MOST_TAGS} at most"
            uow.assets.save(replace(asset, tags=together))
            return ""

        return self._each(asset_ids, "tag", change)

    def untag(self, asset_ids: Sequence[str], tags: Sequence[str]) -> BulkReport:
        """Remove tags."""

        def change(uow: UnitOfWork, asset: Asset) -> str:
            left = tuple(tag for tag in asset.tags if tag not in tags)
            uow.assets.save(replace(asset, tags=left))
            return ""

        return self._each(asset_ids, "untag", change)

    def favourite(self, asset_ids: Sequence[str], *, on: bool = True) -> BulkReport:
        """Mark as favourites, or no longer."""

        def change(uow: UnitOfWork, asset: Asset) -> str:
            uow.assets.save(replace(asset, favourite=on))
            return ""

        return self._each(asset_ids, "favourite" if on else "unfavourite", change)

    def rate(self, asset_ids: Sequence[str], rating: Rating | None) -> BulkReport:
        """A person's rating for all."""

        def change(uow: UnitOfWork, asset: Asset) -> str:
            rate_by_person(self._context, uow, asset, rating)
            return ""

        return self._each(asset_ids, "rate", change)

    def trash(self, asset_ids: Sequence[str]) -> BulkReport:
        """Into the trash; posts that show a file keep it."""
        now = self._context.now()

        def change(uow: UnitOfWork, asset: Asset) -> str:
            if asset.deleted_at is not None:
                return "is in the trash already"
            uow.assets.save(replace(asset, deleted_at=now))
            return ""

        return self._each(asset_ids, "trash", change)

    def restore(self, asset_ids: Sequence[str]) -> BulkReport:
        """Out of the trash."""

        def change(uow: UnitOfWork, asset: Asset) -> str:
            if asset.deleted_at is None:
                return "is not in the trash"
            uow.assets.save(replace(asset, deleted_at=None))
            return ""

        return self._each(asset_ids, "restore", change)

    def put_on_board(self, asset_ids: Sequence[str], board_id: str) -> BulkReport:
        """Lay on a board. Raises NotFound."""
        now = self._context.now()

        def change(uow: UnitOfWork, asset: Asset) -> str:
            if asset.deleted_at is not None:
                return "is in the trash"
            uow.boards.put(board_id, [asset.id], now)
            return ""

        with self._context.store.read() as uow:
            uow.boards.get(board_id)
        return self._each(asset_ids, "put_on_board", change)

    def take_off_board(self, asset_ids: Sequence[str], board_id: str) -> BulkReport:
        """Take off a board; the files stay."""

        def change(uow: UnitOfWork, asset: Asset) -> str:
            return "" if uow.boards.take(board_id, [asset.id]) else "does not lie on that board"

        return self._each(asset_ids, "take_off_board", change)

    def _each(self, asset_ids: Sequence[str], verb: str, change: Change) -> BulkReport:
        ids = list(dict.fromkeys(asset_ids))
        if not 1 <= len(ids) <= MOST_AT_ONCE:
            raise InvalidInput("asset_ids", f"{len(ids)} files", f"1–{MOST_AT_ONCE} at once")
        done, refused = [], []
        with self._context.store.write() as uow:
            found = {asset.id: asset for asset in uow.assets.many(ids)}
            for asset_id in ids:
                asset = found.get(asset_id)
                reason = change(uow, asset) if asset else "is not in the library any more"
                if reason:
                    refused.append(Refusal(asset_id, _name(asset, asset_id), reason))
                else:
                    done.append(asset_id)
                    self._context.audit(uow, verb, "asset", asset_id, together=len(ids))
        return BulkReport(tuple(done), tuple(refused))

    # ------------------------------------------------------------------ download

    def download_url(self, asset_ids: Sequence[str]) -> str:
        """A signed path of one ZIP with the files. Raises InvalidInput naming the limit."""
        with self._context.store.read() as uow:
            found = uow.assets.many(list(dict.fromkeys(asset_ids)))
        size = sum(asset.facts.size for asset in found)
        if not 1 <= len(found) <= MOST_IN_ZIP:
            raise InvalidInput("asset_ids", f"{len(found)} files", f"1–{MOST_IN_ZIP} in one ZIP")
        if size > ZIP_BYTES:
            raise InvalidInput(
                "asset_ids", f"have {size / 2**30:.1f} GiB together", f"{ZIP_BYTES / 2**30:.0f} GiB"
            )
        signed = self._vault.sign(
            "zip:" + ",".join(asset.id for asset in found), ttl_s=self._url_ttl
        )
        return f"/files/zip/{signed}"

    def open_zip(self, token: str) -> Iterator[bytes]:
        """The ZIP behind a signed path, piece by piece, never whole in memory.

        Raises PermissionDenied when forged or expired, NotFound when none of the files is left.
        """
        kind, _, listed = self._vault.verify(token).partition(":")
        if kind != "zip":
            raise PermissionDenied("This link is for something else.")
        with self._context.store.read() as uow:
            found = uow.assets.many(listed.split(","))
        there = [asset for asset in found if self._blobs.exists(asset.sha256)]
        if not there:
            raise NotFound("file", "selection")
        return self._zipped(there)

    def _zipped(self, found: Sequence[Asset]) -> Iterator[bytes]:
        pieces = _Pieces()
        # Pictures and videos are compressed already.
        with zipfile.ZipFile(cast(IO[bytes], pieces), "w", zipfile.ZIP_STORED) as archive:
            for number, asset in enumerate(found, 1):
                entry = zipfile.ZipInfo(_file_name(number, asset), asset.created_at.timetuple()[:6])
                with (
                    self._blobs.path(asset.sha256).open("rb") as source,
                    archive.open(entry, "w", force_zip64=asset.facts.size > 2**31) as target,
                ):
                    while chunk := source.read(CHUNK):
                        target.write(chunk)
                        yield pieces.take()
        yield pieces.take()


class _Pieces:
    """What `zipfile` writes to and somebody else takes from; it cannot seek, nor need it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _file_name(number: int, asset: Asset) -> str:
    """Plain letters, safe on every system, in the order of the selection."""
    stem = re.sub(r"[^\w.-]+", "-", asset.title).strip("-.")[:60] or asset.id
    ending = ending_of(asset.facts.mime)
    stem = stem.removesuffix(f".{ending}")
    return f"{number:03}-{stem}.{ending}"


def _name(asset: Asset | None, asset_id: str) -> str:
    return (asset.title if asset else "") or asset_id
