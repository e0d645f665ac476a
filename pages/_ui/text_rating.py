"""The content rating of words: a choice for people, a classifier, and whose word counts."""

from __future__ import annotations

import streamlit as st

from gator_engine.domain.personas import Rating
from gator_engine.domain.ratings import ContentRating, RatedKind, RatingSource
from pages._ui import state, words
from pages._ui.commands import attempt
from pages._ui.persona_form import RATING_WORDS
from pages._ui.session import my_zone, studio

UNRATED = "Not rated yet"


def choose(kind: RatedKind, subject_id: str) -> None:
    """A choice that takes effect at once, and below it who said what."""
    counts = studio().text_ratings.standing(kind, subject_id)
    now = counts.rating if counts else None
    # The key holds what counts now: after a change, the field starts from the new answer.
    key = f"rating:{subject_id}:{counts.id if counts else ''}"
    chosen = st.selectbox(
        "Rating",
        list(Rating),
        index=None if now is None else now.strength,
        placeholder=UNRATED,
        format_func=RATING_WORDS.__getitem__,
        key=key,
    )
    if chosen is not None and chosen is not now:
        attempt(
            lambda: studio().text_ratings.rate(kind, subject_id, chosen),
            done=f"Rated: {RATING_WORDS[chosen].lower()}.",
        )
    told(kind, subject_id, counts)


def told(
    kind: RatedKind, subject_id: str, counts: ContentRating | None, *, unsaved: bool = False
) -> None:
    """Whose word counts, with the history and the classifier behind it."""
    with st.popover(_whose(counts), type="tertiary", icon=":material/shield:"):
        _history(subject_id)
        missing = "Save the changes first." if unsaved else studio().text_ratings.missing()
        if st.button(
            "Ask the classifier",
            disabled=bool(missing),
            help=missing or None,
            key=f"classify:{subject_id}",
        ):
            attempt(
                lambda: studio().text_ratings.classify(kind, [subject_id]),
                done="The classifier has spoken; what a person said stands.",
            )


def _whose(counts: ContentRating | None) -> str:
    if counts is None:
        return "By nobody yet"
    if counts.source is RatingSource.PERSON:
        return f"By {state.plain(counts.by or 'somebody')}"
    return f"By {state.plain(counts.by)}, {counts.confidence or 0:.0%} sure"


def _history(subject_id: str) -> None:
    history = studio().text_ratings.history(subject_id)
    if not history:
        st.caption("Without a rating, words are not scheduled.")
    for entry in history:
        said = RATING_WORDS[entry.rating] if entry.rating else "Taken back"
        sure = f", {entry.confidence:.0%} sure" if entry.confidence is not None else ""
        who = state.plain(entry.by or "somebody")
        note = f" · {state.plain(entry.note)}" if entry.note else ""
        st.markdown(f"**{said}** by {who}{sure}, {words.when(entry.at, my_zone())}{note}")
