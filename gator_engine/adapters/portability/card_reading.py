"""Reading Character Cards (V1, V2, V3; PNG, JSON, CHARX), ours and those of other programs.

Nothing is guessed: what a card does not say stays open, and what Gator has no place for is listed.
No address in a card is ever called.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from gator_engine.adapters.portability.archive import MOST_IMAGES, not_taken
from gator_engine.adapters.portability.character_card import (
    EXTENSION,
    KEYWORD_V2,
    KEYWORD_V3,
    SPEC_V2,
    SPEC_V3,
    fingerprint,
)
from gator_engine.adapters.portability.documents import content_of, is_document
from gator_engine.adapters.portability.plain_data import MOST_TEXT_BYTES, decoded, parsed
from gator_engine.adapters.portability.png_text import texts, with_texts
from gator_engine.adapters.portability.safe_zip import SafeZip
from gator_engine.errors import InvalidInput
from gator_engine.ports import Outcome, PortableContent, PortableImage, ReportLine

CARD_FILE = "card.json"
# Beyond these no persona could hold a text, and putting names into it might make gigabytes of it.
LONGEST_TEXT, LONGEST_NAME = 100_000, 120
_NAMES = {SPEC_V2: "Character Card V2", SPEC_V3: "Character Card V3", "": "Character Card V1"}
_TEXTS_V1 = ("description", "personality", "scenario", "first_mes", "mes_example")
_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif"}
_EMBEDDED = re.compile(r"embedd?ed://(.+)")
_CHARACTER = re.compile(r"\{\{char\}\}|<bot>", re.IGNORECASE)
_START = re.compile(r"<start>", re.IGNORECASE)
_SPEAKER = re.compile(r"^(\{\{char\}\}|<bot>|\{\{user\}\}|<user>)[ \t]*:[ \t]*", re.I | re.M)
# What a card may hold that a persona has no field for, and why.
_HOMELESS = {
    "scenario": "the setting of a chat; a persona posts, it has none",
    "system_prompt": "Gator compiles its own instructions from the persona",
    "post_history_instructions": "Gator compiles its own instructions from the persona",
    "alternate_greetings": "Gator has no greetings",
    "group_only_greetings": "Gator has no greetings",
    "character_book": "Gator has no lorebook",
    "creator_notes": "Gator keeps no notes of other authors",
    "creator_notes_multilingual": "Gator keeps no notes of other authors",
    "creator": "the author of a revision is who saves it here",
    "character_version": "revisions are counted anew",
    "tags": "tags sort cards in other programs; themes are pillars here",
    "nickname": "a persona has one name",
    "source": "Gator keeps no origin of cards",
    "extensions": "belongs to other programs",
    "creation_date": "counted anew",
    "modification_date": "counted anew",
}
_MAPPED = {"name", "description", "personality", "first_mes", "mes_example", "assets"}


def is_card(data: Mapping[str, Any]) -> bool:
    """Whether JSON is a character card of any version."""
    if "spec" in data:
        return isinstance(data.get("data"), dict)
    return "name" in data and any(name in data for name in _TEXTS_V1)


def read_png(png: bytes) -> PortableContent:
    """The card in a picture, and the picture without it. Raises InvalidInput."""
    found = texts(png, (KEYWORD_V3, KEYWORD_V2))
    packed = found.get(KEYWORD_V3) or found.get(KEYWORD_V2)
    if not packed:
        raise InvalidInput("file", "is a picture without a character card", "tEXt chara or ccv3")
    try:
        text = decoded(base64.b64decode(packed.strip(), validate=True), "card")
    except binascii.Error as error:
        raise InvalidInput("card", "is not valid base64") from error
    content = read_card(parsed(text, "card"))
    bare = with_texts(png, {}, without=(KEYWORD_V2, KEYWORD_V3))
    image = PortableImage(bare, "card.png", role="card")
    taken = ReportLine(Outcome.TAKEN, image.name, "library", "the picture of the card")
    return PortableContent(
        content.format, content.fields, (*content.report, taken), (image, *content.images)
    )


def read_charx(packed: SafeZip) -> PortableContent:
    """The card of a CHARX file and the pictures among its assets. Raises InvalidInput."""
    text = decoded(packed.read(CARD_FILE, MOST_TEXT_BYTES), CARD_FILE)
    card = parsed(text, CARD_FILE)
    content = read_card(card)
    wanted = [path for path in _embedded(card) if path in packed]
    pictures = [p for p in wanted if PurePosixPath(p).suffix.lower() in _PICTURES][:MOST_IMAGES]
    images = [
        PortableImage(packed.read(path, packed.most_bytes), path, role="card") for path in pictures
    ]
    left = [name for name in packed.names if name not in {CARD_FILE, *pictures}]
    report = [ReportLine(Outcome.TAKEN, path, "library") for path in pictures]
    report += not_taken(left, "not a picture of the card")
    return PortableContent(
        f"{content.format} (CHARX)", content.fields, (*content.report, *report), tuple(images)
    )


def read_card(card: Mapping[str, Any]) -> PortableContent:
    """A card of any version as our fields. Raises InvalidInput naming what is not as specified."""
    if not is_card(card):
        raise InvalidInput("card", "is not a character card", "V1, V2 or V3")
    spec, data = card.get("spec", ""), card["data"] if "spec" in card else card
    if not isinstance(spec, str) or spec not in _NAMES:
        raise InvalidInput("card", f"has the unknown spec {str(spec)[:40]!r}", "V1, V2 or V3")
    own = _own(data)
    if own is not None:
        return PortableContent(_NAMES[spec], own.fields, own.report)
    fields, report = _mapped(data)
    newer = _newer(spec, card.get("spec_version"))
    return PortableContent(_NAMES[spec], fields, (*newer, *report, *_left(data)))


def _own(data: Mapping[str, Any]) -> PortableContent | None:
    """Our own copy of the persona in a card, when it has one."""
    extensions = data.get("extensions")
    ours = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    if not isinstance(ours, dict) or not is_document(ours):
        return None
    content = content_of(ours, f"extensions.{EXTENSION}")
    report = list(content.report)
    if ours.get("fingerprint") != fingerprint(data):
        note = "edited in another program; Gator took its own copy of the persona instead"
        report.append(ReportLine(Outcome.IGNORED, "the card's texts", note=note))
    others = [name for name in extensions or {} if name != EXTENSION]
    report += [
        ReportLine(Outcome.IGNORED, f"extensions.{name}"[:80], note=_HOMELESS["extensions"])
        for name in others
    ]
    report += [line for line in _left(data) if line.source.startswith("character_book")]
    return PortableContent(content.format, content.fields, tuple(report))


def _mapped(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[ReportLine]]:
    """The fields that the texts of a card give, and what was put where."""
    name = _text(data, "name").strip()
    identity: dict[str, Any] = {}
    voice: dict[str, Any] = {}
    report = []
    if name:
        identity["name"] = name
        report.append(ReportLine(Outcome.TAKEN, "name", "identity.name"))
    for source, part, field in (
        ("description", identity, "backstory"),
        ("personality", voice, "register"),
    ):
        if text := _text(data, source).strip():
            part[field] = _named(text, name)
            where = f"{'identity' if part is identity else 'voice'}.{field}"
            report.append(_taken(source, where, text, part[field]))
    posts = []
    if first := _text(data, "first_mes").strip():
        posts.append(_named(first, name))
        report.append(_taken("first_mes", "voice.sample_posts", first, posts[0]))
    if examples := _text(data, "mes_example").strip():
        said = _said(examples, name)
        posts += said
        report.append(_examples(len(said)))
    if posts:
        voice["sample_posts"] = list(dict.fromkeys(posts))
    fields = {"identity": identity, **({"voice": voice} if voice else {})}
    note = "fields that a card does not have start with Gator's standard values"
    return fields, [*report, ReportLine(Outcome.CHANGED, "everything else", note=note)]


def _text(data: Mapping[str, Any], name: str) -> str:
    """A text of the card; many programs write null where the specification wants ""."""
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"card {name}", f"is a {type(value).__name__}", "text")
    return value


def _named(text: str, name: str) -> str:
    """The text with the character's name in place of {{char}} (specification V1)."""
    fits = 0 < len(name) <= LONGEST_NAME and len(text) <= LONGEST_TEXT
    return _CHARACTER.sub(lambda _: name, text) if fits else text


