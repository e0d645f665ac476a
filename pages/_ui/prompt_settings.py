"""What one keeps to write prompts with: styles, and the lists that chance draws from."""

from __future__ import annotations

from functools import partial

import streamlit as st

from gator_engine.domain.presets import Style
from gator_engine.domain.prompt_tools import WildcardList
from pages._ui import cards, forms, shell, state
from pages._ui.commands import attempt
from pages._ui.session import studio

STYLE, LIST = "style", "wildcards"
SHOWN = 8


def section() -> None:
    """Styles, then lists."""
    shell.section("Styles", "Words around a prompt, and words kept out. Chosen on the Create page.")
    with st.grid(min_column_width=280, gap=14):
        for style in studio().prompts.styles():
            _style(style)
    with st.expander("Add a style", icon=":material/add:"):
        _new_style()
    shell.chapter("Lists for chance", "__colour__ in a prompt draws a line of the list “colour”.")
    lists = studio().prompts.lists()
    for kept in lists:
        _list(kept)
    if not lists:
        st.caption("None yet. {red|blue} in a prompt needs no list.")
    with st.expander("Add a list", icon=":material/add:"):
        _new_list()


def _style(style: Style) -> None:
    with st.container(key=f"card-style-{style.name}"):
        st.markdown(f"**{state.plain(style.name)}**{' · built in' if style.built_in else ''}")
        cards.facts({"Words": style.prompt, "Kept out": style.negative})
        if style.built_in:
            return
        if st.button("Remove", key=f"drop-style-{style.name}", icon=":material/delete:"):
            attempt(
                partial(studio().prompts.delete_style, style.name),
                done=f"The style {style.name} is gone; pictures made with it stay.",
                undo=partial(studio().prompts.save_style, style.name, style.prompt, style.negative),
            )


def _new_style() -> None:
    name = forms.text(STYLE, "name", "Name", "")
    prompt = forms.area(
        STYLE,
        "prompt",
        "Words",
        "",
        help="{prompt} marks the place of the prompt; else they follow.",
    )
    negative = forms.text(STYLE, "negative", "Kept out", "")
    if st.button("Keep this style", type="primary", icon=":material/save:"):
        attempt(
            lambda: studio().prompts.save_style(name, prompt, negative),
            done=f"The style {name} is kept.",
            form=STYLE,
        )


def _list(kept: WildcardList) -> None:
    with st.container(key=f"card-list-{kept.name}"):
        st.markdown(f"**{state.plain(f'__{kept.name}__')}** · {len(kept.lines)} lines")
        more = " …" if len(kept.lines) > SHOWN else ""
        st.text(", ".join(kept.lines[:SHOWN]) + more)
        if st.button("Remove", key=f"drop-list-{kept.name}", icon=":material/delete:"):
            attempt(
                partial(studio().prompts.delete_list, kept.name),
                done=f"The list {kept.name} is gone.",
                undo=partial(studio().prompts.save_list, kept.name, "\n".join(kept.lines)),
            )


def _new_list() -> None:
    name = forms.text(LIST, "name", "Name", "")
    text = forms.area(LIST, "lines", "Lines", "", help="One choice a line; # begins a comment.")
    if st.button("Keep this list", type="primary", icon=":material/save:"):
        attempt(
            lambda: studio().prompts.save_list(name, text),
            done=f"The list {name} is kept.",
            form=LIST,
        )
    file = st.file_uploader(
        "Or bring a .txt file",
        type=["txt"],
        key=f"{LIST}:file",
        max_upload_size=studio().settings.max_upload_mb,
    )
    forms.mark(LIST, "file")
    if file is not None and st.button("Keep the file as a list", icon=":material/upload:"):
        attempt(
            lambda: studio().prompts.import_list(file.name, file.getvalue()),
            done="The list is kept.",
            form=LIST,
        )
