"""The pictures a brief works on: chosen from the library, brought along, or painted as a mask."""

from __future__ import annotations

from hashlib import sha256

import streamlit as st

from gator_engine.domain.assets import Asset, AssetKind, AssetQuery
from gator_engine.domain.capabilities import MASK, SOURCE, GeneratorCapabilities, Option
from gator_engine.errors import GatorError, NotFound
from pages._ui import cards, forms, mask_canvas
from pages._ui.brief_keys import FORM, picture_key
from pages._ui.errors import explain
from pages._ui.session import studio

RECENT = 18


def choose(can: GeneratorCapabilities) -> dict[str, object]:
    """The settings for every picture this generator takes: ids of library pictures."""
    return {option.name: _choose(option) for option in can.pictures}


def _choose(option: Option) -> str:
    with st.container(key=f"well-picture-{option.name}"):
        needed = "" if option.required else " (if you like)"
        cards.html(f'<div class="g-eyebrow">{option.label}{needed}</div>')
        if option.help:
            st.caption(option.help)
        asset = _mask(option) if option.name == MASK else _picture(option)
        forms.mark(FORM, f"settings.{option.name}")
    return asset.id if asset else ""


def _picture(option: Option) -> Asset | None:
    asset = _chosen(option.name)
    if asset is not None:
        cards.picture(asset)
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Choose another" if asset else "Choose a picture"
        if st.button(label, icon=":material/image:", key=f"choose-{option.name}"):
            _dialog(option)
        if asset and st.button("Leave out", icon=":material/close:", key=f"leave-{option.name}"):
            st.session_state.pop(picture_key(option.name), None)
            st.rerun()
    return asset


def _mask(option: Option) -> Asset | None:
    source = _chosen(SOURCE)
    if source is None:
        st.caption("Choose the picture first; then paint over it here.")
        return None
    key = f"{picture_key(option.name)}:{source.id}"
    painted = mask_canvas.paint(source, key=f"mask-{source.id}")
    if painted is not None:
        name = f"mask-{sha256(painted).hexdigest()[:12]}.png"
        kept = studio().library.upload(painted, name, title="Mask", alt_text="A painted mask")
        studio().library.edit(kept.id, tags=(MASK,))
        st.session_state[key] = kept.id
    return _asset(st.session_state.get(key))


def _chosen(name: str) -> Asset | None:
    return _asset(st.session_state.get(picture_key(name)))


def _asset(asset_id: str | None) -> Asset | None:
    try:
        return studio().library.get(asset_id) if asset_id else None
    except NotFound:
        return None


@st.dialog("Choose a picture", width="large")
def _dialog(option: Option) -> None:
    given = st.file_uploader(
        "Bring one from this computer",
        key=f"bring-{option.name}",
        max_upload_size=studio().settings.max_upload_mb,
    )
    if given is not None:
        _bring(option, given.getvalue(), given.name)
    text = st.text_input("Or find one in the library", type="search", key=f"find-{option.name}")
    query = AssetQuery(text=text or "", kind=AssetKind.IMAGE, limit=RECENT)
    found = studio().library.search(query).items
    if not found:
        st.caption("Nothing found. Other words may help." if text else "The library is empty.")
    with st.grid(min_column_width=130, gap=12):
        for asset in found:
            with st.container(key=f"pick-{option.name}-{asset.id}"):
                cards.picture(asset, ratio="1")
                if st.button("Use", key=f"use-{option.name}-{asset.id}", width="stretch"):
                    _take(option, asset)


def _bring(option: Option, data: bytes, name: str) -> None:
    try:
        kept = studio().library.upload(data, name, only=AssetKind.IMAGE)
    except GatorError as error:
        said = explain(error)
        st.error(f"{said.title}. {said.text}", icon=":material/error:")
        return
    _take(option, kept)


def _take(option: Option, asset: Asset) -> None:
    st.session_state[picture_key(option.name)] = asset.id
    st.rerun()
