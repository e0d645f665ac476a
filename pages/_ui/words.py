"""States in plain words, each with a symbol and a colour (never a colour alone), and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import streamlit as st

from gator_engine.domain.accounts import AccountHealth
from gator_engine.domain.assets import Origin
from gator_engine.domain.briefs import GenerationStatus
from gator_engine.domain.deliveries import DeliveryState
from gator_engine.domain.posts import Approval
from gator_engine.domain.provenance import CredentialState
from gator_engine.domain.work import JobState

Colour = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray"]


class Word(NamedTuple):
    """How a state is called, drawn and explained."""

    label: str
    symbol: str
    colour: Colour
    meaning: str = ""


DELIVERY: dict[DeliveryState, Word] = {
    DeliveryState.SCHEDULED: Word("Scheduled", "schedule", "blue", "Waits for its time."),
    DeliveryState.QUEUED: Word("Due now", "hourglass_top", "blue", "Its time has come."),
    DeliveryState.STARTING: Word("Publishing", "upload", "blue", "Pictures are going up."),
    DeliveryState.PROCESSING: Word("Publishing", "upload", "blue", "The platform prepares it."),
    DeliveryState.FINALIZING: Word("Publishing", "upload", "blue", "The post itself is sent."),
    DeliveryState.PUBLISHED: Word("Published", "check_circle", "green", "It is out."),
    DeliveryState.RETRY_WAIT: Word("Trying again", "update", "orange", "Will be tried again."),
    DeliveryState.NEEDS_AUTH: Word("Reconnect account", "key_off", "red", "The login expired."),
    DeliveryState.REJECTED: Word("Refused", "block", "red", "The platform said no."),
    DeliveryState.UNCERTAIN: Word("Checking", "manage_search", "orange", "The answer was lost."),
    DeliveryState.RECONCILING: Word("Checking", "manage_search", "orange", "Looking for it there."),
    DeliveryState.NEEDS_HUMAN: Word("Your decision", "help", "red", "It may or may not be out."),
    DeliveryState.MISSED: Word("Missed", "event_busy", "red", "It was too late to publish."),
    DeliveryState.CANCELLED: Word("Cancelled", "cancel", "gray", "It will not be published."),
}
APPROVAL: dict[Approval, Word] = {
    Approval.DRAFT: Word("Draft", "edit_note", "gray"),
    Approval.IN_REVIEW: Word("In review", "rate_review", "orange"),
    Approval.APPROVED: Word("Approved", "verified", "green"),
    Approval.CHANGES_REQUESTED: Word("Changes asked for", "undo", "red"),
}
JOB: dict[JobState, Word] = {
    JobState.DUE: Word("Waiting", "schedule", "gray"),
    JobState.QUEUED: Word("In line", "hourglass_top", "blue"),
    JobState.RUNNING: Word("Running", "play_circle", "blue"),
    JobState.SUCCEEDED: Word("Done", "check_circle", "green"),
    JobState.FAILED: Word("Failed", "error", "red"),
    JobState.CANCELLED: Word("Cancelled", "cancel", "gray"),
}
GENERATION: dict[GenerationStatus, Word] = {
    GenerationStatus.QUEUED: JOB[JobState.QUEUED],
    GenerationStatus.RUNNING: JOB[JobState.RUNNING],
    GenerationStatus.SUCCEEDED: JOB[JobState.SUCCEEDED],
    GenerationStatus.FAILED: JOB[JobState.FAILED],
    GenerationStatus.CANCELLED: JOB[JobState.CANCELLED],
}
HEALTH: dict[AccountHealth, Word] = {
    AccountHealth.OK: Word("Connected", "check_circle", "green"),
    AccountHealth.NEEDS_AUTH: Word("Reconnect", "key_off", "red"),
    AccountHealth.PAUSED: Word("Paused", "pause_circle", "orange"),
    AccountHealth.DISCONNECTED: Word("Disconnected", "link_off", "gray"),
}
ORIGIN: dict[Origin, Word] = {
    Origin.UPLOAD: Word("Uploaded", "upload_file", "gray"),
    Origin.DESIGNED: Word("Designed card", "palette", "violet"),
    Origin.AI_GENERATED: Word("Made with AI", "auto_awesome", "green"),
    Origin.AI_EDITED: Word("Edited with AI", "auto_fix", "green"),
    Origin.RENDERED: Word("Rendered", "movie", "blue"),
}

CREDENTIALS: dict[CredentialState, Word] = {
    CredentialState.TRUSTED: Word(
        "Signed, unchanged", "verified", "green", "Nothing was changed since this studio signed it."
    ),
    CredentialState.VALID: Word(
        "Signed by somebody unknown",
        "shield_question",
        "orange",
        "Nothing was changed since it was signed, but this studio does not know the signer.",
    ),
    CredentialState.INVALID: Word(
        "Changed after signing",
        "gpp_bad",
        "red",
        "The file or its credentials were changed or damaged. Believe nothing they say.",
    ),
    CredentialState.NONE: Word(
        "No credentials",
        "shield",
        "gray",
        "That proves nothing: many services strip them, and most files never had any.",
    ),
}


def badge(word: Word) -> None:
    """A state as a badge: symbol, words and colour together."""
    st.badge(word.label, icon=f":material/{word.symbol}:", color=word.colour)


def when(at: datetime, zone: str) -> str:
    """An instant on the wall clock of a zone, with the zone beside it."""
    local = at.astimezone(ZoneInfo(zone))
    year = "" if local.year == datetime.now(UTC).year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M} {zone}"


def ago(at: datetime, now: datetime | None = None) -> str:
    """How far away an instant is, in words ("in 4 min", "2 h ago")."""
    gap = at - (now or datetime.now(UTC))
    size = abs(gap)
    if size < timedelta(seconds=45):
        return "now"
    if size < timedelta(hours=1):
        said = f"{round(size / timedelta(minutes=1))} min"
    elif size < timedelta(days=1):
        said = f"{round(size / timedelta(hours=1))} h"
    else:
        said = f"{round(size / timedelta(days=1))} d"
    return f"in {said}" if gap > timedelta(0) else f"{said} ago"


def length(seconds: float) -> str:
    """How long something plays: "0:07", "12:30", "1:02:03"; parts of a second below ten of them."""
    if 0 < seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def size(count: int) -> str:
    """A number of bytes, with its unit."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"
