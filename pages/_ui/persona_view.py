"""One persona: the editor in its tabs, with what it does to prompt and caption beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from gator_engine.domain.briefs import Dialect
from gator_engine.domain.personas import Persona, PersonaProfile
from gator_engine.errors import GatorError, InvalidInput
from gator_engine.ports import Caption
from gator_engine.services.previews import Compiled, Scene
from pages._ui import (
    cards,
    field_links,
    forms,
    persona_form,
    persona_generation,
    persona_history,
    persona_look,
    persona_rules_form,
    persona_slots,
    shell,
    state,
)
from pages._ui.field_links import Links
from pages._ui.persona_voice import checker, findings
from pages._ui.session import studio

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_tab_container import TabContainer

DIALECT_WORDS = {Dialect.TAGS: "Tags (SD, SDXL)", Dialect.SENTENCES: "Sentences (FLUX, Qwen)"}
_TABS = ("Identity", "Appearance", "Voice", "Content", "Boundaries", "Generation", "Brand")


def editor(form: str, was: PersonaProfile, persona: Persona | None) -> PersonaProfile:
    """Tabs on the left, what they do to prompt and caption on the right; returns the edit."""
    left, right = st.columns([3, 2], gap="large")
    links = field_links.of_editor(_ids(persona), form)
    with left:
        edited = _tabs(form, was, persona, links)
    with right, st.container(key="well-live"):
        _live(edited, persona, links)
    return edited


def _tabs(form: str, was: PersonaProfile, persona: Persona | None, links: Links) -> PersonaProfile:
    tabs = _rooms(persona)
    with tabs[0]:
        who = persona_form.identity(form, was.identity)
    with tabs[1]:
        if persona and tabs[1].open:
            persona_look.lock(persona)
        looks = persona_form.appearance(form, was.appearance)
        if persona and tabs[1].open:
            persona_look.pictures(persona)
    with tabs[2]:
        writes = persona_form.voice(form, was.voice)
    with tabs[3]:
        themes = persona_rules_form.pillars(form, was.pillars)
        if persona and tabs[3].open:
            persona_slots.weekly(persona)
    with tabs[4]:
        platforms = [info.capabilities for info in studio().accounts.platforms()]
        never = persona_rules_form.boundaries(form, was.boundaries, platforms)
    with tabs[5]:
        makes = persona_generation.generation(form, was.generation)
    with tabs[6]:
        design = persona_rules_form.brand(form, was.brand, _design_choices())
    if persona and tabs[7].open:
        with tabs[7]:
            persona_history.show(persona, links)
    return PersonaProfile(who, looks, writes, themes, never, design, makes)


def _rooms(persona: Persona | None) -> Sequence[TabContainer]:
    """The tabs. Fields are drawn in all of them, or Streamlit would forget what was typed; what
    has to be looked up is drawn in the open one alone.
    """
    if persona is None:
        return st.tabs(list(_TABS), key="new-persona-tabs")
    return st.tabs([*_TABS, "History"], key="persona-tabs", on_change="rerun")


def _design_choices() -> dict[str, tuple[str, ...]]:
    """What a brand may name: what the templates use and the generators on board offer."""
    brands = [template.profile.brand for template in studio().personas.templates()]
    names = ("typeface", "background", "avatar_style")
    found = {name: dict.fromkeys(getattr(brand, name) for brand in brands) for name in names}
    for info in studio().generation.generators():
        for option in info.capabilities.options:
            if option.name in found:
                found[option.name] |= dict.fromkeys(option.choices)
    return {
        name: tuple(sorted(set(values) - {"persona", "auto"})) for name, values in found.items()
    }


def _ids(persona: Persona | None) -> dict[str, str]:
    """What the address says about the persona that is open."""
    return {"persona": persona.id} if persona else {"new": state.linked("new") or ""}


def _live(profile: PersonaProfile, persona: Persona | None, links: Links) -> None:
    shell.section("How it comes out", "Changes as you edit; nothing is saved yet.")
    scene = _scene(profile)
    cards.html('<div class="g-eyebrow">Picture prompt</div>')
    try:
        compiled = studio().previews.compiled(profile, scene)
    except InvalidInput as error:
        for problem in error.problems:
            forms.complain(problem)
    else:
        _prompt(compiled, links)
    field_links.listen(links)
    _sample(profile, persona)


def _scene(profile: PersonaProfile) -> Scene:
    """What the prompt is compiled for: a scene, an outfit of the persona, and a dialect."""
    prompt = st.text_input("Scene", "portrait, looking at us", key="live-scene")
    outfits = [outfit.context for outfit in profile.appearance.wardrobe if outfit.context]
    outfit = st.pills("Outfit", outfits, key="live-outfit") if outfits else None
    dialect = st.segmented_control(
        "For models that read",
        list(Dialect),
        default=Dialect.TAGS,
        required=True,
        format_func=DIALECT_WORDS.__getitem__,
        key="live-dialect",
    )
    return Scene(prompt.strip(), outfit or "", dialect=dialect)


def _prompt(compiled: Compiled, links: Links) -> None:
    cards.html('<div class="g-soft">Each piece leads to the field it came from.</div>')
    cards.prompt(compiled.prompt, links)
    budget = compiled.budget
    if budget is None:
        return
    tone = "g-warning" if budget.beyond else "g-soft"
    cards.html(f'<div class="{tone}">{escape(budget.message)}</div>')


def _sample(profile: PersonaProfile, persona: Persona | None) -> None:
    cards.html('<div class="g-eyebrow">A caption in this voice</div>')
    ideas = [idea for pillar in profile.pillars for idea in pillar.example_ideas]
    topic = ideas[0] if ideas else "a small win today"
    try:
        caption = studio().writing.sample(profile, topic)
    except GatorError as error:
        cards.html(f'<div class="g-soft">No sample: {escape(str(error))}</div>')
        return
    cards.html(
        f'<div class="g-preview"><div class="words">{escape(caption.text)}</div>'
        f'<div class="label">About “{escape(topic)}” · {escape(_writer(caption))}</div></div>'
    )
    findings(studio().personas.voice_findings(caption.text, profile))
    with st.expander("Check a text of your own", icon=":material/spellcheck:"):
        checker(profile, persona)
    with st.expander("Instructions for the caption writer", icon=":material/description:"):
        st.text(studio().personas.compile_voice(profile))


def _writer(caption: Caption) -> str:
    labels = {writer.slug: writer.label for writer in studio().writing.writers()}
    return labels.get(caption.written_by, caption.written_by)