def _taken(source: str, target: str, before: str, after: str) -> ReportLine:
    if before != after:
        return ReportLine(Outcome.CHANGED, source, target, "{{char}} became the name")
    return ReportLine(Outcome.TAKEN, source, target)


def _examples(count: int) -> ReportLine:
    if not count:
        note = "none of its lines is marked as said by the character"
        return ReportLine(Outcome.IGNORED, "mes_example", note=note)
    note = f"{count} messages of the character; what the user says was left out"
    return ReportLine(Outcome.CHANGED, "mes_example", "voice.sample_posts", note)


def _said(examples: str, name: str) -> list[str]:
    """What the character says in example conversations."""
    if len(examples) > LONGEST_TEXT or len(name) > LONGEST_NAME:
        return [examples]
    said = []
    for talk in _START.split(examples):
        if name:
            talk = re.sub(rf"^{re.escape(name)}[ \t]*:", "{{char}}:", talk, flags=re.M)
        pieces = _SPEAKER.split(talk)
        for speaker, words in zip(pieces[1::2], pieces[2::2], strict=True):
            if _CHARACTER.fullmatch(speaker) and words.strip():
                said.append(_named(words.strip(), name))
    return said


def _newer(spec: str, version: object) -> Iterable[ReportLine]:
    known = {SPEC_V2: "2.0", SPEC_V3: "3.0"}.get(spec)
    if known and version != known:
        note = f"not {known}; read as far as {known} goes"
        yield ReportLine(Outcome.CHANGED, f"spec_version {str(version)[:20]!r}", note=note)


