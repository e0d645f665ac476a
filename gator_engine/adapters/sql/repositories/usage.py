"""Who needs which file, read off the schema itself.

A table that a later version adds is respected without being named here: every foreign key to an
asset keeps that asset, every document that mentions its id keeps it too, and every content hash
that stands in any row keeps the blob.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, Text, cast, delete, exists, func, select

from gator_engine.adapters.sql.columns import Document
from gator_engine.adapters.sql.tables import (
    assets,
    generations,
    lineage,
    metadata,
    renditions,
)
from gator_engine.domain.assets import Shelf
from gator_engine.ports.shelves import StorageRow

MOST_IDS = 500
BATCH = 1000
# What an asset takes with it when it goes.
BESIDE = {"lineage", "board_assets", "boards", "asset_tags", "fingerprints"}
REASONS = {
    "post_media": "a post shows it",
    "reference_images": "a persona's look refers to it",
    "character_shots": "a character set holds it",
    "project_assets": "a video project uses it",
}
MENTIONS = {
    "post_versions": "an earlier version of a post shows it",
    "briefs": "a picture was asked for with it",
    "projects": "an earlier version of a video project uses it",
}
# What a generation made is told by the assets themselves; the audit trail only remembers.
NO_CLAIM = {generations.c.asset_ids}
ONLY_REMEMBERS = {"audit_events"}
# The key of a rendition begins with the content hash of its original.
_ORIGINAL = func.substr(renditions.c.key, 1, 64)
_WORD = re.compile(r"\w+")
_SHA256 = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


class SqlUsage:
    """UsageRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def storage(self) -> Sequence[StorageRow]:
        """Sums by shelf, kind, origin, persona and month (UTC)."""
        if self._connection.dialect.name == "postgresql":
            month = func.to_char(func.timezone("UTC", assets.c.created_at), "YYYY-MM")
        else:
            month = func.strftime("%Y-%m", assets.c.created_at)
        by = [assets.c.shelf, assets.c.kind, assets.c.origin, assets.c.persona_id]
        grouped = select(*by, month, func.count(), func.sum(assets.c.size)).group_by(*by, month)
        return [
            StorageRow(*row[:5], files=row[5], size=int(row[6]))
            for row in self._connection.execute(grouped)
        ]

    def trashed(self, until: datetime) -> Sequence[str]:
        """Assets put into the trash before `until`, oldest first."""
        query = select(assets.c.id).where(
            assets.c.shelf == Shelf.TRASH, assets.c.deleted_at < until
        )
        return list(self._connection.execute(query.order_by(assets.c.deleted_at)).scalars())

    def needed(self, asset_ids: Sequence[str]) -> Mapping[str, str]:
        """Of these, those that something still refers to, each with the reason in words."""
        wanted, reasons = set(asset_ids), dict[str, str]()
        for column in _keys_to_assets():
            table = column.table.name
            for asset_id in self._referred(column, asset_ids):
                reasons.setdefault(asset_id, REASONS.get(table, f"{table} refer to it"))
        for table, text in self._documents(without={"assets"}):
            for asset_id in wanted.intersection(_WORD.findall(text)) - reasons.keys():
                reasons[asset_id] = MENTIONS.get(table, f"{table} mention it")
        self._keep_parents(wanted, reasons)
        return reasons

    def asset_files(self) -> tuple[frozenset[str], frozenset[str]]:
        """Content hashes of the originals and of the thumbnails of all assets."""
        originals = self._connection.execute(select(assets.c.sha256)).scalars()
        small = assets.c.thumbnail_sha256
        thumbnails = self._connection.execute(select(small).where(small.is_not(None))).scalars()
        return frozenset(originals), frozenset(thumbnails)

    def held(self, sha256s: Sequence[str], without: Sequence[str] = ()) -> frozenset[str]:
        """Of these, those that an asset (other than `without`) holds."""
        others, found = set(without), set[str]()
        for column in (assets.c.sha256, assets.c.thumbnail_sha256):
            for start in range(0, len(sha256s), MOST_IDS):
                some = column.in_(sha256s[start : start + MOST_IDS])
                for row in self._connection.execute(select(assets.c.id, column).where(some)):
                    if row[0] not in others:
                        found.add(row[1])
        return frozenset(found)

    def copies(self, sha256s: Sequence[str]) -> frozenset[str]:
        """See UsageRepository."""
        found: set[str] = set()
        for start in range(0, len(sha256s), MOST_IDS):
            some = _ORIGINAL.in_(sha256s[start : start + MOST_IDS])
            found |= set(
                self._connection.execute(select(renditions.c.sha256).where(some)).scalars()
            )
        return frozenset(found)

    def forget_copies(self) -> frozenset[str]:
        """See UsageRepository."""
        orphaned = ~exists().where(assets.c.sha256 == _ORIGINAL)
        found = set(self._connection.execute(select(renditions.c.sha256).where(orphaned)).scalars())
        if found:
            self._connection.execute(delete(renditions).where(orphaned))
        return frozenset(found)

    def stored_sha256(self) -> frozenset[str]:
        """Every content hash that any row of any table mentions."""
        found: set[str] = set()
        for table in metadata.sorted_tables:
            for column in table.columns:
                if column.name.endswith("sha256"):
                    filled = select(column).where(column.is_not(None))
                    found |= set(self._connection.execute(filled).scalars())
        for _, text in self._documents():
            found |= set(_SHA256.findall(text))
        return frozenset(found - {""})

    def _keep_parents(self, wanted: set[str], reasons: dict[str, str]) -> None:
        """What a file that stays was made from stays too, through all levels."""
        made_from: dict[str, set[str]] = {}
        for child, parent in self._edges(sorted(wanted)):
            made_from.setdefault(child, set()).add(parent)
        staying = [child for child in made_from if child not in wanted or child in reasons]
        while staying:
            for parent in made_from.get(staying.pop(), set()) - reasons.keys():
                reasons[parent] = "another file was made from it"
                staying.append(parent)

    def _edges(self, parents: Sequence[str]) -> Iterator[tuple[str, str]]:
        for start in range(0, len(parents), MOST_IDS):
            some = lineage.c.parent_id.in_(parents[start : start + MOST_IDS])
            query = select(lineage.c.child_id, lineage.c.parent_id).where(some)
            yield from ((row[0], row[1]) for row in self._connection.execute(query))

    def _referred(self, column: Column[str], asset_ids: Sequence[str]) -> Iterator[str]:
        for start in range(0, len(asset_ids), MOST_IDS):
            some = column.in_(asset_ids[start : start + MOST_IDS])
            yield from self._connection.execute(select(column).where(some).distinct()).scalars()

    def _documents(self, without: Collection[str] = ()) -> Iterator[tuple[str, str]]:
        """(table, JSON text) of every stored document that may claim a file."""
        for table in metadata.sorted_tables:
            if table.name in ONLY_REMEMBERS or table.name in without:
                continue
            for column in table.columns:
                if isinstance(column.type, Document) and column not in NO_CLAIM:
                    query = select(cast(column, Text)).where(column.is_not(None))
                    rows = self._connection.execute(query.execution_options(yield_per=BATCH))
                    yield from ((table.name, text) for text in rows.scalars())


def _keys_to_assets() -> Iterator[Column[str]]:
    for table in metadata.sorted_tables:
        if table.name in BESIDE:
            continue
        for column in table.columns:
            if any(key.column is assets.c.id for key in column.foreign_keys):
                yield column
