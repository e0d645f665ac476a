"""The history of a persona: what each revision changed, and the way back to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import partial

import streamlit as st

from gator_engine.domain.personas import Persona
from pages._ui import cards, words
from pages._ui.commands import attempt
from pages._ui.session import my_zone, studio
from pages._ui.state import plain


def show(persona: Persona) -> None:
    """Every revision, newest first."""
    revisions = list(studio().personas.revisions(persona.id))
    zone = my_zone()
    for number, revision in enumerate(revisions):
        current = revision.id == persona.revision.id
        with st.container(key=f"card-revision-{revision.id}"):
            st.markdown(
                f"**Revision {revision.number}** · {plain(revision.reason)}"
                + (" · :green-badge[:material/check: current]" if current else "")
            )
            st.caption(f"{words.when(revision.created_at, zone)} · by {plain(revision.author)}")
            if number + 1 < len(revisions):
                cards.facts(dict(changes(revisions[number + 1].profile, revision.profile)))
            if not current and st.button(
                "Restore this", key=f"restore-{revision.id}", icon=":material/history:"
            ):
                attempt(
                    partial(studio().personas.restore_revision, revision.id, persona.version),
                    done=f"Revision {revision.number} is current again.",
                )


def changes(old: object, new: object, path: str = "") -> Iterator[tuple[str, str]]:
    """(field, "before → after") for every field that differs."""
    if is_dataclass(old) and is_dataclass(new) and type(old) is type(new):
        for spec in fields(old):
            deeper = f"{path} · {spec.name}" if path else spec.name.capitalize()
            yield from changes(getattr(old, spec.name), getattr(new, spec.name), deeper)
    elif old != new:
        yield path.replace("_", " "), f"{_said(old)} → {_said(new)}"


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_said(item) for item in value) or "nothing"
    if is_dataclass(value):
        return " ".join(str(getattr(value, spec.name)) for spec in fields(value)[:2])
    return str(value) if value not in ("", None) else "nothing"
