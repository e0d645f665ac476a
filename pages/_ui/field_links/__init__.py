"""Links from the pieces of a prompt to the fields they came from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import streamlit as st

from pages._ui import brief_keys, state

FIELD = "field"
_FOLDER = Path(__file__).parent
# Fields whose widgets have keys of their own; "|" stands between the parts around a number.
_KEYS = {
    "identity.age": "age",
    "boundaries.rating": "rating",
    "generation.preset": "preset",
    "generation.loras": "generation.loras[|].trigger_words",
    "generation.triggers": "generation.triggers[|].value",
    "pillars.name": "pillars[|].name",
    "pillars.description": "pillars[|].description",
}
_TABS = {
    "identity": "Identity",
    "appearance": "Appearance",
    "voice": "Voice",
    "pillars": "Content",
    "boundaries": "Boundaries",
    "generation": "Generation",
    "brand": "Brand",
}
_IN_BRIEF = {
    "brief.prompt": f"{brief_keys.FORM}:prompt",
    "brief.negative": f"{brief_keys.FORM}:negative",
}
_IN_SCENE = {"brief.prompt": "live-scene"}


@dataclass(frozen=True)
class Links:
    """Where the pieces of one prompt lead: `page` with its ids, and the `form` of its fields."""

    page: str
    ids: tuple[tuple[str, str], ...]
    form: str = ""
    near: tuple[tuple[str, str], ...] = ()

    def attributes(self, source: str, said: str) -> str:
        """The attributes of the link of a piece from `source`, which people read as `said`."""
        address = f"{self.page}?{urlencode((*self.ids, (FIELD, source)))}"
        facts = {"href": address, "data-field": source, "aria-label": f"Go to {said}"}
        facts |= {f"data-{name}": value for name, value in self.place(source).items()}
        return " ".join(f'{name}="{escape(value, quote=True)}"' for name, value in facts.items())

    def place(self, source: str) -> dict[str, str]:
        """The tab of a field and the class of its widget; empty when it is on another page."""
        near = dict(self.near).get(source)
        if near is not None:
            return {"keys": _classes(near)}
        group = source.partition(".")[0]
        if not self.form or group not in _TABS:
            return {}
        key = f"{self.form}:{_KEYS.get(source, source)}"
        return {"keys": _classes(key), "tab": _TABS[group]}


def of_editor(ids: dict[str, str], form: str) -> Links:
    """The links of a prompt beside the form of a persona."""
    return Links("personas", tuple(ids.items()), form, tuple(_IN_SCENE.items()))


def of_brief(persona_id: str) -> Links:
    """The links of a prompt beside a brief: to the brief's fields, else to the persona's page."""
    return Links("personas", (("persona", persona_id),), "", tuple(_IN_BRIEF.items()))


def listen(links: Links) -> None:
    """Make the links of this page work; a field that the address names is brought into view."""
    named = state.linked(FIELD)
    opened = None
    if named is not None and links.form:
        state.link(**{FIELD: None})
        place = links.place(named)
        opened = {**place, "visit": uuid4().hex} if place else None
    with st.container(key="field-links"):
        _component()(key="field-links-listener", data={"open": opened})


def _classes(key: str) -> str:
    """The class that Streamlit gives a widget of that key, as "prefix|suffix"."""
    plain = "|".join(re.sub(r"[^a-zA-Z0-9_-]", "-", part) for part in key.split("|"))
    return f"st-key-{plain}"


@cache
def _component() -> Any:
    js = (_FOLDER / "links.js").read_text("utf-8")
    return st.components.v2.component("gator_field_links", html="<span></span>", js=js)
