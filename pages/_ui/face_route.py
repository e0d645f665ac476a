"""How the persona's face is kept in a picture: the way that is taken, why, and another choice."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from gator_engine.domain.identity_routes import RECIPE_KEY, Route, RoutePlan
from gator_engine.errors import InvalidInput
from pages._ui import cards, forms
from pages._ui.icons import icon

_SYMBOLS = {
    Route.EDITING: "photo_library",
    Route.LORA: "school",
    Route.ADAPTER: "tune",
    Route.WORDS: "notes",
}
_SHORT = {
    Route.EDITING: "Show the reference pictures",
    Route.LORA: "Use its LoRA",
    Route.ADAPTER: "Steer by an IP-Adapter",
    Route.WORDS: "Words alone",
}
_HELP = (
    "The best way there is: an editing model that sees the reference pictures, else the persona's"
    " LoRA, else an IP-Adapter. Words alone describe a face and do not keep it."
)


def choose(key: str) -> Route | None:
    """The way a person insists on; None for the best there is."""
    chosen = st.selectbox(
        "Keeping the face",
        ["", *Route],
        format_func=lambda route: _SHORT[Route(route)] if route else "The best way there is",
        key=key,
        help=_HELP,
    )
    return Route(chosen) if chosen else None


def recipe(route: Route | None) -> dict[str, object]:
    """What a brief's recipe says about it."""
    return {RECIPE_KEY: route.value} if route else {}


def show(plan: Callable[[], RoutePlan | None]) -> None:
    """The way that will be taken and its reason, or why it cannot be."""
    try:
        found = plan()
    except InvalidInput as error:
        for problem in error.problems:
            forms.complain(problem)
        return
    if found is None:
        return
    tone = "quiet" if found.route is Route.WORDS else "good"
    cards.html(
        f'<div class="g-state {tone}">{icon(_SYMBOLS[found.route])}'
        f" {escape(found.route.label)}</div>"
        f'<div class="g-soft">{escape(found.reason)}</div>'
    )
    for note in found.notes:
        cards.html(f'<div class="g-warning">{escape(note)}</div>')
