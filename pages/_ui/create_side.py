"""The two sides of Create: pictures and words."""

from __future__ import annotations

import streamlit as st

from pages._ui import brief_keys, state, text_studio

WORDS = "words"
SIDES = {"pictures": ":material/image: Pictures", WORDS: ":material/edit_note: Words"}


def choose() -> str:
    """What is made here now; the address says so too, and each form keeps what was typed."""
    state.keep(f"{brief_keys.FORM}:", f"{text_studio.FORM}:")
    opened = state.linked("writing") or state.linked("outline")
    start = state.linked("side") or (WORDS if opened else "")
    chosen = st.segmented_control(
        "Make",
        list(SIDES),
        default=start if start in SIDES else "pictures",
        format_func=SIDES.__getitem__,
        required=True,
        label_visibility="collapsed",
        key="create-side",
    )
    wanted = WORDS if chosen == WORDS else None
    if wanted != state.linked("side"):
        state.link(side=wanted)
    return str(chosen)
