"""The history of a persona: its revisions, what two of them differ in, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from gator_engine.domain.persona_diff import diff, summary
from gator_engine.domain.personas import Persona, PersonaProfile, PersonaRevision
from gator_engine.errors import InvalidInput
from gator_engine.services.previews import Output, Scene
from pages._ui import cards, forms, persona_results, words
from pages._ui.commands import attempt
from pages._ui.field_links import Links
from pages._ui.persona_voice import findings
from pages._ui.session import my_zone, studio
from pages._ui.state import plain

A_PAGE = 10
VOICES = 4


def show(persona: Persona, links: Links) -> None:
    """Every revision, newest first, and two or more of them side by side; `links` lead from the
    pieces of a prompt to the fields of the form."""
    revisions = list(studio().personas.revisions(persona.id))
    if len(revisions) > 1:
        with st.expander("Compare two revisions", icon=":material/compare:"):
            _compare(revisions, links)
    with st.expander("Voice bench: one topic, several revisions", icon=":material/forum:"):
        _bench(revisions)
    most = st.session_state.setdefault(f"history:{persona.id}", A_PAGE)
    for number, revision in enumerate(revisions[:most]):
        earlier = revisions[number + 1] if number + 1 < len(revisions) else None
        _revision(persona, revision, earlier)
    if len(revisions) > most and st.button("Earlier revisions", key="history-more"):
        st.session_state[f"history:{persona.id}"] = most + A_PAGE
        st.rerun()


def _revision(persona: Persona, revision: PersonaRevision, earlier: PersonaRevision | None) -> None:
    current = revision.id == persona.revision.id
    with st.container(key=f"card-revision-{revision.id}"):
        st.markdown(
            f"**Revision {revision.number}** · {plain(revision.reason)}"
            + (" · :green-badge[:material/check: current]" if current else "")
        )
        st.caption(f"{words.when(revision.created_at, my_zone())} · by {plain(revision.author)}")
        if earlier is not None:
            changes(earlier.profile, revision.profile)
        if not current and st.button(
            "Restore this", key=f"restore-{revision.id}", icon=":material/history:"
        ):
            attempt(
                partial(studio().personas.restore_revision, revision.id, persona.version),
                done=f"Revision {revision.number} is current again.",
            )


def changes(before: PersonaProfile, after: PersonaProfile) -> None:
    """What differs between two profiles, a line each."""
    said = summary(diff(before, after)) or ("Nothing differs.",)
    rows = "".join(f"<li>{escape(line)}</li>" for line in said)
    cards.html(f'<ul class="g-changes">{rows}</ul>')


def _compare(revisions: Sequence[PersonaRevision], links: Links) -> None:
    """The difference of two revisions, and the same brief and seed under both."""
    by_number = {revision.number: revision for revision in revisions}
    left, right = st.columns(2)
    numbers = list(by_number)
    before = left.selectbox("From revision", numbers, index=1, key="compare:before")
    after = right.selectbox("To revision", numbers, index=0, key="compare:after")
    old, new = by_number[before], by_number[after]
    changes(old.profile, new.profile)
    st.markdown("**The same brief under both**")
    scene = _scene(old.profile, new.profile)
    try:
        outputs = studio().previews.compare(old.id, new.id, scene)
    except InvalidInput as error:
        for problem in error.problems:
            forms.complain(problem)
        return
    for column, output in zip(st.columns(2), outputs, strict=True):
        with column:
            _output(output, links)
    persona_results.compare(old, new, scene)


def _scene(old: PersonaProfile, new: PersonaProfile) -> Scene:
    left, right = st.columns([3, 1])
    prompt = left.text_input("Brief", "portrait, looking at us", key="compare:brief")
    seed = right.number_input("Seed", 0, value=7, step=1, key="compare:seed")
    worn = [{outfit.context for outfit in one.appearance.wardrobe} for one in (old, new)]
    both = sorted(filter(None, worn[0] & worn[1]))
    outfit = st.pills("Outfit", both, key="compare:outfit") if both else None
    return Scene(prompt.strip() or "portrait", outfit or "", seed=int(seed))


def _output(output: Output, links: Links) -> None:
    st.markdown(f"Revision {output.revision.number}")
    total = len(output.prompt.fragments) + len(output.prompt.negative)
    if output.own:
        cards.fragments(output.own, links)
    same = total - len(output.own)
    cards.html(f'<div class="g-soft">{same} of {total} pieces are the same in both.</div>')
    cards.html(
        f'<div class="g-preview"><div class="words">{escape(output.caption.text)}</div></div>'
    )
    if output.told:
        rows = "".join(f"<li>{escape(line)}</li>" for line in output.told)
        cards.html(
            '<div class="g-eyebrow">Told to the caption writer</div>'
            f'<ul class="g-changes">{rows}</ul>'
        )
    with st.expander("Whole prompt"):
        st.text(output.prompt.text)


def _bench(revisions: Sequence[PersonaRevision]) -> None:
    """One topic in the voices of several revisions."""
    by_number = {revision.number: revision for revision in revisions}
    topic = st.text_input("Topic", "a small win today", key="bench:topic")
    chosen = st.multiselect(
        "Revisions",
        list(by_number),
        default=list(by_number)[:2],
        max_selections=VOICES,
        key="bench:revisions",
    )
    if not chosen or not topic.strip():
        return
    rows = studio().writing.bench(topic, revision_ids=[by_number[one].id for one in chosen], seed=7)
    for column, row in zip(st.columns(min(2, len(rows))) * 2, rows, strict=False):
        with column:
            st.markdown(f"Revision {row.revision.number}")
            cards.html(
                f'<div class="g-preview"><div class="words">{escape(row.caption.text)}</div></div>'
            )
            findings(row.findings)
