"""The search box and the filters of the library, with only what there is to filter by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from gator_engine.domain.assets import AssetKind, AssetQuery, Facets, Origin, Shelf
from gator_engine.domain.personas import Rating
from pages._ui import cards, state, words
from pages._ui.library_boards import Place
from pages._ui.persona_form import RATING_WORDS
from pages._ui.session import studio

PAGE = 24
UNRATED = "unrated"
USED = {"Used in a post": True, "Not used yet": False}
FACETS_KEPT_S = 20
KINDS = {kind.value: name for kind, (_, name) in cards.KINDS.items()}
SHELVES = {"inputs": Shelf.INPUTS, "trash": Shelf.TRASH}


@st.cache_data(ttl=FACETS_KEPT_S, show_spinner=False)
def facets(home: str, shelf: str) -> Facets:
    """What there is to filter by; counted afresh every few seconds at most."""
    return studio().library.facets(Shelf(shelf))


def bar(place: Place) -> AssetQuery:
    """The question that search box, filters and rail ask together."""
    shelf = SHELVES.get(place.name, Shelf.LIBRARY)
    there = facets(str(studio().settings.home), shelf.value)
    people = {persona.id: persona.name for persona in studio().personas.list()}
    with st.container(horizontal=True, vertical_alignment="bottom", key="library-search"):
        text = st.text_input(
            "Search",
            type="search",
            key="library:text",
            placeholder="Words of a title, description, prompt or tag",
            icon=":material/search:",
            width=420,
        )
        persona = choice(
            "Persona", "persona", there.personas, lambda key: people.get(key, "No one")
        )
        with st.popover("More filters", icon=":material/filter_list:"):
            more = _more(there)
        if _set() and st.button("Clear", type="tertiary", icon=":material/close:"):
            state.forget("library:f:")
            st.session_state.pop("library:text", None)
            st.rerun()
    return AssetQuery(
        text=text or "",
        persona_id=persona,
        board_id=place.board.id if place.board else None,
        favourite=True if place.name == "favourites" else None,
        trashed=place.name == "trash",
        inputs=place.name == "inputs",
        limit=PAGE,
        **more,
    )


def choice(
    label: str, name: str, counts: Mapping[str, int], said: Callable[[str], str]
) -> str | None:
    """One value or any; values nobody has are not offered. None stands for any."""
    options = ["", *(value for value in counts if value)]
    kept = st.session_state.get(f"library:f:{name}")
    if kept and kept not in options:
        options.append(kept)
    return (
        st.selectbox(
            label,
            options,
            format_func=lambda value: (
                f"{said(value)} ({counts.get(value, 0):,})" if value else "Any"
            ),
            key=f"library:f:{name}",
            width=210,
        )
        or None
    )


def _more(there: Facets) -> dict[str, object]:
    kind = choice("Kind", "kind", there.kinds, lambda value: KINDS.get(value, value))
    origin = choice("Origin", "origin", there.origins, lambda v: words.ORIGIN[Origin(v)].label)
    ratings = {**there.ratings, UNRATED: there.ratings.get("", 0)}
    rating = choice("Rating", "rating", ratings, _rating)
    model = choice("Model", "model", there.models, str)
    tag = choice("Tag", "tag", there.tags, str)
    used = st.selectbox(
        "Use",
        ["", *USED],
        key="library:f:used",
        format_func=lambda value: value or "Used or not",
        width=210,
    )
    added = st.date_input("Added between", value=(), key="library:f:added", width=210)
    since, until = _days(added if isinstance(added, tuple) else (added,))
    return {
        "kind": AssetKind(kind) if kind else None,
        "origin": Origin(origin) if origin else None,
        "rating": Rating(rating) if rating and rating != UNRATED else None,
        "unrated": rating == UNRATED,
        "model": model,
        "tag": tag,
        "used": USED[used] if used else None,
        "since": since,
        "until": until,
    }


def _rating(value: str) -> str:
    return "Not rated" if value == UNRATED else RATING_WORDS[Rating(value)]


def _days(chosen: Sequence[object]) -> tuple[datetime | None, datetime | None]:
    """From the first day's beginning to the last day's end, in UTC."""
    if not chosen:
        return None, None
    days = [datetime.combine(day, time(), UTC) for day in chosen]  # type: ignore[arg-type]
    return days[0], days[-1] + timedelta(days=1) if len(days) > 1 else None


def _set() -> bool:
    names = [str(key) for key in st.session_state if str(key).startswith("library:f:")]
    return any(
        st.session_state[name] for name in (*names, "library:text") if name in st.session_state
    )
