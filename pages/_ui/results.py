"""What a brief gave: pictures and captions, and the way from there to a post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from gator_engine.domain.assets import Asset
from gator_engine.domain.briefs import BriefDraft, Generation, GenerationStatus
from gator_engine.domain.dynamic_prompts import is_dynamic
from gator_engine.domain.personas import Persona
from gator_engine.domain.posts import Post, PostMedia
from gator_engine.ports import Caption
from pages._ui import cards, job_status, result_actions, shell, state, words
from pages._ui.brief_keys import FORM
from pages._ui.commands import attempt
from pages._ui.session import studio

VARIANTS = 3


def pictures(generation: Generation) -> list[Asset]:
    """The generation's progress or results; returns the pictures that are ticked."""
    if not generation.status.final:
        job_status.watch(generation.id)
        return []
    if generation.status is not GenerationStatus.SUCCEEDED:
        _ended_without(generation)
        return []
    for note in _notes(generation):
        st.warning(str(note), icon=":material/info:")
    return _grid(generation)


def _notes(generation: Generation) -> Sequence[object]:
    notes = generation.parameters.get("notes", ())
    return notes if isinstance(notes, list | tuple) else ()


def _ended_without(generation: Generation) -> None:
    words.badge(words.GENERATION[generation.status])
    st.markdown(state.plain(generation.error or "It ended without a result."))
    if st.button("Try again", key=f"again-{generation.id}", icon=":material/refresh:"):
        _again(generation)


def _grid(generation: Generation) -> list[Asset]:
    found = studio().library.many(generation.asset_ids)
    taken = []
    with st.grid(min_column_width=190, gap=14):
        for number, asset in enumerate(found):
            with st.container(key=f"result-{asset.id}"):
                cards.picture(asset)
                if st.checkbox("Use in the post", value=number == 0, key=f"use-{asset.id}"):
                    taken.append(asset)
                result_actions.menu(asset, generation)
    made = found[0].provenance.label if found else ""
    seconds = generation.timings_s.get("total_s")
    took = f" in {seconds:.1f} s" if seconds else ""
    st.caption(f"{made}{took} · seed {generation.seed}. Stored in the library.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Make it again", key=f"again-{generation.id}", icon=":material/refresh:"):
            _again(generation)
        if found:
            st.page_link(
                "pages/library.py",
                label="Open in the library",
                icon=":material/photo_library:",
                query_params={"asset": found[0].id},
            )
    return taken


def _again(generation: Generation) -> None:
    attempt(
        lambda: studio().generation.again(generation.id),
        done=_asked_again(generation),
        then=lambda fresh: state.link(generation=fresh.id),
    )


def _asked_again(generation: Generation) -> str:
    """What to expect of it: the same picture, or what is not as it was."""
    changed = studio().provenance.differences(generation.id)
    if not changed:
        return "Asked for again, with the same brief and seed."
    said = "; ".join(map(str, changed))
    return f"Asked for again. It may come out different: {said}."


def make(draft: BriefDraft) -> None:
    """Ask for pictures; a prompt with choices is asked for once for each picture, by chance."""

    def ask() -> Sequence[Generation]:
        if not is_dynamic(draft.prompt):
            return [studio().generation.request(draft)]
        each = studio().prompts.expand(replace(draft, count=1), draft.count)
        return studio().grids.batch(each)

    attempt(
        ask,
        done="On its way. You can leave this page; nothing is lost.",
        form=FORM,
        then=lambda made: state.link(
            generation=",".join(one.id for one in made), persona=draft.persona_id, grid=None
        ),
    )


def ask_for_captions(topic: str) -> None:
    """Remember the topic; the captions are written where they will stand."""
    st.session_state["captions:topic"] = topic


def _write(persona: Persona, topic: str) -> None:
    """Have captions written before one's eyes, and keep them until others are asked for."""
    number = st.session_state.get("captions:number", 0)
    platforms = {account.platform for account in studio().accounts.list()}
    with st.grid(min_column_width=175, gap=12):
        places = [st.empty() for _ in range(VARIANTS)]

    def show(variant: int, text: str) -> None:
        places[variant].text(text)

    def ask() -> Sequence[Caption]:
        return studio().writing.write(
            persona.id,
            topic,
            variants=VARIANTS,
            platforms=sorted(platforms),
            language=persona.profile.identity.languages[0],
            seed=number,
            on_text=show,
        )

    def keep(found: Sequence[Caption]) -> None:
        st.session_state["captions"] = (persona.id, tuple(found))
        st.session_state["captions:number"] = number + 1
        state.forget("caption:")

    with st.spinner("Writing …"):
        attempt(ask, done=f"{VARIANTS} captions are ready.", form=FORM, then=keep)


def captions(persona: Persona) -> str:
    """The variants side by side, each editable; returns the chosen text."""
    topic = st.session_state.pop("captions:topic", None)
    if topic is not None:
        _write(persona, topic)
    owner, found = st.session_state.get("captions", ("", ()))
    if owner != persona.id or not found:
        return ""
    shell.section("Captions", written_by(found[0]))
    names = [f"Variant {number + 1}" for number in range(len(found))]
    texts = []
    with st.grid(min_column_width=175, gap=12):
        for number, caption in enumerate(found):
            with st.container(key=f"card-caption-{number}"):
                text = st.text_area(
                    names[number], _with_tags(caption), height=190, key=f"caption:{number}"
                )
                texts.append(text)
                _findings(text, persona)
    chosen = st.segmented_control(
        "Caption for the post", names, default=names[0], required=True, key="caption:chosen"
    )
    return texts[names.index(chosen)] if chosen else ""


def written_by(caption: Caption) -> str:
    """Who wrote it, as people call it."""
    labels = {writer.slug: writer.label for writer in studio().writing.writers()}
    return labels.get(caption.written_by, caption.written_by)


def _with_tags(caption: Caption) -> str:
    missing = [tag for tag in caption.hashtags if tag.lstrip("#") not in caption.text]
    tags = " ".join(f"#{tag.lstrip('#')}" for tag in missing)
    return f"{caption.text}\n\n{tags}" if tags else caption.text


def _findings(text: str, persona: Persona) -> None:
    found = studio().personas.voice_findings(text, persona.profile)
    lines = [f"{len(text)} characters", *(f"Leaves the voice: {one.message}" for one in found)]
    cards.html("".join(f'<div class="g-soft">{escape(line)}</div>' for line in lines))


def to_post(persona: Persona, text: str, chosen: Sequence[Asset]) -> None:
    """Start a post from what is chosen, and open it in the composer."""

    def draft() -> Post:
        media = tuple(PostMedia(asset.id, asset.alt_text) for asset in chosen)
        language = persona.profile.identity.languages[0]
        return studio().composing.draft(persona.id, text, media=media, language=language)

    def remember(post: Post) -> None:
        st.session_state["_open_post"] = post.id

    attempt(draft, done="Saved as a draft.", form="post", then=remember)


def leave_for_post() -> None:
    """Go to the composer when a post has just been started."""
    post_id = st.session_state.pop("_open_post", None)
    if post_id:
        st.switch_page("pages/schedule.py", query_params={"post": post_id})
