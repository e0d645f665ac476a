"""Where the brief's form keeps what was entered, for those who fill it in from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from gator_engine.domain.briefs import BriefDraft
from gator_engine.domain.capabilities import GeneratorCapabilities, OptionKind, Task
from gator_engine.domain.identity_routes import asked_route

FORM = "brief"
TASK = f"{FORM}:task"
GENERATOR = f"{FORM}:generator"
ROUTE = f"{FORM}:route"
_WAITING = f"_{FORM}:waiting"


def picture_key(option: str) -> str:
    """The state key of the library picture chosen for an option."""
    return f"{FORM}:picture:{option}"


def option_key(generator: str, option: str) -> str:
    """The state key of the widget of one option of a generator."""
    return f"{FORM}:option:{generator}:{option}"


def fill_next(values: Mapping[str, object]) -> None:
    """Put values into the form when the page is drawn next: drawn widgets cannot be changed."""
    st.session_state[_WAITING] = {**st.session_state.get(_WAITING, {}), **values}


def fill_from(draft: BriefDraft, can: GeneratorCapabilities) -> None:
    """Put a whole brief into the form when the page is drawn next."""
    values: dict[str, object] = {
        TASK: can.task,
        f"{GENERATOR}:{can.task}": can.slug,
        f"{FORM}:prompt": draft.prompt,
        f"{FORM}:negative": draft.negative,
        f"{FORM}:styles": [],
        ROUTE: asked_route(draft.recipe) or "",
        f"{FORM}:kind:{can.slug}": draft.kind,
        f"{FORM}:formats:{can.slug}": list(draft.formats),
        f"{FORM}:count": draft.count,
        f"{FORM}:seed": draft.seed,
        f"{FORM}:persona": draft.persona_id,
        f"{FORM}:pillar:{draft.persona_id}": draft.pillar or None,
        f"{FORM}:outfit:{draft.persona_id}": draft.outfit or None,
    }
    values |= {f"{FORM}:texts.{name}": text for name, text in draft.texts.items()}
    for option in can.options:
        given = draft.settings.get(option.name, option.default)
        if option.kind is OptionKind.PICTURE:
            values[picture_key(option.name)] = given
        elif option.kind.typed:
            values[option_key(can.slug, option.name)] = given
    fill_next(values)


def work_on(task: Task, source: str, asset_id: str) -> None:
    """Start a task on a library picture when the page is drawn next."""
    fill_next({TASK: task, picture_key(source): asset_id})


def take_waiting() -> None:
    """Fill in what waits; called before any widget of the form is drawn."""
    for key, value in st.session_state.pop(_WAITING, {}).items():
        st.session_state[key] = value
