"""Personas as files: taken out in four forms, and brought in with a report before they are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape

import streamlit as st

from gator_engine.domain.personas import Persona
from gator_engine.errors import FieldProblem, InvalidInput
from gator_engine.ports import Outcome, ReportLine
from gator_engine.services.portability import ImportDraft
from pages._ui import cards, forms, shell, state
from pages._ui.commands import attempt
from pages._ui.session import studio

_DRAFT = "import:draft"
_FORM = "import"
_OUTCOMES = {
    Outcome.TAKEN: ("check_circle", "Taken over"),
    Outcome.CHANGED: ("edit", "Changed"),
    Outcome.IGNORED: ("block", "Left out"),
}


def export(persona: Persona) -> None:
    """The forms a persona can be taken out in; each file is made when it is asked for."""
    files = studio().portability
    accepted = [image.asset_id for image in studio().identity.references(persona.id).accepted]
    roles = dict.fromkeys(accepted, "reference")
    with st.popover("Export", icon=":material/download:"):
        _file(
            "Character sheet",
            partial(studio().sheets.draw, persona.id),
            f"{persona.handle}-sheet.png",
            "image/png",
        )
        _file(
            "Everything, as one file",
            partial(files.export_archive, persona.id, roles),
            f"{persona.handle}.zip",
            "application/zip",
        )
        _file(
            "Profile as YAML",
            partial(files.export_text, persona.id, "yaml"),
            f"{persona.handle}.yaml",
            "application/yaml",
        )
        for version in (3, 2):
            _file(
                f"Character Card V{version}",
                partial(_card, persona, version),
                f"{persona.handle}-card-v{version}.png",
                "image/png",
            )
        st.caption(
            "The card's picture is the first accepted reference that shows nobody real, else the"
            " character sheet."
        )


def _file(label: str, data: object, name: str, mime: str) -> None:
    st.download_button(
        label,
        data,  # type: ignore[arg-type]
        file_name=name,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        key=f"export-{name}",
    )


def _card(persona: Persona, version: int) -> bytes:
    # A card cannot say that a real person is shown, nor to what they agreed.
    found = studio().identity.references(persona.id).accepted
    accepted = [image for image in found if image.likeness is None]
    if accepted:
        picture = studio().library.read(accepted[0].asset_id)
    else:
        picture = studio().sheets.draw(persona.id)
    return studio().portability.export_card(persona.id, picture, version)


def bring_in() -> None:
    """A file is read, what it would become is shown, and it is kept when a person says so."""
    shell.heading("Bring in a persona", "A file of Gator, or a Character Card of another tool.")
    if st.button("All personas", type="tertiary", icon=":material/arrow_back:"):
        state.link(new=None)
        st.rerun()
    file = st.file_uploader("A persona as a file", type=["zip", "yaml", "yml", "json", "png"])
    if file is None:
        st.session_state.pop(_DRAFT, None)
        return
    try:
        draft = _read(file.file_id, file.name, file.getvalue())
    except InvalidInput as error:
        for problem in error.problems:
            forms.complain(problem)
        return
    shell.chapter("What it would become", f"Read as {draft.format}; nothing is kept yet.")
    _preview(draft)
    filled = _missing(draft)
    if st.button("Keep as a new persona", type="primary", icon=":material/check:"):
        attempt(
            lambda: studio().portability.accept(filled()),
            done="It is one of your personas now.",
            form=_FORM,
            then=_opened,
        )


def _read(file_id: str, name: str, data: bytes) -> ImportDraft:
    """The draft of a file, read once for each upload."""
    kept = st.session_state.get(_DRAFT)
    if kept is None or kept[0] != file_id:
        forms.clear(_FORM)
        kept = (file_id, studio().portability.read(data, name))
        st.session_state[_DRAFT] = kept
    draft: ImportDraft = kept[1]
    return draft


def _opened(persona: Persona) -> None:
    st.session_state.pop(_DRAFT, None)
    state.link(new=None, persona=persona.id)


def _preview(draft: ImportDraft) -> None:
    if draft.profile is not None:
        with st.container(key="card-import"):
            cards.html(cards.person(draft.profile, f"{draft.profile.identity.age}", cover=True))
            cards.html(f'<div class="g-soft">{escape(draft.profile.identity.bio)}</div>')
    if draft.images:
        cards.html(f'<div class="g-soft">{len(draft.images)} pictures come along.</div>')
    for outcome, (symbol, label) in _OUTCOMES.items():
        lines = [line for line in draft.report if line.outcome is outcome]
        if lines:
            with st.expander(f"{label} ({len(lines)})", icon=f":material/{symbol}:"):
                _report(lines)


def _report(lines: Sequence[ReportLine]) -> None:
    rows = (f"<li>{escape(_line(line))}</li>" for line in lines)
    cards.html(f'<ul class="g-changes">{"".join(rows)}</ul>')


def _line(line: ReportLine) -> str:
    target = f" → {line.target}" if line.target and line.target != line.source else ""
    return f"{line.source}{target}{f': {line.note}' if line.note else ''}"


def _missing(draft: ImportDraft) -> Callable[[], ImportDraft]:
    """Fields for what stands in the way; returns how to fill them in."""
    values: dict[str, object] = {}
    for problem in draft.problems:
        forms.complain(problem)
        values[problem.field] = _ask(problem)
    return lambda: studio().portability.fill(draft, values) if values else draft


def _ask(problem: FieldProblem) -> object:
    label = problem.field.replace(".", " · ").replace("_", " ").capitalize()
    if problem.field == "identity.age":
        return int(st.number_input(label, value=25, step=1, key=f"{_FORM}:{problem.field}"))
    return st.text_input(label, key=f"{_FORM}:{problem.field}")
