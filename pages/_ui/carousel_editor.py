"""A carousel or thread as a document: its words on the left, slides or posts on the right."""

from __future__ import annotations

from datetime import timedelta
from html import escape

import streamlit as st

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.carousels import Outline, OutlineKind, Part
from gator_engine.domain.posts import Post
from gator_engine.services.carousels import PartEdit
from pages._ui import cards, forms, job_status, shell, state
from pages._ui.commands import attempt
from pages._ui.errors import boundary
from pages._ui.session import studio

REFRESH = timedelta(seconds=1)


def edit(outline_id: str) -> None:
    """The editor; the address names the outline."""
    outline = studio().carousels.get(outline_id)
    carousel = outline.kind is OutlineKind.CAROUSEL
    shell.section("Carousel" if carousel else "Thread", f"Version {outline.version}.")
    _flags(outline)
    words, shown = st.columns([1, 1], gap="medium")
    with words:
        _words(outline)
    with shown:
        if carousel:
            _slides(outline)
        else:
            _posts(outline)


def _flags(outline: Outline) -> None:
    platforms = sorted({account.platform for account in studio().accounts.list()})
    for said in studio().carousels.flags(outline, platforms):
        st.warning(state.plain(said), icon=":material/flag:")


def _words(outline: Outline) -> None:
    # A new version starts from what was saved; while one types, the words stay as typed.
    form = f"outline:{outline.id}:{outline.version}"
    carousel = outline.kind is OutlineKind.CAROUSEL
    title = forms.text(form, "title", "Title", outline.title)
    edits = []
    for number, part in enumerate(outline.parts):
        with st.container(key=f"card-part-{part.id}"):
            edits.append(_part(form, number, part, outline))
    caption, numbered = "", False
    if carousel:
        caption = forms.area(form, "caption", "Post that goes with it", outline.caption)
    else:
        numbered = st.toggle("Number the posts", outline.numbered, key=f"{form}:numbered")
    kept = [edit for edit in edits if edit.text.strip() or edit.title.strip()]
    forms.mark(form, "parts")
    with st.container(horizontal=True):
        if st.button("Save", type="primary", key=f"{form}:save", icon=":material/save:"):
            _save(form, outline, title, kept, caption, numbered)
        if st.button("Add one", key=f"{form}:more", icon=":material/add:"):
            more = [*kept, PartEdit("New words")]
            _save(form, outline, title, more, caption, numbered)
    st.caption("Empty a part and save to remove it.")


def _part(form: str, number: int, part: Part, outline: Outline) -> PartEdit:
    carousel = outline.kind is OutlineKind.CAROUSEL
    name, field = ("Slide" if carousel else "Post"), f"parts[{number}]"
    title = alt = ""
    if carousel:
        title = forms.text(form, f"{field}.title", f"{name} {number + 1}", part.title)
    text = forms.area(
        form, field, "Text" if carousel else f"{name} {number + 1}", part.text, height=80
    )
    if part.asset_id:
        alt = forms.text(form, f"{field}.alt", "Alt text", part.alt_text)
    with st.container(horizontal=True):
        up = f"Move {name.lower()} {number + 1} up"
        down = f"Move {name.lower()} {number + 1} down"
        last = len(outline.parts) - 1
        if st.button(up, key=f"{form}:up:{number}", disabled=number == 0, type="tertiary"):
            _move(outline, number, -1)
        if st.button(down, key=f"{form}:down:{number}", disabled=number == last, type="tertiary"):
            _move(outline, number, 1)
    return PartEdit(text, title, alt, part.id)


def _save(
    form: str, outline: Outline, title: str, parts: list[PartEdit], caption: str, numbered: bool
) -> None:
    attempt(
        lambda: studio().carousels.edit(
            outline.id,
            outline.version,
            title=title,
            parts=parts,
            caption=caption,
            numbered=numbered,
        ),
        done="Saved.",
        form=form,
    )


def _move(outline: Outline, number: int, by: int) -> None:
    ids = [part.id for part in outline.parts]
    ids.insert(number + by, ids.pop(number))
    attempt(lambda: studio().carousels.reorder(outline.id, ids, outline.version), done="Moved.")


def _slides(outline: Outline) -> None:
    job = studio().carousels.job(outline.id)
    if job is not None and not job.state.final:
        _follow(outline.id)
        return
    if job is not None and job.error and outline.to_draw:
        st.warning(state.plain(job.error), icon=":material/error:")
    waiting = {part.id for part in outline.to_draw}
    _design(outline)
    if waiting:
        said = f"Draw {len(waiting)} slide{'s' * (len(waiting) > 1)}"
        if st.button(said, type="primary", key="draw", icon=":material/brush:"):
            attempt(lambda: studio().carousels.draw(outline.id), done="Drawing.")
    elif st.button("Use in a post", type="primary", key="outline-use", icon=":material/send:"):
        _to_post(outline)
    with st.grid(min_column_width=150, gap=12):
        for number, part in enumerate(outline.parts, 1):
            with st.container(key=f"slide-{part.id}"):
                _slide(outline, number, part, old=part.id in waiting)


def _slide(outline: Outline, number: int, part: Part, *, old: bool) -> None:
    if part.asset_id:
        cards.picture(studio().library.get(part.asset_id))
    state_of = "not drawn yet" if not part.asset_id else "words changed" if old else ""
    cards.html(f'<div class="g-soft">Slide {number}{" · " + state_of if state_of else ""}</div>')
    if part.asset_id and st.button(
        f"Redraw slide {number}", key=f"redraw-{part.id}", icon=":material/refresh:"
    ):
        attempt(
            lambda: studio().carousels.redraw_slide(outline.id, part.id), done="Drawing it again."
        )


def _design(outline: Outline) -> None:
    left, right = st.columns(2, vertical_alignment="bottom")
    shapes = list(AspectRatio)[:3]
    with left:
        ratio = st.segmented_control(
            "Shape",
            shapes,
            default=outline.design.ratio if outline.design.ratio in shapes else shapes[0],
            format_func=lambda each: each.value,
            required=True,
            key=f"ratio:{outline.id}",
        )
    with right:
        other = st.button("Another design", key="redesign", icon=":material/palette:")
    if other or ratio is not outline.design.ratio:
        seed = outline.design.seed + (1 if other else 0)
        attempt(
            lambda: studio().carousels.redesign(outline.id, seed=seed, ratio=ratio),
            done="Changed for all slides; draw them again.",
        )


def _follow(outline_id: str) -> None:
    @st.fragment(run_every=REFRESH)
    def watch() -> None:
        with boundary():
            job = studio().carousels.job(outline_id)
            if job is None or job.state.final:
                st.rerun(scope="app")
            job_status.bar(job)

    watch()


def _posts(outline: Outline) -> None:
    for number, text in enumerate(outline.posts(), 1):
        with st.container(key=f"card-post-{number}"):
            cards.html(f'<div class="g-eyebrow">Post {number}</div>')
            st.text(text)
            cards.html(f'<div class="g-soft">{escape(f"{len(text)} characters")}</div>')
    st.caption("No platform here posts a thread at once yet. Copy the posts, or post them singly.")


def _to_post(outline: Outline) -> None:
    def remember(post: Post) -> None:
        st.session_state["_open_post"] = post.id

    attempt(lambda: studio().carousels.to_post(outline.id), done="Saved as a draft.", then=remember)
