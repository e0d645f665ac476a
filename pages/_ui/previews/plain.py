"""A post on a platform that has no look-alike of its own."""

from __future__ import annotations

from pages._ui.previews import Shown


def draw(shown: Shown) -> str:
    """Name, words, pictures."""
    return (
        f'<article class="g-preview"><header>{shown.initial}<div><b>{shown.name}</b>'
        f"<span>{shown.handle}</span></div></header>"
        f'<div class="words">{shown.words}</div>{shown.pictures}</article>'
    )
