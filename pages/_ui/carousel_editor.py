"""A carousel or thread as a document: its words on the left, slides or posts on the right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import streamlit as st

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.carousels import Outline, OutlineKind, Part
from gator_engine.domain.posts import Post
from gator_engine.domain.ratings import RatedKind
from gator_engine.services.carousels import PartEdit
from pages._ui import cards, forms, job_status, shell, state, text_rating, text_variant
from pages._ui.brief_form import SHAPES
from pages._ui.commands import attempt
from pages._ui.errors import boundary
from pages._ui.session import studio

REFRESH = timedelta(seconds=1)
OFFERED = (AspectRatio.SQUARE, AspectRatio.PORTRAIT, AspectRatio.STORY)


@dataclass(frozen=True)
class Words:
    """What a person edits, as it stands in the form or in the document."""

    title: str
    parts: tuple[PartEdit, ...]
    caption: str = ""
    numbered: bool = False


@dataclass(frozen=True)
class Desk:
    """The document, and its words as they are typed now. Every command saves them first."""

    outline: Outline
    typed: Words
    form: str

    @property
    def changed(self) -> bool:
        """Whether something is typed that is not saved."""
        return self.typed != _stored(self.outline)

    def save(self, words: Words | None = None) -> None:
        """Save what is typed, or other words. Raises InvalidInput or StaleWrite."""
        given = words or self.typed
        if given == _stored(self.outline):
            return
        saved = studio().carousels.edit(
            self.outline.id,
            _expected(self.form, self.outline),
            title=given.title,
            parts=given.parts,
            caption=given.caption,
            numbered=given.numbered,
        )
        _remember(self.form, saved)

    def then(self, action: Callable[[], object], done: str) -> None:
        """Save, carry out one command, and draw the page again."""

        def both() -> object:
            self.save()
            return action()

        attempt(both, done=done, form=self.form)


def edit(outline_id: str) -> None:
    """The editor; the address names the outline."""
    outline = studio().carousels.get(outline_id)
    carousel = outline.kind is OutlineKind.CAROUSEL
    if st.button("Back to writing", icon=":material/arrow_back:", type="tertiary", key="back"):
        state.link(outline=None)
        st.rerun()
    many = len(outline.parts)
    told = f"{many} slides that share one design." if carousel else f"{many} posts in a row."
    shell.section("Carousel" if carousel else "Thread", told)
    _flags(outline)
    left, right = st.columns([1, 1], gap="large")
    with left:
        desk = _words(outline)
    with right:
        if carousel:
            _slides(desk)
        else:
            _posts(desk)


def _flags(outline: Outline) -> None:
    platforms = sorted({account.platform for account in studio().accounts.list()})
    for said in studio().carousels.flags(outline, platforms):
        st.warning(state.plain(said), icon=":material/flag:")


def _stored(outline: Outline) -> Words:
    parts = tuple(
        PartEdit(part.text.strip(), part.title.strip(), part.alt_text.strip(), part.id)
        for part in outline.parts
    )
    return Words(outline.title.strip(), parts, outline.caption.strip(), outline.numbered)


def _base(outline: Outline) -> Words:
    """The words without what drawing changes, to see whether somebody else edited them."""
    words = _stored(outline)
    return replace(words, parts=tuple(replace(part, alt_text="") for part in words.parts))


def _remember(form: str, outline: Outline) -> None:
    st.session_state[f"_{form}"] = (outline.version, _base(outline))


def _expected(form: str, outline: Outline) -> int:
    """The newest version, unless its words are not those that this form started from."""
    version, base = st.session_state[f"_{form}"]
    return outline.version if base == _base(outline) else int(version)


def _changed_elsewhere(form: str, outline: Outline) -> None:
    """Say that somebody saved other words in the meantime, and offer them."""
    if st.session_state[f"_{form}"][1] == _base(outline):
        return
    said = "Somebody else changed this in the meantime. What you typed is still below, not saved."
    st.warning(said, icon=":material/group:")
    if st.button("Show what is saved", key="show-saved", icon=":material/refresh:"):
        state.forget(f"{form}:")
        _remember(form, outline)
        st.rerun()


def _words(outline: Outline) -> Desk:
    """The form; each part's fields are kept under its id, so that they move with it."""
    form = f"outline:{outline.id}"
    if f"_{form}" not in st.session_state:
        _remember(form, outline)
    _changed_elsewhere(form, outline)
    carousel = outline.kind is OutlineKind.CAROUSEL
    title = forms.text(form, "title", "Title", outline.title)
    forms.mark(form, "parts")
    typed, wanted = [], None
    for number, part in enumerate(outline.parts):
        with st.container(key=f"card-part-{part.id}"):
            typed.append(_part(form, number, part, carousel=carousel))
            wanted = _place(number, len(outline.parts), part) or wanted
    caption, numbered = "", False
    if carousel:
        caption = forms.area(form, "caption", "Post that goes with it", outline.caption)
    else:
        numbered = st.toggle("Number the posts", outline.numbered, key=f"{form}:numbered")
    desk = Desk(outline, Words(title, tuple(typed), caption, numbered), form)
    _commands(desk, wanted)
    return desk