def _left(data: Mapping[str, Any]) -> list[ReportLine]:
    """What the card says and a persona cannot hold."""
    lines = []
    for name in data:
        if name in _MAPPED or data[name] in ("", None, [], {}):
            continue
        why = _HOMELESS.get(name, "not part of the specification")
        lines.append(ReportLine(Outcome.IGNORED, f"{name}{_size(data[name])}"[:80], note=why))
    outside = [uri for uri in _uris(data) if not _EMBEDDED.match(uri) and uri != "ccdefault:"]
    if outside:
        note = "Gator reads pictures inside the file only, and calls no addresses"
        lines.append(ReportLine(Outcome.IGNORED, f"{len(outside)} assets outside", note=note))
    return lines


def _size(value: object) -> str:
    if isinstance(value, dict) and isinstance(value.get("entries"), list):
        return f" ({len(value['entries'])} entries)"
    return f" ({len(value)})" if isinstance(value, list) else ""


def _uris(data: Mapping[str, Any]) -> list[str]:
    assets = data.get("assets")
    found = (
        [a.get("uri") for a in assets if isinstance(a, dict)] if isinstance(assets, list) else []
    )
    return [uri for uri in found if isinstance(uri, str)]


def _embedded(card: Mapping[str, Any]) -> list[str]:
    """Paths inside a CHARX file that the card's assets name (the specification's spelling is
    "embeded", some programs write "embedded")."""
    data = card.get("data")
    matches = [_EMBEDDED.fullmatch(uri) for uri in _uris(data if isinstance(data, dict) else {})]
    return list(dict.fromkeys(match[1] for match in matches if match))
