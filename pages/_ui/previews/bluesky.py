"""A post as it looks in a Bluesky timeline."""

from __future__ import annotations

from pages._ui.icons import icon
from pages._ui.previews import Shown

_ACTIONS = ("chat_bubble", "repeat", "favorite", "bookmark", "more_horiz")


def draw(shown: Shown) -> str:
    """Name and handle in one line, blue links, actions below."""
    actions = "".join(f"<span>{icon(name)}</span>" for name in _ACTIONS)
    return (
        '<article class="g-preview" style="--g-link:light-dark(#0F73FF,#52A8FF)">'
        f"<header>{shown.initial}<div><b>{shown.name}</b><span>@{shown.handle} · now</span></div>"
        f'</header><div class="words">{shown.words}</div>{shown.pictures}'
        f"<footer>{actions}</footer></article>"
    )
