"""Library: every file made or uploaded, found again, put together and explained."""

from __future__ import annotations

import streamlit as st

from pages._ui import (
    asset_view,
    library_boards,
    library_bulk,
    library_duplicates,
    library_filters,
    library_grid,
    library_storage,
    library_upload,
    provenance_view,
    shell,
    state,
)
from pages._ui.session import studio

VIEWS = {
    "files": ":material/photo_library: Files",
    "look-alikes": ":material/content_copy: Look-alikes",
    "storage": ":material/database: Storage",
    "check": ":material/fact_check: Check a file",
}


def opened(asset_id: str) -> None:
    """One file, by its address."""
    asset = studio().library.get(asset_id)
    shell.heading(asset.title or "Untitled", asset.alt_text or "No description yet.")
    if st.button("All files", type="tertiary", icon=":material/arrow_back:"):
        state.link(asset=None)
        st.rerun()
    asset_view.show(asset)


def view() -> str:
    """Which of the library's views is open; it stands in the address."""
    linked = state.linked("view") or "files"
    chosen = st.segmented_control(
        "View",
        list(VIEWS),
        default=linked if linked in VIEWS else "files",
        format_func=lambda name: VIEWS[name],
        key="library:view",
        label_visibility="collapsed",
    )
    state.link(view=None if chosen in (None, "files") else chosen)
    return chosen or "files"


def files() -> None:
    """Search, filters, boards, and the grid with what can be done to a selection."""
    shelf = library_boards.rail()
    query = library_filters.bar(shelf)
    library_bulk.bar(shelf)
    library_grid.show(query)


linked = state.linked("asset")
if linked:
    opened(linked)
else:
    shell.heading("Library", "Everything made or uploaded, with where it comes from.")
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = view()
        library_upload.popover()
    if chosen == "look-alikes":
        library_duplicates.show()
    elif chosen == "storage":
        library_storage.show()
    elif chosen == "check":
        provenance_view.check()
    else:
        files()
