"""A post as it looks in a Mastodon timeline."""

from __future__ import annotations

from pages._ui.icons import icon
from pages._ui.previews import Shown

_ACTIONS = ("reply", "repeat", "star", "bookmark", "more_horiz")


def draw(shown: Shown) -> str:
    """Square avatar and handle on top, a content warning when sensitive, actions below."""
    handle = shown.handle if shown.handle.startswith("@") else f"@{shown.handle}"
    warning = shown.payload.body.get("spoiler_text")
    sensitive = '<div class="label">Shown behind a content warning</div>' if warning else ""
    actions = "".join(f"<span>{icon(name)}</span>" for name in _ACTIONS)
    return (
        '<article class="g-preview" style="--g-link:light-dark(#563ACC,#A4A1FF)">'
        f"<header>{shown.initial}<div><b>{shown.name}</b><span>{handle} · now · "
        f"{icon('public')}</span></div></header>{sensitive}"
        f'<div class="words">{shown.words}</div>{shown.pictures}'
        f"<footer>{actions}</footer></article>"
    )
