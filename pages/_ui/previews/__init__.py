"""Look-alikes: what an account would publish, drawn the way its platform shows it.

One file per platform, named like the platform, with ``draw(shown) -> str``; a platform without a
file of its own gets the plain one. All of them draw the very payload that would be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib import import_module
from pkgutil import iter_modules

import streamlit as st

from gator_engine.domain.accounts import Account
from gator_engine.ports import Facet, MediaItem, Payload
from gator_engine.services.composing import Preview
from pages._ui import cards
from pages._ui.session import studio

PLAIN = "plain"
_OWN = frozenset(module.name for module in iter_modules(__path__)) - {PLAIN}


@dataclass(frozen=True)
class Shown:
    """What a look-alike draws: safe HTML for the words and the pictures."""

    account: Account
    payload: Payload
    words: str
    pictures: str

    @property
    def name(self) -> str:
        """The display name, safe."""
        return escape(self.account.display_name or self.account.handle)

    @property
    def handle(self) -> str:
        """The handle, safe."""
        return escape(self.account.handle)

    @property
    def initial(self) -> str:
        """A round stand-in for the profile picture."""
        letter = escape((self.account.display_name or self.account.handle)[:1].upper())
        return (
            '<div class="g-avatar small" aria-hidden="true" '
            f'style="background:var(--g-accent-wash);color:var(--g-accent-ink)">{letter}</div>'
        )


def show(preview: Preview) -> None:
    """Draw a preview; nothing when the platform would refuse it (its problems say why)."""
    if preview.payload is None:
        return
    own = preview.account.platform
    look = import_module(f"{__name__}.{own if own in _OWN else PLAIN}")
    payload = preview.payload
    shown = Shown(
        preview.account, payload, marked(payload.text, payload.facets), pictures(payload.media)
    )
    cards.html(str(look.draw(shown)))
    said = {
        "native": "Labelled as AI by the platform.",
        "caption": "Says in the text that AI made it.",
    }
    st.caption(said.get(payload.disclosure, "Carries no AI label."))


def marked(text: str, facets: tuple[Facet, ...]) -> str:
    """The text with its links, mentions and tags coloured, as HTML."""
    parts, end = [], 0
    for facet in sorted(facets, key=lambda facet: facet.start):
        parts.append(escape(text[end : facet.start]))
        parts.append(f"<a>{escape(text[facet.start : facet.end])}</a>")
        end = facet.end
    parts.append(escape(text[end:]))
    return "".join(parts)


def pictures(media: tuple[MediaItem, ...]) -> str:
    """Up to four pictures in the grid people know."""
    if not media:
        return ""
    count = {1: "one", 2: "two", 3: "three", 4: "four"}.get(len(media), "four")
    images = "".join(
        f'<img src="{escape(studio().library.url(item.asset_id, thumbnail=True))}"'
        f' alt="{escape(item.alt_text or "Picture without a description", quote=True)}">'
        for item in media
    )
    return f'<div class="pictures {count}">{images}</div>'
