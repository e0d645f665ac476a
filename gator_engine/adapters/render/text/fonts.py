"""Which shipped font draws which part of a text, and how wide it is; all widths in ems."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import regex

from gator_engine.adapters.typefaces import emoji
from gator_engine.adapters.typefaces.files import HAS_RAQM, chain, clusters, covers, load
from gator_engine.errors import CapabilityError

EMOJI = "emoji"
"""Stands for a font file where colour pictures are drawn."""
EMOJI_SCALE = 0.94
REFERENCE = 128
"""Pixels of the size at which text is measured."""
FALLBACK_WEIGHT = 700
_SCRIPTS = ("NotoSansArabic", "NotoSansHebrew", "NotoSansThai", "NotoSansDevanagari")
_SYMBOLS = ("NotoSansSymbols2", "NotoEmoji")
_EAST_ASIA = {
    "ja": ("NotoSansJP", "NotoSansSC", "NotoSansKR"),
    "ko": ("NotoSansKR", "NotoSansSC", "NotoSansJP"),
    "zh": ("NotoSansSC", "NotoSansJP", "NotoSansKR"),
}
_KANA, _HANGUL = regex.compile(r"[\p{Hiragana}\p{Katakana}]"), regex.compile(r"\p{Hangul}")
_HAN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\u3000-\u303f\uff00-\uffef]")
_SHARED_MARKS = frozenset("“”‘’…—·")
_UNSEEN = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}]")
_STEERING = regex.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_CONTROL = regex.compile(r"\p{Cc}")
_NEEDS_SHAPING = regex.compile(
    r"[\p{Arabic}\p{Hebrew}\p{Devanagari}\p{Thai}\p{Bidi_Class=R}\p{Bidi_Class=AL}]"
)
COVERED = (
    "Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai, Chinese, Japanese, Korean, "
    "symbols and emoji"
)


@dataclass(frozen=True)
class Voice:
    """How a text is set: face, weight, tracking in ems, and the size its shapes are made for.

    `language` decides between the Chinese and Japanese shapes of one character; `spacing` widens
    the spaces between words, in ems.
    """

    face: str
    weight: int
    optical: float = 80.0
    tracking: float = 0.0
    language: str = "en"
    spacing: float = 0.0


def clean(text: str) -> str:
    """NFC, blanks as single spaces, without characters that are never seen but steer direction.

    Joiners stay where they are part of a character.
    """
    text = _STEERING.sub("", _CONTROL.sub(" ", unicodedata.normalize("NFC", text)))
    seen = "".join(cluster for cluster in clusters(text) if _UNSEEN.sub("", cluster))
    return " ".join(seen.split())


def east_asia(language: str, text: str) -> tuple[str, ...]:
    """The order in which the fonts of East Asia are asked, by language, else by the script."""
    code = language.lower().split("-")[0]
    if code not in _EAST_ASIA:
        code = "ja" if _KANA.search(text) else "ko" if _HANGUL.search(text) else "zh"
    return _EAST_ASIA[code]


@lru_cache(maxsize=8192)
def _file_for(cluster: str, face: str, east: tuple[str, ...]) -> str | None:
    if emoji.is_colour(cluster) and emoji.parts(cluster):
        return EMOJI
    seen = _UNSEEN.sub("", cluster)
    for stem in (*chain(face), "Inter", *_SCRIPTS, *east, *_SYMBOLS):
        if covers(stem, seen):
            return stem
    return None


def _named(cluster: str) -> str:
    points = " ".join(f"U+{ord(char):04X}" for char in cluster)
    return f"{cluster!r} ({points}, {unicodedata.name(cluster[0], 'unnamed')})"


@lru_cache(maxsize=2048)
def files(text: str, voice: Voice) -> tuple[tuple[str, str], ...]:
    """(cluster, font file) for every grapheme cluster of a cleaned text.

    Raises CapabilityError naming every character that no shipped font has, and, where Pillow was
    built without Raqm, for scripts whose letters change with their neighbours.
    """
    east, parts = east_asia(voice.language, text), clusters(text)
    if not HAS_RAQM and _NEEDS_SHAPING.search(text):
        raise CapabilityError(
            "Pillow without Raqm", "scripts with joined letters", "Latin, Greek, Cyrillic, CJK"
        )
    found: list[tuple[str, str]] = []
    missing: dict[str, None] = {}
    for place, cluster in enumerate(parts):
        order: str | None = None
        if cluster in _SHARED_MARKS and _beside_han(parts, place):
            order = next((stem for stem in east if covers(stem, cluster)), None)
        order = order or _file_for(cluster, voice.face, east)
        pieces = [(cluster, order)] if order else _apart(cluster, voice.face, east)
        if pieces:
            found += pieces
        else:
            missing[cluster] = None
    if missing:
        names = ", ".join(_named(cluster) for cluster in missing)
        raise CapabilityError("Text in videos", f"characters that no font has: {names}", COVERED)
    return tuple(found)


def _apart(cluster: str, face: str, east: tuple[str, ...]) -> list[tuple[str, str]]:
    """A letter and marks that no one font has together, each in its own; [] when one lacks."""
    found: list[tuple[str, str]] = []
    for char in cluster:
        if found and _UNSEEN.match(char):
            found[-1] = (found[-1][0] + char, found[-1][1])
            continue
        stem = _file_for(char, face, east)
        if stem is None:
            return []
        found.append((char, stem))
    return found


def _beside_han(parts: list[str], place: int) -> bool:
    near = parts[max(0, place - 1) : place] + parts[place + 1 : place + 2]
    return any(_HAN.match(cluster) for cluster in near)


def weight_of(stem: str, voice: Voice) -> int:
    """The weight a font file is loaded at."""
    return FALLBACK_WEIGHT if stem.startswith("Noto") else voice.weight


def tracking_of(stem: str, voice: Voice) -> float:
    """Tracking in ems; letters of other scripts than the typeface's stay where they join."""
    return 0.0 if stem == EMOJI or stem.startswith("Noto") else voice.tracking


