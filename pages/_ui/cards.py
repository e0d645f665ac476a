"""Small drawn things that several pages share: avatars, chips, pictures, prompts, facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

import streamlit as st

from gator_engine.domain.assets import Asset, AssetKind
from gator_engine.domain.briefs import CompiledPrompt, Fragment
from gator_engine.domain.personas import Brand, PersonaProfile
from pages._ui import words
from pages._ui.field_links import Links
from pages._ui.icons import icon
from pages._ui.session import studio

# Where a piece of a prompt came from: its group (a class in style.py), and the group in words.
GROUPS = {
    "identity": "Identity",
    "appearance": "Appearance",
    "brief": "Your brief",
    "pillars": "Content pillar",
    "brand": "Brand",
    "boundaries": "Boundaries",
    "generation": "Generation",
}


KINDS = {
    AssetKind.IMAGE: ("image", "Picture"),
    AssetKind.VIDEO: ("movie", "Video"),
    AssetKind.AUDIO: ("graphic_eq", "Sound"),
    AssetKind.SUBTITLE: ("subtitles", "Subtitles"),
}
"""The symbol and the name of each kind of file."""


def html(body: str) -> None:
    """Put our own markup on the page; whoever builds it has escaped what people typed."""
    st.html(body)


def avatar(brand: Brand, name: str, *, small: bool = False) -> str:
    """The persona's initial on its first colour."""
    back = brand.palette[0]
    return (
        f'<div class="g-avatar{" small" if small else ""}" aria-hidden="true"'
        f' style="background:{escape(back)};color:{_readable(back)}">'
        f"{escape(name[:1].upper() or '?')}</div>"
    )


def person(
    profile: PersonaProfile, note: str = "", *, cover: bool = False, face: Asset | None = None
) -> str:
    """Avatar, name and handle in a row; `cover` puts the brand's colours above it.

    `face` is a picture of the library to show instead of the initial.
    """
    who = profile.identity
    shown = avatar(profile.brand, who.name) if face is None else _face(face, who.name)
    return (
        f"{_cover(profile.brand) if cover else ''}"
        f'<div class="g-row">{shown}<div>'
        f'<div class="g-title">{escape(who.name)}</div>'
        f'<div class="g-soft">@{escape(who.handle)}{" · " + escape(note) if note else ""}</div>'
        "</div></div>"
    )


def _face(picture: Asset, name: str) -> str:
    source = escape(studio().library.url(picture.id, thumbnail=True))
    return f'<img class="g-avatar" src="{source}" alt="{escape(name, quote=True)}" loading="lazy">'


def _cover(brand: Brand) -> str:
    """The palette as a soft field of colour."""
    colours = [brand.palette[number % len(brand.palette)] for number in range(4)]
    variables = ";".join(f"--c{number}:{colour}" for number, colour in enumerate(colours))
    return f'<div class="g-cover" aria-hidden="true" style="{escape(variables, quote=True)}"></div>'


def chips(texts: Iterable[str], symbol: str = "") -> str:
    """Short facts as rounded labels."""
    mark = icon(symbol) if symbol else ""
    return "".join(f'<span class="g-chip">{mark}{escape(text)}</span>' for text in texts)


def facts(pairs: Mapping[str, str]) -> None:
    """Names and values, aligned; empty values are left out."""
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs.items() if value
    )
    html(f'<dl class="g-facts">{rows}</dl>')


def picture(asset: Asset, *, whole: bool = False, ratio: str = "") -> None:
    """A picture of the library with its alt text."""
    source = studio().library.url(asset.id, thumbnail=not whole)
    shape = f' style="aspect-ratio:{ratio}"' if ratio else ""
    said = escape(asset.alt_text or f"{asset.title or 'Picture'}; no description yet", quote=True)
    drawn = f'<img class="g-thumb" src="{escape(source)}" alt="{said}" loading="lazy"{shape}>'
    html(drawn if asset.facts.kind is AssetKind.IMAGE else _badged(drawn, asset))


def _badged(drawn: str, asset: Asset) -> str:
    """A thumbnail that says what it stands for, and how long that plays."""
    symbol, name = KINDS[asset.facts.kind]
    plays = words.length(asset.facts.duration_s) if asset.facts.duration_s else ""
    label = f"{name}, {plays}" if plays else name
    whole = "" if asset.facts.kind is AssetKind.VIDEO else " drawn"
    return (
        f'<div class="g-media{whole}">{drawn}<span class="g-badge" role="img" aria-label="{label}">'
        f"{icon(symbol)}{plays}</span></div>"
    )


def prompt(compiled: CompiledPrompt, links: Links) -> None:
    """A compiled prompt: each piece says where it came from, in words and by colour, and leads
    there."""
    fragments(compiled.fragments, links)
    if compiled.negative:
        html('<div class="g-eyebrow">Kept out</div>')
        fragments(compiled.negative, links)


def fragments(parts: Iterable[Fragment], links: Links) -> None:
    """Pieces of a prompt, each a link to where it came from."""
    html(f'<div class="g-prompt">{"".join(_fragment(part, links) for part in parts)}</div>')


def _fragment(part: Fragment, links: Links) -> str:
    group, _, field = part.source.partition(".")
    source = GROUPS.get(group, group.capitalize())
    if field and group != "brief":
        source = f"{source} · {field.replace('_', ' ')}"
    weight = f" ×{part.weight:g}" if part.weight != 1 else ""
    shade = group if group in GROUPS else "other"
    said = f"{source}: {part.text}"
    return (
        f'<a class="g-frag g-{shade}" {links.attributes(part.source, said)}>'
        f"<small>{escape(source + weight)}</small>{escape(part.text)}</a>"
    )


def _readable(colour: str) -> str:
    """Black or white, whichever reads better on a "#RRGGBB" colour (sRGB luma, ITU-R BT.601)."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#111111" if 0.299 * red + 0.587 * green + 0.114 * blue > 150 else "#FFFFFF"