def _part(form: str, number: int, part: Part, *, carousel: bool) -> PartEdit:
    name, field = ("Slide" if carousel else "Post"), f"{form}:{part.id}"
    title, alt = "", part.alt_text
    if carousel:
        title = st.text_input(f"{name} {number + 1}", part.title, key=f"{field}:title").strip()
    label = f"Text of slide {number + 1}" if carousel else f"{name} {number + 1}"
    text = st.text_area(label, part.text, height=80, key=f"{field}:text").strip()
    forms.mark(form, f"parts[{number}]")
    if part.asset_id:
        # A slide that is drawn anew is described anew.
        key = f"{field}:alt:{part.asset_id}"
        alt = st.text_input(f"Alt text of slide {number + 1}", part.alt_text, key=key).strip()
    return PartEdit(text, title, alt, part.id)


def _place(number: int, total: int, part: Part) -> tuple[int, int] | None:
    """Buttons to move a part (its number, and by how much) or to take it out (by 0)."""
    wanted = None
    with st.container(horizontal=True, gap="small"):
        for label, symbol, by, last in (
            ("Up", "arrow_upward", -1, number == 0),
            ("Down", "arrow_downward", 1, number == total - 1),
            ("Remove", "delete", 0, total == 1),
        ):
            if st.button(
                label,
                icon=f":material/{symbol}:",
                key=f"{label.lower()}-{part.id}",
                type="tertiary",
                disabled=last,
            ):
                wanted = (number, by)
    return wanted


def _commands(desk: Desk, wanted: tuple[int, int] | None) -> None:
    parts = list(desk.typed.parts)
    if wanted is not None:
        number, by = wanted
        moved = parts.pop(number)
        if by:
            parts.insert(number + by, moved)
        words = replace(desk.typed, parts=tuple(parts))
        done = "Moved." if by else f"Removed “{(moved.title or moved.text)[:40]}”."
        attempt(lambda: desk.save(words), done=done, form=desk.form)
    carousel = desk.outline.kind is OutlineKind.CAROUSEL
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Save", type="primary", key="save-outline", icon=":material/save:"):
            attempt(desk.save, done="Saved.", form=desk.form)
        more = "Add a slide" if carousel else "Add a post"
        if st.button(more, key="add-part", icon=":material/add:"):
            words = replace(desk.typed, parts=(*parts, PartEdit("New words")))
            attempt(lambda: desk.save(words), done="Added at the end.", form=desk.form)
        if desk.changed:
            st.caption("Not saved yet.")
    text_rating.choose(RatedKind.OUTLINE, desk.outline.id)


