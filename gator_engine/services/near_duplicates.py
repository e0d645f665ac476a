"""Near-duplicates: pictures that look the same, found by fingerprints, told apart in detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gator_engine.domain.assets import Asset
from gator_engine.domain.fingerprints import NEAR, PictureFingerprint, distance, near_groups, split
from gator_engine.domain.selections import BulkReport
from gator_engine.errors import InvalidInput, NotFound
from gator_engine.ports import BlobStore, MediaInspector
from gator_engine.services._context import Context
from gator_engine.services.selection import Selection

MOST_GROUPS, MOST_IN_GROUP = 30, 12
LOOKED_AT = 500


@dataclass(frozen=True)
class DuplicateGroups:
    """Groups of look-alikes, largest first; `groups_in_all` also counts those not shown.

    `not_looked_at` says whether some pictures have no fingerprint yet (`look` makes them).
    """

    groups: Sequence[Sequence[Asset]]
    groups_in_all: int
    not_looked_at: bool


class NearDuplicates:
    """What one can do about pictures that look the same."""

    def __init__(
        self, context: Context, blobs: BlobStore, inspector: MediaInspector, selection: Selection
    ) -> None:
        self._context, self._blobs = context, blobs
        self._inspector, self._selection = inspector, selection

    def groups(self, within: int = NEAR) -> DuplicateGroups:
        """Pictures of the library whose fingerprints differ in at most `within` of 64 bits.

        They also agree in detail: two cards of one layout with other words on them do not.
        """
        with self._context.store.read() as uow:
            near = near_groups(uow.fingerprints.all(), within)
            details = uow.fingerprints.many([asset_id for group in near for asset_id in group])
            parts = (part for group in near for part in split(group, details, within))
            found = sorted(parts, key=len, reverse=True)
            shown = [uow.assets.many(group[:MOST_IN_GROUP]) for group in found[:MOST_GROUPS]]
            unseen = bool(uow.fingerprints.missing(1))
        return DuplicateGroups(shown, len(found), unseen)

    def like(self, asset_id: str, within: int = NEAR) -> Sequence[Asset]:
        """Pictures that look like this one, nearest first."""
        with self._context.store.read() as uow:
            mine = uow.fingerprints.of(asset_id)
            if mine is None:
                return ()
            near = {
                other: distance(mine.bits, print_.bits)
                for other, print_ in uow.fingerprints.near(mine.bits).items()
                if other != asset_id and mine.looks_like(print_, within)
            }
            return uow.assets.many(sorted(near, key=lambda other: (near[other], other)))

    def keep(self, asset_id: str, instead_of: Sequence[str]) -> BulkReport:
        """Keep one of a group: the others go into the trash. Raises InvalidInput."""
        if asset_id in instead_of:
            raise InvalidInput("asset_id", "cannot be kept and thrown away")
        return self._selection.trash(instead_of)

    def look(self, limit: int = LOOKED_AT) -> int:
        """Take fingerprints of pictures that have none yet; returns how many were looked at."""
        with self._context.store.read() as uow:
            waiting = uow.assets.many(uow.fingerprints.missing(limit))
        for asset in waiting:
            taken = self._fingerprint(asset)
            with self._context.store.write() as uow:
                uow.fingerprints.put(asset.id, taken)
        return len(waiting)

    def _fingerprint(self, asset: Asset) -> PictureFingerprint | None:
        """None also for a picture whose file is gone or cannot be read any more."""
        try:
            return self._inspector.fingerprint(self._blobs.get(asset.sha256), asset.facts)
        except (NotFound, InvalidInput):
            return None
