"""Material symbols inside our own HTML; Streamlit ships the font, so nothing is fetched."""

from __future__ import annotations

from html import escape


def icon(name: str) -> str:
    """A decorative symbol (hidden from screen readers: the words beside it say the same)."""
    return f'<span class="g-icon" aria-hidden="true">{escape(name)}</span>'
