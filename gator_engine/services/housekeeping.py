"""Housekeeping: what the files take, emptying the trash, and sweeping what nothing refers to.

Rows go first, blobs after: a crash in between leaves a blob that nothing refers to, which the next
sweep removes, and never a row without its file. The sweep only touches files that lay unused for a
day: whoever stores the same bytes anew makes them young again (`BlobStore.put`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from gator_engine.domain.assets import Shelf
from gator_engine.domain.selections import Refusal
from gator_engine.ports import BlobStore, StorageRow, StoredFile
from gator_engine.services._context import Context
from gator_engine.services.jobs import Jobs

T = TypeVar("T")
YOUNG = DAILY = timedelta(days=1)
_ASKED = "tidy_asked_at"
TOGETHER = 200


@dataclass(frozen=True)
class Amount:
    """A number of files and their bytes."""

    files: int = 0
    size: int = 0


@dataclass(frozen=True)
class StorageReport:
    """What lies where. Groups count assets outside the trash; the rest counts files on the disk.

    `deduplicated` is what identical files would take if each were stored. `unused` are files that
    nothing refers to, `leftovers` uploads that were interrupted; both go with the next sweep, once
    they are a day old.
    """

    by_kind: Mapping[str, Amount]
    by_origin: Mapping[str, Amount]
    by_persona: Mapping[str, Amount]
    by_month: Mapping[str, Amount]
    library: Amount
    trash: Amount
    originals: Amount
    thumbnails: Amount
    other: Amount
    unused: Amount
    leftovers: Amount
    deduplicated: int


@dataclass(frozen=True)
class CleanUp:
    """What a clean-up removed, or would remove (`dry_run`), and what it kept and why.

    What only `projects` that go needed stays until the clean-up after.
    """

    dry_run: bool
    assets: Sequence[str] = ()
    blobs: Amount = Amount()
    leftovers: Amount = Amount()
    kept: Sequence[Refusal] = field(default_factory=tuple)
    projects: Sequence[str] = ()


class Housekeeping:
    """What one can do about storage; `trash_days` is how long the trash is kept (0: for ever)."""

    def __init__(
        self, context: Context, blobs: BlobStore, jobs: Callable[[], Jobs], *, trash_days: int
    ) -> None:
        self._context, self._blobs, self._trash_days = context, blobs, trash_days
        self._jobs = jobs

    def report(self) -> StorageReport:
        """Sums over all rows and files; reads the whole store, so it takes a while when large."""
        with self._context.store.read() as uow:
            rows = uow.usage.storage()
            originals, thumbnails = uow.usage.asset_files()
            known = uow.usage.stored_sha256()
        piles: dict[str, list[StoredFile]] = defaultdict(list)
        for blob in self._blobs.walk():
            piles[_pile(blob.name, originals, thumbnails, known)].append(blob)
        living = [row for row in rows if row.shelf != Shelf.TRASH]
        stored = _sum(piles["originals"])
        return StorageReport(
            by_kind=_grouped(living, "kind"),
            by_origin=_grouped(living, "origin"),
            by_persona=_grouped(living, "persona_id"),
            by_month=_grouped(living, "month"),
            library=_total(living),
            trash=_total([row for row in rows if row.shelf == Shelf.TRASH]),
            originals=stored,
            thumbnails=_sum(piles["thumbnails"]),
            other=_sum(piles["other"]),
            unused=_sum(piles["unused"]),
            leftovers=_sum(list(self._blobs.leftovers())),
            deduplicated=max(0, _total(rows).size - stored.size),
        )

    def empty_trash(self, *, everything: bool = False, dry_run: bool = True) -> CleanUp:
        """Remove what has lain in the trash long enough (or `everything` in it) for good.

        A file stays while a post (also an earlier version), a video project, a persona's look, a
        character set, a brief, any other row, or a file made from it needs it; the report says
        which and why. Video projects in the trash go by the same rule of days.
        """
        until = self._context.now() - timedelta(days=0 if everything else self._trash_days)
        if not everything and self._trash_days == 0:
            return CleanUp(dry_run)
        with self._context.store.read() as uow:
            ids, projects = list(uow.usage.trashed(until)), list(uow.projects.trashed(until))
            needed = uow.usage.needed(ids)
            names = {asset.id: asset.title or asset.id for asset in uow.assets.many(list(needed))}
        kept = [Refusal(one, names.get(one, one), why) for one, why in needed.items()]
        going = [one for one in ids if one not in needed]
        if dry_run:
            return CleanUp(True, going, self._freed(going), kept=kept, projects=projects)
        removed, files = self._remove(going)
        gone = [one for one in projects if self._remove_project(one, until)]
        return CleanUp(False, removed, self._drop(files), kept=kept, projects=gone)

    def sweep(self, *, dry_run: bool = True) -> CleanUp:
        """Remove files that nothing refers to and interrupted uploads, each a day old or more."""
        with self._context.store.read() as uow:
            known = uow.usage.stored_sha256()
        if not dry_run:
            with self._context.store.write() as uow:
                known -= uow.usage.forget_copies() - uow.usage.stored_sha256()
        unused = [b for b in self._blobs.walk() if b.name not in known and self._old(b)]
        leftovers = [file for file in self._blobs.leftovers() if self._old(file)]
        if dry_run:
            return CleanUp(True, blobs=_sum(unused), leftovers=_sum(leftovers))
        for file in leftovers:
            self._blobs.drop_leftover(file.name)
        return CleanUp(False, blobs=self._drop(unused), leftovers=_sum(leftovers))

    def tidy(self) -> CleanUp:
        """The daily round: empty the trash of what is due, then sweep."""
        emptied, swept = self.empty_trash(dry_run=False), self.sweep(dry_run=False)
        blobs = Amount(
            emptied.blobs.files + swept.blobs.files, emptied.blobs.size + swept.blobs.size
        )
        return CleanUp(
            False, emptied.assets, blobs, swept.leftovers, emptied.kept, emptied.projects
        )

    def plan(self) -> bool:
        """Ask for the daily round once a day; called by the dispatcher all the time, and cheap."""
        now = self._context.now()
        with self._context.store.read() as uow:
            asked = uow.settings.get(_ASKED)
        if asked is not None and now < datetime.fromisoformat(asked) + DAILY:
            return False
        if asked is not None:  # On its first day a studio has nothing to tidy.
            self._jobs().submit("tidy", "studio", unique_key="tidy")
        with self._context.store.write() as uow:
            uow.settings.put(_ASKED, now.isoformat())
        return asked is not None

    def _remove(self, asset_ids: Sequence[str]) -> tuple[list[str], list[StoredFile]]:
        """Take the rows out, some at a time, and those of the copies that platforms got; asked once
        more inside the transaction."""
        removed: list[str] = []
        files: dict[str, StoredFile] = {}
        for some in _batches(asset_ids):
            names: set[str] = set()
            with self._context.store.write() as uow:
                needed = uow.usage.needed(some)
                for asset in uow.assets.many([one for one in some if one not in needed]):
                    if asset.deleted_at is None:
                        continue  # Restored since it was looked at.
                    uow.assets.remove(asset.id)
                    self._context.audit(uow, "remove", "asset", asset.id, sha256=asset.sha256)
                    removed.append(asset.id)
                    names |= set(filter(None, (asset.sha256, asset.thumbnail_sha256)))
                names |= uow.usage.forget_copies()
            looked = {name: self._blobs.look(name) for name in sorted(names)}
            files |= {name: file for name, file in looked.items() if file is not None}
        return removed, list(files.values())

    def _remove_project(self, project_id: str, until: datetime) -> bool:
        """Forget a project that still lies in the trash; asked once more in the transaction."""
        with self._context.store.write() as uow:
            if project_id not in uow.projects.trashed(until):
                return False
            uow.projects.remove(project_id)
            self._context.audit(uow, "remove", "project", project_id)
        return True

    def _drop(self, files: Sequence[StoredFile]) -> Amount:
        """Delete blobs that still are old and that still nothing refers to."""
        gone: list[StoredFile] = []
        with self._context.store.read() as uow:
            known = uow.usage.stored_sha256() if files else frozenset()
        for some in _batches([file for file in files if file.name not in known]):
            # Inside a write transaction nobody adds an asset for one of them meanwhile (SQLite);
            # elsewhere whoever does has stored the bytes first, and so made them young.
            with self._context.store.write() as uow:
                held = uow.usage.held([file.name for file in some])
                for file in some:
                    now = self._blobs.look(file.name)
                    if now is not None and self._old(now) and file.name not in held:
                        self._blobs.delete(file.name)
                        gone.append(now)
        return _sum(gone)

    def _freed(self, asset_ids: Sequence[str]) -> Amount:
        names: set[str] = set()
        with self._context.store.read() as uow:
            for asset in uow.assets.many(asset_ids):
                names |= set(filter(None, (asset.sha256, asset.thumbnail_sha256)))
            names |= uow.usage.copies(sorted(names))
            shared = uow.usage.held(sorted(names), without=asset_ids)
        found = (self._blobs.look(name) for name in names - shared)
        return _sum([file for file in found if file is not None and self._old(file)])

    def _old(self, file: StoredFile) -> bool:
        # By the file system's clock, as its times are.
        return file.age_s >= YOUNG.total_seconds()


def _pile(
    name: str, originals: frozenset[str], thumbnails: frozenset[str], known: frozenset[str]
) -> str:
    if name in originals:
        return "originals"
    if name in thumbnails:
        return "thumbnails"
    return "other" if name in known else "unused"


def _grouped(rows: Sequence[StorageRow], name: str) -> dict[str, Amount]:
    """Sums by one of the columns, largest first."""
    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for row in rows:
        value = str(getattr(row, name) or "")
        files[value] += row.files
        sizes[value] += row.size
    return {value: Amount(files[value], size) for value, size in sizes.most_common()}


def _total(rows: Sequence[StorageRow]) -> Amount:
    return Amount(sum(row.files for row in rows), sum(row.size for row in rows))


def _sum(files: Sequence[StoredFile]) -> Amount:
    return Amount(len(files), sum(file.size for file in files))


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), TOGETHER):
        yield items[start : start + TOGETHER]