def _slides(desk: Desk) -> None:
    outline = desk.outline
    job = studio().carousels.job(outline.id)
    if job is not None and not job.state.final:
        _follow(outline.id)
    elif job is not None and job.error and outline.to_draw:
        st.warning(state.plain(job.error), icon=":material/error:")
    busy = job is not None and not job.state.final
    if not busy:
        _design(desk)
    waiting = {part.id for part in outline.to_draw}
    with st.grid(min_column_width=150, gap=14):
        for number, part in enumerate(outline.parts, 1):
            with st.container(key=f"slide-{part.id}", gap="small"):
                _slide(desk, number, part, old=part.id in waiting, busy=busy)


def _draw_or_use(desk: Desk) -> None:
    outline, waiting = desk.outline, len(desk.outline.to_draw)
    if waiting:
        said = f"Draw {waiting} slide{'s' * (waiting > 1)}"
        if st.button(said, type="primary", key="draw", icon=":material/brush:"):
            desk.then(lambda: studio().carousels.draw(outline.id), "Drawing.")
    elif st.button("Use in a post", type="primary", key="outline-use", icon=":material/send:"):
        desk.then(lambda: _to_post(outline), "Saved as a draft.")


def _slide(desk: Desk, number: int, part: Part, *, old: bool, busy: bool) -> None:
    if part.asset_id:
        cards.picture(studio().library.get(part.asset_id))
    else:
        ratio = desk.outline.design.ratio.value.replace(":", "/")
        cards.html(f'<div class="g-blank" style="aspect-ratio:{ratio}">{number}</div>')
    said = "not drawn yet" if not part.asset_id else "to be drawn again" if old else ""
    cards.html(f'<div class="g-soft">Slide {number}{" · " + said if said else ""}</div>')
    if part.asset_id and not busy:
        name = f"Redraw slide {number}"
        if st.button(name, key=f"redraw-{part.id}", icon=":material/refresh:", type="tertiary"):
            desk.then(
                lambda: studio().carousels.redraw_slide(desk.outline.id, part.id),
                "Drawing it in another arrangement.",
            )


def _design(desk: Desk) -> None:
    outline, now = desk.outline, desk.outline.design
    shapes = list(dict.fromkeys((*OFFERED, now.ratio)))
    shape = st.segmented_control(
        "Shape of all slides",
        shapes,
        default=now.ratio,
        format_func=SHAPES.__getitem__,
        required=True,
        key=f"shape-{outline.id}-{now.ratio.value}",
    )
    ratio = AspectRatio(shape)
    with st.container(horizontal=True):
        _draw_or_use(desk)
        other = st.button("Another design", key="redesign", icon=":material/palette:")
    if other or ratio is not now.ratio:
        seed = now.seed + (1 if other else 0)
        desk.then(
            lambda: studio().carousels.redesign(outline.id, seed=seed, ratio=ratio),
            "Changed for all slides; draw them again to see it.",
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


def _posts(desk: Desk) -> None:
    """Each post as it would go out, with its length on the platforms one is on."""
    outline = desk.outline
    typed = [Part(part.id, part.text) for part in desk.typed.parts]
    shown = replace(outline, parts=tuple(typed), numbered=desk.typed.numbered)
    platforms = sorted({account.platform for account in studio().accounts.list()})
    for number, text in enumerate(shown.posts(), 1):
        with st.container(key=f"card-post-{number}"):
            cards.html(f'<div class="g-eyebrow">Post {number}</div>')
            st.code(text, language=None, wrap_lines=True)
            measures = studio().texts.measures(text, platforms)
            told = [f"{label} {found.used}/{found.limit}" for label, found in measures.items()]
            cards.html(cards.chips(told or [f"{len(text)} characters"]))
            if st.button("Use in a post", key=f"post-{number}", icon=":material/send:"):
                text_variant.to_post(outline.persona_id, text, outline.language, like=outline.id)
    st.caption("No platform here posts a thread at once yet: copy its posts, or post them singly.")


def _to_post(outline: Outline) -> Post:
    post = studio().carousels.to_post(outline.id)
    st.session_state["_open_post"] = post.id
    return post
