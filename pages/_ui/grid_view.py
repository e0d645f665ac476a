"""A grid of pictures being made or done: labels around, a contact sheet to keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from html import escape

import streamlit as st

from gator_engine.domain.briefs import Generation, GenerationStatus
from gator_engine.domain.grids import Grid
from pages._ui import cards, shell, state, words
from pages._ui.commands import attempt
from pages._ui.errors import boundary
from pages._ui.session import studio

REFRESH = timedelta(seconds=1)


def show(grid_id: str) -> None:
    """The grid; while pictures are missing, it refreshes alone."""
    grid = studio().grids.get(grid_id)
    made = studio().grids.progress(grid_id)
    shell.section("Side by side", grid.title)
    if all(one.status.final for one in made):
        _table(grid, made)
        _sheet(grid, made)
    else:
        _follow(grid)
    if st.button("Close the grid", icon=":material/close:", type="tertiary"):
        state.link(grid=None)
        st.rerun()


def _follow(grid: Grid) -> None:
    @st.fragment(run_every=REFRESH)
    def refresh() -> None:
        with boundary():
            made = studio().grids.progress(grid.id)
            done = sum(one.status.final for one in made)
            if done == len(made):
                st.rerun(scope="app")
            st.progress(done / len(made), f"{done} of {len(made)} pictures")
            _table(grid, made)
            if st.button("Stop the rest", icon=":material/stop_circle:", key=f"stop-{grid.id}"):
                studio().grids.cancel(grid.id)
                st.rerun(scope="app")

    refresh()


def _table(grid: Grid, made: Sequence[Generation]) -> None:
    head = "".join(f"<th scope='col'>{escape(label)}</th>" for label in grid.columns)
    across = len(grid.columns)
    rows = []
    for number, label in enumerate(grid.rows):
        cells = made[number * across : (number + 1) * across]
        body = "".join(f"<td>{_cell(one)}</td>" for one in cells)
        rows.append(f"<tr><th scope='row'>{escape(label)}</th>{body}</tr>")
    corner = "<td></td>"
    cards.html(
        f'<div class="g-grid"><table><thead><tr>{corner}{head}</tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table></div>'
    )


def _cell(generation: Generation) -> str:
    if generation.asset_ids:
        asset = studio().library.get(generation.asset_ids[0])
        source = escape(studio().library.url(asset.id, thumbnail=True), quote=True)
        alt = escape(asset.alt_text or "A picture of the grid", quote=True)
        return f'<img class="g-thumb" src="{source}" alt="{alt}" loading="lazy">'
    said = words.GENERATION[generation.status].label
    failed = generation.status is GenerationStatus.FAILED
    more = f": {generation.error}" if failed and generation.error else ""
    return f'<div class="g-soft">{escape(said + more)}</div>'


def _sheet(grid: Grid, made: Sequence[Generation]) -> None:
    if not any(one.asset_ids for one in made):
        return
    if st.button("Keep as a contact sheet", icon=":material/grid_view:"):
        attempt(
            lambda: studio().grids.sheet(grid.id),
            done="The contact sheet is in the library.",
            then=lambda asset: state.link(sheet=asset.id),
        )
