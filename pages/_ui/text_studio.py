"""Create, the words: ask for any kind of text, watch the variants grow, use one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import streamlit as st

from gator_engine.domain.personas import Persona
from gator_engine.domain.writing import (
    TextKind,
    TextVariant,
    Writing,
    WritingDraft,
    WritingStatus,
)
from pages._ui import cards, carousel_editor, forms, shell, state
from pages._ui.commands import attempt
from pages._ui.errors import boundary
from pages._ui.session import studio
from pages._ui.text_variant import show as show_variant

FORM = "text"
REFRESH = timedelta(seconds=1)
KINDS = {
    TextKind.CAPTION: "Caption",
    TextKind.HOOK: "Hook",
    TextKind.THREAD: "Thread",
    TextKind.CAROUSEL: "Carousel",
    TextKind.SCRIPT: "Video script",
    TextKind.ALT_TEXT: "Alt text",
    TextKind.HASHTAGS: "Hashtags",
    TextKind.TRANSLATION: "Translation",
}
COUNTED = {
    TextKind.THREAD: "Posts (0 lets the writer choose)",
    TextKind.CAROUSEL: "Slides (0 lets the writer choose)",
    TextKind.SCRIPT: "Scenes (0 lets the writer choose)",
    TextKind.HASHTAGS: "Hashtags (0 lets the writer choose)",
}
SOURCES = {
    TextKind.THREAD: ("Your own lines", "A post in each line. The templates need them."),
    TextKind.CAROUSEL: ("Your own lines", "A slide in each line: title | text."),
    TextKind.TRANSLATION: ("Text to translate", None),
    TextKind.HASHTAGS: ("Text they go with", None),
}


def page(persona: Persona) -> None:
    """The brief on the left; what is written, or the opened carousel, on the right."""
    left, right = st.columns([2, 3], gap="large")
    with left, st.container(key="card-text-brief"):
        _brief(persona)
    with right:
        outline, writing = state.linked("outline"), state.linked("writing")
        if outline:
            carousel_editor.edit(outline)
        elif writing:
            _writing(writing)
        else:
            shell.empty(
                "edit_note",
                "Nothing written yet",
                "Choose what you need and say what it is about. Several versions appear here.",
                key="texts",
            )
    with left:
        _earlier(persona)


def _brief(persona: Persona) -> None:
    kind = st.pills(
        "Write", list(KINDS), format_func=KINDS.__getitem__, default=TextKind.CAPTION,
        required=True, key=f"{FORM}:kind",
    )  # fmt: skip
    topic = forms.area(FORM, "topic", "What it is about", "", height=80)
    source = picture = ""
    if kind in SOURCES:
        label, told = SOURCES[kind]
        source = forms.area(FORM, "source", label, "", height=110, help=told)
    if kind in (TextKind.CAPTION, TextKind.ALT_TEXT):
        picture = forms.area(FORM, "picture", "What the picture shows", "", height=68)
    writer = _writer()
    platforms = _platforms()
    left, right = st.columns(2)
    with left:
        variants = int(st.number_input("Versions", 1, 6, 3, key=f"{FORM}:variants"))
        forms.mark(FORM, "variants")
    with right:
        spoken = list(persona.profile.identity.languages) or ["en"]
        start = spoken[0]
        language = forms.text(FORM, "language", "Language", start, help="Such as en or pt-BR.")
    count = 0
    if kind in COUNTED:
        count = int(st.number_input(COUNTED[kind], 0, 20, 0, key=f"{FORM}:count:{kind}"))
        forms.mark(FORM, "count")
    if st.button("Write", type="primary", icon=":material/edit_note:", key=f"{FORM}:write"):
        draft = WritingDraft(
            persona_id=persona.id,
            kind=kind,
            topic=topic,
            writer=writer,
            variants=variants,
            platforms=platforms,
            language=language,
            source=source,
            picture=picture,
            count=count,
            seed=st.session_state.get(f"{FORM}:seed", 0),
        )
        _ask(draft)
    forms.mark(FORM, "budget", "price")


def _ask(draft: WritingDraft) -> None:
    def opened(writing: Writing) -> None:
        st.session_state[f"{FORM}:seed"] = draft.seed + 1
        state.link(writing=writing.id, outline=None, persona=draft.persona_id)

    attempt(
        lambda: studio().texts.request(draft),
        done="On its way. You can leave this page; nothing is lost.",
        form=FORM,
        then=opened,
    )


def _writer() -> str:
    infos = {info.slug: info for info in studio().writing.writers()}
    ready = [slug for slug, info in infos.items() if not info.missing]
    start = next((n for n, slug in enumerate(ready) if slug != "template"), 0)
    chosen = st.selectbox(
        "Written by",
        ready,
        index=start,
        format_func=lambda slug: infos[slug].label,
        key=f"{FORM}:writer",
    )
    forms.mark(FORM, "writer")
    if len(ready) == 1:
        st.caption("Language models are set up under Settings, Models.")
    return str(chosen)


def _platforms() -> tuple[str, ...]:
    known = {p.capabilities.slug: p.capabilities.label for p in studio().accounts.platforms()}
    mine = sorted({account.platform for account in studio().accounts.list()} & set(known))
    chosen = st.pills(
        "Short enough for",
        list(known),
        selection_mode="multi",
        default=mine,
        format_func=known.__getitem__,
        key=f"{FORM}:platforms",
    )
    return tuple(chosen)


def _writing(writing_id: str) -> None:
    writing = studio().texts.get(writing_id)
    shell.section(KINDS[writing.draft.kind], writing.draft.topic[:200])
    if writing.status.final:
        _finished(writing)
    else:
        _follow(writing_id)


def _follow(writing_id: str) -> None:
    """The variants as they grow, side by side."""

    @st.fragment(run_every=REFRESH)
    def grow() -> None:
        with boundary():
            writing = studio().texts.get(writing_id)
            if writing.status.final:
                st.rerun(scope="app")
            job = studio().texts.job(writing_id)
            done = sum(1 for each in writing.variants if each.done)
            waits = writing.status is WritingStatus.QUEUED
            said = "Waits for a free worker" if waits else f"{done} ready"
            if waits and job is not None and job.error:
                said = f"Tries again soon. {job.error}"
            st.progress(done / writing.draft.variants, said)
            with st.grid(min_column_width=230, gap=12):
                for number in range(writing.draft.variants):
                    growing = writing.variants[number : number + 1]
                    _growing(number, growing[0] if growing else TextVariant())
            if st.button("Stop", key=f"stop-{writing_id}", icon=":material/stop_circle:"):
                attempt(lambda: studio().texts.cancel(writing_id), done="Stopping.")

    grow()


def _growing(number: int, variant: TextVariant) -> None:
    with st.container(key=f"card-growing-{number}"):
        cards.html(f'<div class="g-eyebrow">Version {number + 1}</div>')
        st.text(variant.text or "…")


def _finished(writing: Writing) -> None:
    if writing.status is not WritingStatus.SUCCEEDED:
        st.warning(state.plain(writing.error or "It ended early."), icon=":material/info:")
    shown = [each for each in writing.variants if each.text or each.error]
    with st.grid(min_column_width=250, gap=12):
        for number, variant in enumerate(shown):
            with st.container(key=f"card-variant-{number}"):
                show_variant(writing, number, variant)
    if st.button("Write others", key="again", icon=":material/refresh:"):
        _ask(replace(writing.draft, seed=st.session_state.get(f"{FORM}:seed", 1)))


def _earlier(persona: Persona) -> None:
    writings = studio().texts.list(persona.id, limit=8)
    outlines = studio().carousels.list(persona.id, limit=8)
    if not (writings or outlines):
        return
    with st.expander("Earlier", icon=":material/history:"):
        for outline in outlines:
            name = f"{outline.kind.value.capitalize()}: {outline.title or 'untitled'}"
            if st.button(name[:60], key=f"open-{outline.id}", type="tertiary"):
                state.link(outline=outline.id, writing=None)
                st.rerun()
        for writing in writings:
            name = f"{KINDS[writing.draft.kind]}: {writing.draft.topic or writing.draft.source}"
            if st.button(name[:60], key=f"open-{writing.id}", type="tertiary"):
                state.link(writing=writing.id, outline=None)
                st.rerun()
