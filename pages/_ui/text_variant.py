"""One written variant: editable, with its counters and findings, and what one can do with it."""

from __future__ import annotations

from html import escape

import streamlit as st

from gator_engine.domain.carousels import Outline
from gator_engine.domain.posts import Post
from gator_engine.domain.writing import TextKind, TextVariant, Writing
from pages._ui import cards, state
from pages._ui.commands import attempt
from pages._ui.icons import icon
from pages._ui.session import studio

POSTED = (TextKind.CAPTION, TextKind.HOOK, TextKind.TRANSLATION)
OUTLINED = {TextKind.THREAD: "Open the thread", TextKind.CAROUSEL: "Open the carousel"}


def show(writing: Writing, number: int, variant: TextVariant) -> None:
    """The variant with everything that is known about it."""
    key = f"variant:{writing.id}:{number}"
    if variant.error:
        cards.html(f'<div class="g-eyebrow">Version {number + 1}</div>')
        st.text(variant.error)
        return
    if variant.parts:
        _parts(number, variant)
        text = variant.text
    else:
        text = st.text_area(f"Version {number + 1}", variant.text, height=190, key=key)
    _counters(text, writing)
    if variant.alt_text and writing.draft.kind is TextKind.CAPTION:
        cards.html(f'<div class="g-soft">Alt text: {escape(variant.alt_text)}</div>')
    findings = variant.findings if text == variant.text else _again(text, writing)
    for symbol, lines in (("flag", variant.flags), ("record_voice_over", findings)):
        rows = (f"<div>{icon(symbol)} {escape(line)}</div>" for line in lines)
        cards.html(f'<div class="g-soft">{"".join(rows)}</div>')
    _signature(variant)
    _actions(writing, number, text)


def _parts(number: int, variant: TextVariant) -> None:
    cards.html(f'<div class="g-eyebrow">Version {number + 1}</div>')
    if variant.title:
        st.markdown(f"**{state.plain(variant.title)}**")
    rows = "".join(
        f"<li>{f'<b>{escape(part.title)}</b> ' if part.title else ''}{escape(part.text)}</li>"
        for part in variant.parts
    )
    cards.html(f'<ol class="g-parts">{rows}</ol>')


def _counters(text: str, writing: Writing) -> None:
    """Length as each platform counts it; a thread's posts are measured one by one elsewhere."""
    if writing.draft.kind in (TextKind.THREAD, TextKind.SCRIPT, TextKind.HASHTAGS):
        return
    measures = studio().texts.measures(text, writing.draft.platforms)
    told = [f"{label} {found.used}/{found.limit}" for label, found in measures.items()]
    over = [label for label, found in measures.items() if found.over]
    cards.html(cards.chips(told or [f"{len(text)} characters"]))
    if over:
        said = f"Too long for {', '.join(over)}."
        cards.html(f'<div class="g-problem" role="alert">{icon("error")} {escape(said)}</div>')


def _again(text: str, writing: Writing) -> tuple[str, ...]:
    persona = studio().personas.get(writing.persona_id)
    found = studio().texts.findings(text, persona.profile, writing.draft.language)
    return tuple(f"{one.message[:1].upper()}{one.message[1:]}. {one.fix}" for one in found)


def _signature(variant: TextVariant) -> None:
    by = "built-in templates" if variant.written_by == "template" else variant.written_by
    if variant.input_tokens is not None and variant.output_tokens is not None:
        by = f"{by} · {variant.input_tokens} tokens in, {variant.output_tokens} out"
    elif variant.written_by != "template":
        by = f"{by} · tokens not told"
    cards.html(f'<div class="g-soft">By {escape(by)}</div>')


def _actions(writing: Writing, number: int, text: str) -> None:
    draft, name = writing.draft, f"use-{writing.id}-{number}"
    if draft.kind in POSTED and st.button("Use in a post", key=name, icon=":material/send:"):
        _use(draft.persona_id, text, draft.language)
    if draft.kind in OUTLINED and st.button(
        OUTLINED[draft.kind], key=name, icon=":material/view_carousel:"
    ):
        attempt(
            lambda: studio().carousels.from_writing(writing.id, number),
            done="Ready to edit.",
            then=_opened,
        )


def _opened(outline: Outline) -> None:
    state.link(outline=outline.id, writing=None)


def _use(persona_id: str, text: str, language: str) -> None:
    def remember(post: Post) -> None:
        st.session_state["_open_post"] = post.id

    attempt(
        lambda: studio().composing.draft(persona_id, text, language=language or "en"),
        done="Saved as a draft.",
        then=remember,
    )
