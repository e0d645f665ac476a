"""Choosing pictures and clips of the library, in an order."""

from __future__ import annotations

import streamlit as st

from gator_engine.domain.assets import Asset, AssetKind, AssetQuery
from pages._ui import cards
from pages._ui.session import studio

OFFERED = 24


def pick(form: str, label: str) -> list[str]:
    """Ids of pictures and clips of the library, in the order they were chosen in."""
    text = st.text_input(
        "Find", type="search", key=f"{form}:find", placeholder="Search the library"
    )
    chosen: list[str] = st.session_state.setdefault(f"{form}:chosen", [])
    found = [
        asset
        for kind in (AssetKind.IMAGE, AssetKind.VIDEO)
        for asset in studio()
        .library.search(AssetQuery(text=text or "", kind=kind, limit=OFFERED))
        .items
    ]
    st.caption(f"{label} · {len(chosen)} chosen")
    with st.grid(min_column_width=96, gap=10):
        for asset in found:
            _choice(form, asset, chosen)
    return chosen


def _choice(form: str, asset: Asset, chosen: list[str]) -> None:
    with st.container(key=f"{form}-pick-{asset.id}", gap="small"):
        cards.picture(asset, ratio="1")
        place = chosen.index(asset.id) + 1 if asset.id in chosen else 0
        label = f"Chosen {place}" if place else "Choose"
        kind = "primary" if place else "secondary"
        if st.button(label, key=f"{form}-take-{asset.id}", type=kind, width="stretch"):
            if place:
                chosen.remove(asset.id)
            else:
                chosen.append(asset.id)
            st.rerun(scope="fragment")
