"""Create, the words: ask for any kind of text, watch the variants grow, use one."""

from __future__ import annotations

from collections.abc import Sequence
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
from pages._ui import brief_form, cards, carousel_editor, forms, shell, state
from pages._ui.commands import attempt
from pages._ui.errors import boundary
from pages._ui.session import studio
from pages._ui.text_variant import show as show_variant

FORM = "text"
REFRESH = timedelta(seconds=1)
TEMPLATE = "template"
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
    TextKind.THREAD: "Posts",
    TextKind.CAROUSEL: "Slides",
    TextKind.SCRIPT: "Scenes",
    TextKind.HASHTAGS: "Hashtags",
}
SOURCES = {
    TextKind.THREAD: ("Your own lines", "A post in each line. The templates need them."),
    TextKind.CAROUSEL: ("Your own lines", "A slide in each line: title | text."),
    TextKind.TRANSLATION: ("Text to translate", None),
    TextKind.HASHTAGS: ("Text they go with", None),
}
PICTURED = (TextKind.CAPTION, TextKind.ALT_TEXT)
WITHOUT_TOPIC = (TextKind.ALT_TEXT, TextKind.TRANSLATION)
TEMPLATES_CAN = (
    "The built-in templates write captions, hooks, hashtags and alt text, and set your own lines as"
    " a thread or carousel. Scripts and translations need a language model."
)


def page(people: Sequence[Persona]) -> None:
    """The brief on the left and what is written on the right; or the opened carousel, alone."""
    outline, writing = state.linked("outline"), state.linked("writing")
    if outline:
        carousel_editor.edit(outline)
        return
    left, right = st.columns([1, 2], gap="large")
    with left:
        with st.container(key="card-text-brief"):
            persona = brief_form.choose_persona(people, state.linked("persona"))
            _brief(persona)
        _earlier(persona)
    with right:
        if writing:
            _writing(writing)
        else:
            shell.empty(
                "edit_note",
                "Nothing written yet",
                "Choose what you need and say what it is about. Several versions appear here.",
                key="texts",
            )


def _brief(persona: Persona) -> None:
    kind = TextKind(
        st.pills(
            "Write", list(KINDS), format_func=KINDS.__getitem__, default=TextKind.CAPTION,
            required=True, key=f"{FORM}:kind",
        )
    )  # fmt: skip
    topic, source, picture = _subject(kind)
    writer = _writer()
    platforms = _platforms()
    variants, count, language = _amounts(kind, persona)
    if st.button("Write", type="primary", icon=":material/edit_note:", key="write-text"):
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


def _subject(kind: TextKind) -> tuple[str, str, str]:
    """What it is about, the text it starts from, and the picture it goes with."""
    topic = source = picture = ""
    if kind not in WITHOUT_TOPIC:
        topic = forms.area(FORM, "topic", "What it is about", "", height=80)
    if kind in SOURCES:
        label, told = SOURCES[kind]
        source = forms.area(FORM, "source", label, "", height=110, help=told)
    if kind in PICTURED:
        picture = forms.area(FORM, "picture", "What the picture shows", "", height=68)
    if kind in WITHOUT_TOPIC:
        forms.mark(FORM, "topic")
    return topic, source, picture


def _amounts(kind: TextKind, persona: Persona) -> tuple[int, int, str]:
    """How many versions, how many parts each has (0 leaves it to the writer), in which language."""
    left, right = st.columns(2)
    with left:
        variants = st.number_input("Versions", 1, 6, 3, key=f"{FORM}:variants")
        forms.mark(FORM, "variants")
    if kind not in COUNTED:
        with right:
            return int(variants), 0, _language(kind, persona)
    with right:
        count = st.number_input(
            COUNTED[kind], 1, 20, None, placeholder="As it comes", key=f"{FORM}:count:{kind}"
        )
        forms.mark(FORM, "count")
    return int(variants), int(count or 0), _language(kind, persona)


