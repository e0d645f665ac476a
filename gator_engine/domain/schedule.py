"""Wall-clock intent to UTC: gaps and folds are asked about, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from dateutil.tz import datetime_ambiguous, datetime_exists

from gator_engine.errors import InvalidInput

# A click on "now" and a form filled in slowly both end up a little in the past.
PAST_TOLERANCE = timedelta(minutes=2)
FARTHEST = timedelta(days=730)


def zone(name: str, *, field: str = "timezone") -> ZoneInfo:
    """The IANA time zone. Raises InvalidInput for an unknown name."""
    if name not in available_timezones():
        raise InvalidInput(field, f"{name!r} is not a known time zone", "such as Europe/Berlin")
    return ZoneInfo(name)


def parse_local(text: str, *, field: str = "local_time") -> datetime:
    """A naive wall-clock time from ISO text. Raises InvalidInput when it is not one."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(field, f"{text!r} is not a time", "such as 2026-12-24T09:00") from error
    if value.tzinfo is not None:
        raise InvalidInput(field, "must be a wall-clock time; the zone is a field of its own")
    return value


def resolve_local(local_time: str, timezone: str, *, fold: int | None = None) -> datetime:
    """The UTC instant of a wall-clock time.

    `fold` chooses when the clocks go back and the time happens twice: 0 the first, 1 the second.
    Raises InvalidInput for an unknown zone, a time the clocks skip (DST gap), or an ambiguous time
    without `fold`.
    """
    tz = zone(timezone)
    local = parse_local(local_time).replace(tzinfo=tz)
    if not datetime_exists(local):
        raise InvalidInput(
            "local_time",
            f"{local:%Y-%m-%d %H:%M} does not exist in {timezone}: the clocks go forward then",
            "choose a time before or after the gap",
        )
    if datetime_ambiguous(local):
        if fold is None:
            raise InvalidInput(
                "local_time",
                f"{local:%Y-%m-%d %H:%M} happens twice in {timezone}: the clocks go back then",
                "say which: the first (summer time) or the second (winter time)",
            )
        local = local.replace(fold=fold)
    return local.astimezone(UTC)


def future_instant(
    local_time: str, timezone: str, now: datetime, *, fold: int | None = None
) -> datetime:
    """`resolve_local`, refused when past (two minutes' tolerance) or over two years ahead."""
    due = resolve_local(local_time, timezone, fold=fold)
    if due < now - PAST_TOLERANCE:
        raise InvalidInput("local_time", f"{local_time} in {timezone} is past", "a future time")
    if due > now + FARTHEST:
        raise InvalidInput("local_time", f"{local_time} is too far ahead", "within two years")
    return due


def to_local_text(instant: datetime, timezone: str) -> str:
    """The wall-clock text of an instant, to the minute."""
    return instant.astimezone(zone(timezone)).strftime("%Y-%m-%dT%H:%M")


def next_slot(
    slots: list[tuple[int, str]], timezone: str, after: datetime, taken: frozenset[datetime]
) -> datetime | None:
    """The first free weekly slot after an instant, as UTC; slots are (weekday 0–6, "HH:MM").

    A slot that a DST gap swallows is passed over that week; a doubled one uses its first hour.
    """
    tz = zone(timezone)
    first_day = after.astimezone(tz).date()
    for offset in range(8 * 7):
        day = first_day + timedelta(days=offset)
        for _, time in sorted(slot for slot in slots if slot[0] == day.weekday()):
            local = datetime.fromisoformat(f"{day.isoformat()}T{time}").replace(tzinfo=tz)
            due = local.astimezone(UTC)
            if datetime_exists(local) and due > after and due not in taken:
                return due
    return None
