"""A canvas on which a person paints over what is to be made anew."""

from __future__ import annotations

import base64
import binascii
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from gator_engine.domain.assets import Asset
from gator_engine.errors import InvalidInput
from pages._ui.session import studio

_FOLDER = Path(__file__).parent
_PREFIX = "data:image/png;base64,"


def paint(asset: Asset, *, key: str) -> bytes | None:
    """A PNG of the asset's own size, white where the person painted; None until it is used.

    Raises InvalidInput when the browser sent something else.
    """
    sent = _component()(
        key=key,
        data={
            "id": asset.id,
            "source": studio().library.url(asset.id),
            "alt": asset.alt_text or asset.title or "The picture to change",
            "width": asset.facts.width or 1024,
            "height": asset.facts.height or 1024,
        },
        on_mask_change=lambda: None,
    )
    return _decoded(sent.mask) if sent.mask else None


@cache
def _component() -> Any:
    html, css, js = (
        (_FOLDER / f"canvas.{end}").read_text("utf-8") for end in ("html", "css", "js")
    )
    return st.components.v2.component("gator_mask_canvas", html=html, css=css, js=js)


def _decoded(sent: str) -> bytes:
    head, body = sent[: len(_PREFIX)], sent[len(_PREFIX) :]
    try:
        if head != _PREFIX:
            raise ValueError(head)
        return base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput("mask", "is not a PNG", "a mask painted on the canvas") from error
