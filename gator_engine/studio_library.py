"""The library's services of the studio: files, boards, ratings, and the room they take."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from gator_engine.config import Settings
from gator_engine.services._context import Context
from gator_engine.wiring import Adapters

if TYPE_CHECKING:
    from gator_engine.services.boards import Boards
    from gator_engine.services.housekeeping import Housekeeping
    from gator_engine.services.jobs import Jobs
    from gator_engine.services.library import Library
    from gator_engine.services.near_duplicates import NearDuplicates
    from gator_engine.services.ratings import Ratings
    from gator_engine.services.selection import Selection
    from gator_engine.services.text_ratings import TextRatings


class LibraryServices(Adapters):
    """The part of a studio that keeps and finds files; `actor` is who acts, for the audit trail."""

    def __init__(self, settings: Settings, *, actor: str = "local", **adapters: Any) -> None:
        super().__init__(settings, **adapters)
        self._actor = actor

    @cached_property
    def _context(self) -> Context:
        from gator_engine.adapters.system import SortableIds

        return Context(self.store, self.clock, SortableIds(), self._actor)

    @cached_property
    def library(self) -> Library:
        """Keep and find files."""
        from gator_engine.services.library import Library

        return Library(
            self._context,
            self.blobs,
            self.inspector,
            self.vault,
            self._sealing,
            url_ttl_s=self.settings.media_url_ttl_s,
        )

    @cached_property
    def selection(self) -> Selection:
        """Do one thing to many files."""
        from gator_engine.services.selection import Selection

        return Selection(
            self._context, self.blobs, self.vault, url_ttl_s=self.settings.media_url_ttl_s
        )

    @cached_property
    def boards(self) -> Boards:
        """Put files together."""
        from gator_engine.services.boards import Boards

        return Boards(self._context)

    @cached_property
    def ratings(self) -> Ratings:
        """Say how strong files are."""
        from gator_engine.services.ratings import Ratings

        return Ratings(self._context, self.blobs, self.classifier)

    @cached_property
    def text_ratings(self) -> TextRatings:
        """Say how strong words are."""
        from gator_engine.services.text_ratings import TextRatings

        return TextRatings(self._context, self.text_classifier)

    @cached_property
    def near_duplicates(self) -> NearDuplicates:
        """Find pictures that look the same."""
        from gator_engine.services.near_duplicates import NearDuplicates

        return NearDuplicates(self._context, self.blobs, self.inspector, self.selection)

    @cached_property
    def housekeeping(self) -> Housekeeping:
        """Empty the trash, sweep, and see what takes the room."""
        from gator_engine.services.housekeeping import Housekeeping

        return Housekeeping(
            self._context, self.blobs, lambda: self.jobs, trash_days=self.settings.trash_days
        )

    @cached_property
    def jobs(self) -> Jobs:
        """Watch and steer background work."""
        from gator_engine.services.jobs import Jobs

        return Jobs(self._context, self.queue, lease_s=self.settings.lease_s)

    @cached_property
    def _sealing(self) -> Any:
        from gator_engine.services._sealing import Sealing

        hidden = self.watermarking if self.settings.watermark else None
        return Sealing(self.signing, self.marks, hidden, self.weights)
