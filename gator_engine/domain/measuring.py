"""When the numbers of a post are read: often while it is young, rarely once it is old."""

from __future__ import annotations

from datetime import datetime, timedelta

# Engagement comes early and decays; these points cost few calls and still draw the curve.
POINTS = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=30),
)
# On the sandbox network nobody has to wait a quarter of an hour to see how measuring works.
FIRST_IN_SANDBOX = timedelta(minutes=1)
MEASURED_FOR = POINTS[-1]
FOLLOWERS_EVERY = timedelta(days=1)


def due(
    published_at: datetime, last: datetime | None, now: datetime, *, sandbox: bool = False
) -> bool:
    """Whether a point of the schedule lies in (last, now]; `last` None means never measured."""
    points = (FIRST_IN_SANDBOX, *POINTS) if sandbox else POINTS
    reached = [published_at + point for point in points if published_at + point <= now]
    return bool(reached) and (last is None or reached[-1] > last)
