"""Films and sounds play, subtitles are read, pictures are shown: one file of the library, whole."""

from __future__ import annotations

import time
from html import escape

import streamlit as st

from gator_engine.domain.assets import Asset, AssetKind
from pages._ui import cards
from pages._ui.session import studio

SHOWN_CHARACTERS = 20_000
# What only some browsers play, with the name people know it by.
_UNSURE = {"video/quicktime": "MOV", "video/x-matroska": "MKV", "audio/x-matroska": "MKA"}


def show(asset: Asset) -> None:
    """The file itself, in the way its kind is looked at or listened to."""
    match asset.facts.kind:
        case AssetKind.VIDEO:
            _play("video", asset, f' poster="{escape(address(asset, thumbnail=True))}"')
        case AssetKind.AUDIO:
            cards.picture(asset)
            _play("audio", asset)
        case AssetKind.SUBTITLE:
            _read(asset)
        case _:
            cards.picture(asset, whole=True)


def address(asset: Asset, *, thumbnail: bool = False) -> str:
    """A signed link that stays the same for a while: a new one would start the player afresh."""
    lasts = studio().settings.media_url_ttl_s / 2
    place = f"address:{asset.id}:{thumbnail}"
    url, until = st.session_state.get(place, ("", 0.0))
    if not url or time.monotonic() > until:
        url = studio().library.url(asset.id, thumbnail=thumbnail)
        st.session_state[place] = (url, time.monotonic() + lasts)
    return str(url)


def _play(tag: str, asset: Asset, more: str = "") -> None:
    """The browser's own player; it asks for the parts it needs, so long files start at once."""
    said = escape(asset.alt_text or asset.title or "Untitled", quote=True)
    source = escape(address(asset))
    cards.html(
        f'<{tag} class="g-player" controls preload="metadata" playsinline aria-label="{said}"'
        f' src="{source}"{more}></{tag}>'
    )
    if name := _UNSURE.get(asset.facts.mime):
        st.caption(f"Some browsers cannot play {name} files. If this one does not, download it.")


def _read(asset: Asset) -> None:
    data = studio().library.read(asset.id)
    text = _text(data)
    st.code(text[:SHOWN_CHARACTERS], language=None, wrap_lines=True, height=420)
    if len(text) > SHOWN_CHARACTERS:
        st.caption(f"The first {SHOWN_CHARACTERS:,} of {len(text):,} characters.")


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
