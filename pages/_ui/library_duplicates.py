"""Look-alikes side by side, with one to keep."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from gator_engine.domain.assets import Asset, FileFacts
from pages._ui import cards, shell, words
from pages._ui.commands import attempt
from pages._ui.library_bulk import run
from pages._ui.session import my_zone, studio


def show() -> None:
    """The groups, largest first."""
    with st.spinner("Comparing pictures …"):
        found = studio().near_duplicates.groups()
    if found.not_looked_at:
        with st.container(key="notice-good", horizontal=True, vertical_alignment="center"):
            st.markdown("Some older pictures have not been compared yet.")
            if st.button("Look at them", icon=":material/visibility:"):
                attempt(lambda: studio().near_duplicates.look(), done="Looked at some more.")
    if not found.groups:
        shell.empty(
            "check_circle",
            "No look-alikes",
            "Copies in another size, quality or slightly retouched would show here.",
            key="duplicates",
        )
        return
    hidden = found.groups_in_all - len(found.groups)
    st.caption(
        f"{found.groups_in_all} group{'s' if found.groups_in_all != 1 else ''} of look-alikes"
        + (f"; the {len(found.groups)} largest are shown." if hidden else ".")
    )
    for group in found.groups:
        _group(group)


def _plays(file: FileFacts) -> str:
    return f"{words.length(file.duration_s)}, " if file.duration_s else ""


def _group(group: Sequence[Asset]) -> None:
    with (
        st.container(key=f"card-alike-{group[0].id}"),
        st.grid(min_column_width=170, gap=16),
    ):
        for asset in group:
            with st.container(key=f"alike-{asset.id}", gap="small"):
                cards.picture(asset, ratio="1/1")
                file = asset.facts
                cards.html(
                    f'<div class="g-title g-two-lines">{escape(asset.title or "Untitled")}</div>'
                    f'<div class="g-soft">{file.width} × {file.height} px, {_plays(file)}'
                    f"{words.size(file.size)}<br>{words.when(asset.created_at, my_zone())}</div>"
                )
                others = [other.id for other in group if other.id != asset.id]
                if st.button("Keep this", key=f"keep-{asset.id}", icon=":material/check:"):
                    run(
                        lambda kept=asset.id, rest=others: studio().near_duplicates.keep(
                            kept, rest
                        ),
                        "The others are in the trash",
                        undo=studio().selection.restore,
                    )
