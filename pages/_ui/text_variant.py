"""One written variant: editable, with its counters and findings, and what one can do with it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from gator_engine.domain.carousels import Outline
from gator_engine.domain.posts import Post
from gator_engine.domain.ratings import RatedKind, variant_id
from gator_engine.domain.writing import TextKind, TextPart, TextVariant, Writing
from pages._ui import cards, state, text_rating
from pages._ui.commands import attempt
from pages._ui.icons import icon
from pages._ui.session import studio

POSTED = (TextKind.CAPTION, TextKind.HOOK, TextKind.TRANSLATION)
OUTLINED = {TextKind.THREAD: "Open the thread", TextKind.CAROUSEL: "Open the carousel"}
# Kinds whose whole text is no post, so that no platform's length applies to it.
UNMEASURED = (TextKind.THREAD, TextKind.SCRIPT, TextKind.HASHTAGS, TextKind.ALT_TEXT)


def show(writing: Writing, number: int, variant: TextVariant) -> None:
    """The variant with everything that is known about it."""
    kind = writing.draft.kind
    if variant.error:
        _eyebrow(number)
        st.text(variant.error)
        return
    text = _text(writing, number, variant)
    edited = text != variant.text
    _counters(text, writing, edited=edited)
    if variant.alt_text and kind is TextKind.CAPTION:
        cards.html(f'<div class="g-soft">Alt text: {escape(variant.alt_text)}</div>')
    if not edited:
        _notes("flag", variant.flags)
    _notes("record_voice_over", _again(text, writing) if edited else variant.findings)
    _signature(variant)
    text_rating.choose(RatedKind.VARIANT, variant_id(writing.id, number))
    _actions(writing, number, text)


def _eyebrow(number: int) -> None:
    cards.html(f'<div class="g-eyebrow">Version {number + 1}</div>')


def _text(writing: Writing, number: int, variant: TextVariant) -> str:
    """Its words: to edit where they become a post, to copy where they go elsewhere."""
    kind = writing.draft.kind
    if kind in POSTED:
        key = f"variant:{writing.id}:{number}"
        return st.text_area(f"Version {number + 1}", variant.text, height=190, key=key)
    _eyebrow(number)
    if variant.title:
        st.markdown(f"**{state.plain(variant.title)}**")
    if variant.parts:
        parts(variant.parts)
    else:
        st.code(variant.text, language=None, wrap_lines=True)
    if kind is TextKind.CAROUSEL and variant.text != variant.title:
        cards.html(f'<div class="g-soft">Post that goes with it: {escape(variant.text)}</div>')
    return variant.text


def parts(shown: Sequence[TextPart]) -> None:
    """Posts, slides or scenes, in their order."""
    rows = "".join(
        f"<li>{f'<b>{escape(part.title)}</b>' if part.title else ''}"
        f"<span>{escape(part.text)}</span></li>"
        for part in shown
    )
    cards.html(f'<ol class="g-parts">{rows}</ol>')


def _counters(text: str, writing: Writing, *, edited: bool) -> None:
    """Length as each platform counts it; what is too long as written is told by its flags."""
    if writing.draft.kind in UNMEASURED:
        return
    measures = studio().texts.measures(text, writing.draft.platforms)
    told = [f"{label} {found.used}/{found.limit}" for label, found in measures.items()]
    cards.html(cards.chips(told or [f"{len(text)} characters"]))
    if edited:
        over = [
            f"{found.over} {found.unit} too long for {label}."
            for label, found in measures.items()
            if found.over
        ]
        _notes("flag", over)


def _notes(symbol: str, lines: Sequence[str]) -> None:
    if lines:
        rows = "".join(f"<div>{icon(symbol)} {escape(line)}</div>" for line in lines)
        cards.html(f'<div class="g-warning">{rows}</div>')


def _again(text: str, writing: Writing) -> Sequence[str]:
    persona = studio().personas.get(writing.persona_id)
    found = studio().texts.findings(text, persona.profile, writing.draft.language)
    return [f"{one.message[:1].upper()}{one.message[1:]}. {one.fix}" for one in found]


def _signature(variant: TextVariant) -> None:
    by = "built-in templates" if variant.written_by == "template" else variant.written_by
    if variant.input_tokens is not None and variant.output_tokens is not None:
        by = f"{by} · {variant.input_tokens} tokens in, {variant.output_tokens} out"
    elif variant.written_by != "template":
        by = f"{by} · it did not say how many tokens it took"
    cards.html(f'<div class="g-soft">By {escape(by)}</div>')


def _actions(writing: Writing, number: int, text: str) -> None:
    draft, name = writing.draft, f"use-{writing.id}-{number}"
    if draft.kind in POSTED and st.button("Use in a post", key=name, icon=":material/send:"):
        to_post(draft.persona_id, text, draft.language, like=variant_id(writing.id, number))
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


def to_post(persona_id: str, text: str, language: str, like: str) -> None:
    """Start a post with these words, rated as the text `like`, and open it in the composer."""

    def remember(post: Post) -> None:
        st.session_state["_open_post"] = post.id

    attempt(
        lambda: studio().composing.draft(persona_id, text, language=language or "en", like=like),
        done="Saved as a draft.",
        then=remember,
    )