def _language(kind: TextKind, persona: Persona) -> str:
    spoken = list(persona.profile.identity.languages) or ["en"]
    translated = kind is TextKind.TRANSLATION
    typed = st.text_input(
        "Into" if translated else "Language",
        spoken[-1] if translated else spoken[0],
        help="A language code, such as en, de or pt-BR.",
        key=f"{FORM}:language:{persona.id}:{'into' if translated else 'in'}",
    )
    forms.mark(FORM, "language")
    return (typed or "").strip()


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
    start = next((n for n, slug in enumerate(ready) if slug != TEMPLATE), 0)
    chosen = str(
        st.selectbox(
            "Written by",
            ready,
            index=start,
            format_func=lambda slug: infos[slug].label,
            key=f"{FORM}:writer",
        )
    )
    forms.mark(FORM, "writer")
    if chosen == TEMPLATE:
        st.caption(TEMPLATES_CAN)
    if ready == [TEMPLATE]:
        st.page_link(
            "pages/settings.py", label="Set up a language model", icon=":material/settings:"
        )
    return chosen


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
            total, done = writing.draft.variants, sum(each.done for each in writing.variants)
            st.progress(min(1.0, done / total), _how_far(writing, done))
            with st.grid(min_column_width=215, gap=12):
                for number in range(total):
                    growing = writing.variants[number : number + 1]
                    _growing(number, growing[0] if growing else TextVariant())
            if st.button("Stop", key=f"stop-{writing_id}", icon=":material/stop_circle:"):
                attempt(lambda: studio().texts.cancel(writing_id), done="Stopping.")

    grow()


def _how_far(writing: Writing, done: int) -> str:
    if writing.status is not WritingStatus.QUEUED:
        return f"{done} of {writing.draft.variants} ready"
    job = studio().texts.job(writing.id)
    if job is not None and job.error:
        return f"Tries again soon. {state.plain(job.error)}"
    return "Waits for a free worker"


def _growing(number: int, variant: TextVariant) -> None:
    with st.container(key=f"card-growing-{number}"):
        cards.html(f'<div class="g-eyebrow">Version {number + 1}</div>')
        st.text(variant.text or variant.error or "…")


def _finished(writing: Writing) -> None:
    worked = writing.status is WritingStatus.SUCCEEDED
    if not worked:
        st.warning(state.plain(writing.error or "It ended early."), icon=":material/info:")
    # A failed one says above why; its variants would only say it again.
    shown = [(n, v) for n, v in enumerate(writing.variants) if v.text or (v.error and worked)]
    with st.grid(min_column_width=215, gap=12):
        for number, variant in shown:
            with st.container(key=f"card-variant-{number}"):
                show_variant(writing, number, variant)
    again = "Write others" if worked else "Try again"
    if st.button(again, key="again", icon=":material/refresh:"):
        _ask(replace(writing.draft, seed=st.session_state.get(f"{FORM}:seed", 1)))


def _earlier(persona: Persona) -> None:
    writings = studio().texts.list(persona.id, limit=8)
    outlines = studio().carousels.list(persona.id, limit=8)
    if not (writings or outlines):
        return
    with st.expander("Earlier", icon=":material/history:"):
        for outline in outlines:
            name = f"{outline.kind.value.capitalize()}: {outline.title or 'untitled'}"
            if st.button(_short(name), key=f"open-{outline.id}", type="tertiary"):
                state.link(outline=outline.id, writing=None)
                st.rerun()
        for writing in writings:
            asked = writing.draft
            name = f"{KINDS[asked.kind]}: {asked.topic or asked.source or asked.picture}"
            if st.button(_short(name), key=f"open-{writing.id}", type="tertiary"):
                state.link(writing=writing.id, outline=None)
                st.rerun()


def _short(name: str) -> str:
    line = " ".join(name.split())
    return state.plain(line if len(line) <= 48 else f"{line[:47]}…")
