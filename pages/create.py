"""Create: a brief on the left; what comes of it on the right. Pictures and words, a side each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gator_engine.domain.assets import Asset
from gator_engine.domain.briefs import BriefDraft
from gator_engine.domain.personas import Persona
from gator_engine.errors import InvalidInput
from pages._ui import (
    brief_form,
    cards,
    create_side,
    face_route,
    field_links,
    forms,
    grid_form,
    grid_view,
    results,
    shell,
    state,
    text_studio,
)
from pages._ui.brief_keys import FORM
from pages._ui.session import studio

MOST = 8


def brief(persona: Persona) -> BriefDraft | None:
    """The form, and the two things one can ask for."""
    draft = brief_form.fill_in(persona)
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button(
            "Make pictures", type="primary", icon=":material/auto_awesome:", disabled=draft is None
        )
        if asked and draft is not None:
            results.make(draft)
        compare = st.button("Compare settings", icon=":material/grid_view:", disabled=draft is None)
        if compare and draft is not None:
            grid_form.ask(draft, brief_form.capabilities(draft))
        if st.button("Write captions", icon=":material/edit_note:"):
            results.ask_for_captions(draft.prompt if draft else "")
    forms.mark(FORM, "topic")
    return draft


def compiled(draft: BriefDraft) -> None:
    """The prompt as the generator will get it, always in sight."""
    with st.container(key="well-prompt"):
        shell.section("Compiled prompt", "Each piece says where it comes from.")
        if not brief_form.capabilities(draft).uses_prompt:
            st.caption("A designed card is set from your words and the brand; models get this.")
        face_route.show(lambda: studio().generation.route(draft))
        try:
            links = field_links.of_brief(draft.persona_id)
            cards.prompt(studio().generation.compile(draft), links)
            field_links.listen(links)
        except InvalidInput as error:
            for problem in error.problems:
                forms.complain(problem)


def made() -> list[Asset]:
    """Progress or results of the generations (or the grid) that the address names."""
    grid, opened = state.linked("grid"), state.linked("generation")
    if grid:
        grid_view.show(grid)
    if grid or not opened:
        return []
    shell.section("Pictures")
    found = [studio().generation.get(one) for one in opened.split(",")[:MOST]]
    return [asset for one in found for asset in results.pictures(one)]


def pictures(people: Sequence[Persona]) -> None:
    """The brief for pictures (and captions to go with them), and its results."""
    left, right = st.columns([2, 3], gap="large")
    with left, st.container(key="card-brief"):
        chosen = brief_form.choose_persona(people, state.linked("persona"))
        wanted = brief(chosen)
    with right:
        shown = made()
        caption = results.captions(chosen)
        if shown or caption:
            if st.button("Send to a post", type="primary", icon=":material/send:"):
                results.to_post(chosen, caption, shown)
            forms.mark("post", "text", "media", "rating")
        if wanted is not None:
            compiled(wanted)
        if not (shown or caption or state.linked("generation") or state.linked("grid")):
            said = "Fill in the brief, then make pictures or write captions. Both appear here."
            shell.empty("auto_awesome", "Nothing made yet", said, key="results")


results.leave_for_post()
shell.heading("Create", "Say what it is about; the persona brings the look and the voice.")
everyone = studio().personas.list()
if not everyone:
    place = shell.empty(
        "face", "There is nobody to create for yet", "A brief starts from a persona.", key="create"
    )
    place.page_link("pages/personas.py", label="Create a persona", icon=":material/add:")
    st.stop()
if create_side.choose() == create_side.WORDS:
    text_studio.page(everyone)
else:
    pictures(everyone)
