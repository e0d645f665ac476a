"""The error boundary of the pages: every error becomes words and a way on, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from traceback import format_exception

import streamlit as st
import structlog

from gator_engine.errors import (
    AuthExpired,
    CapabilityError,
    ConfigError,
    ExternalError,
    GatorError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Rejected,
    StaleWrite,
    Unavailable,
)

_log = structlog.get_logger("gator.pages")


@dataclass(frozen=True)
class Explanation:
    """An error in plain words: what happened, and what to do about it."""

    title: str
    text: str


_TITLES: tuple[tuple[type[GatorError], str, str], ...] = (
    (InvalidInput, "That cannot be used as it is", "Correct it and try again."),
    (NotFound, "It is not here any more", "It may have been removed, or the link is incomplete."),
    (IllegalTransition, "That is not possible in this state", "Open it again to see where it is."),
    (
        StaleWrite,
        "Somebody changed it in the meantime",
        "Reload the page and make the change again.",
    ),
    (PermissionDenied, "Your role does not allow that", "Ask an owner of this studio."),
    (CapabilityError, "That option is not available there", "Choose one of the allowed values."),
    (ConfigError, "A setting needs attention", "The settings are explained in docs/settings.md."),
    (Unavailable, "A part of the studio does not answer", "Nothing is lost; reload to try again."),
    (AuthExpired, "The account must be connected again", "Reconnect it on the Accounts page."),
    (RateLimited, "Too many requests for now", "Wait a little, then try again."),
    (Rejected, "The platform refused it", "Change what it names, then try again."),
    (OutcomeUnknown, "The answer was lost on the way", "Check what arrived before you try again."),
    (ExternalError, "Another service did not work", "Try again in a moment."),
)


def explain(error: GatorError) -> Explanation:
    """Title and text for one of our own errors."""
    for kind, title, advice in _TITLES:
        if isinstance(error, kind):
            return Explanation(title, f"{error} {advice}")
    return Explanation("That did not work", str(error))


@contextmanager
def boundary() -> Iterator[None]:
    """Everything a page does happens inside; what goes wrong is explained in its place."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  the one boundary of the pages
        show(error)


def show(error: Exception) -> bool:
    """Explain an error on the page, with an id that also stands in the log.

    Returns True, which tells Streamlit that the error has been shown.
    """
    number = token_hex(4)
    if isinstance(error, GatorError):
        _log.warning("page_error", id=number, kind=type(error).__name__, problem=str(error))
        said = explain(error)
    else:
        # The text of the trace alone: local variables may hold credentials.
        _log.error("page_crash", id=number, trace="".join(format_exception(error)))
        said = Explanation(
            "Something unexpected happened",
            "Your work is safe. Reload the page; if it stays, report it with the number below.",
        )
    with st.container(key=f"notice-bad-{number}"):
        st.markdown(f":material/error: **{said.title}**")
        st.text(said.text)
        st.caption(f"Number for the log: {number}")
    return True