def direction(rtl: bool) -> str | None:
    """Raqm's name of a direction; None where Pillow has no Raqm."""
    return ("rtl" if rtl else "ltr") if HAS_RAQM else None


@lru_cache(maxsize=16384)
def advance(text: str, stem: str, voice: Voice, rtl: bool) -> float:
    """Width in ems of a text in one font file and direction."""
    if stem == EMOJI:
        pictures = sum(len(emoji.parts(cluster)) for cluster in clusters(text))
        return pictures * emoji.ADVANCE * EMOJI_SCALE
    font = load(stem, REFERENCE, weight_of(stem, voice), voice.optical)
    width = font.getlength(text, direction=direction(rtl)) / REFERENCE
    tracking = tracking_of(stem, voice)
    width += voice.spacing * text.count(" ")
    return float(width + (tracking * len(clusters(text)) if tracking else 0.0))


@lru_cache(maxsize=16384)
def ink(text: str, stem: str, voice: Voice, rtl: bool) -> tuple[float, float]:
    """How far the ink of a text reaches above and below its baseline, in ems."""
    if stem == EMOJI:
        reach = emoji.ADVANCE * EMOJI_SCALE / 2
        return emoji.CENTRE + reach * 0.94, reach * 0.94 - emoji.CENTRE
    font = load(stem, REFERENCE, weight_of(stem, voice), voice.optical)
    _, top, _, bottom = font.getbbox(text, anchor="ls", direction=direction(rtl))
    return -top / REFERENCE, bottom / REFERENCE


@lru_cache(maxsize=256)
def cap_height(voice: Voice) -> float:
    """Height of a capital in ems."""
    return ink("H", chain(voice.face)[0], voice, False)[0]
