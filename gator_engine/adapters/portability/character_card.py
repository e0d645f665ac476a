"""A persona as a Character Card: the fields that chat tools read, and our own copy beside them.

Specifications: https://github.com/malfoyslastname/character-card-spec-v2 (V2) and
https://github.com/kwaroran/character-card-spec-v3 (V3). Chat tools have one text where a profile
has many fields, so `data.extensions.gator` carries the whole profile, and a fingerprint of the
texts that tells whether another program edited them since.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from gator_engine.adapters.portability.documents import document
from gator_engine.adapters.portability.plain_data import to_json
from gator_engine.adapters.portability.png_text import with_texts
from gator_engine.domain.personas import PersonaProfile
from gator_engine.domain.voice import compile_voice
from gator_engine.errors import InvalidInput
from gator_engine.ports import CardFacts

KEYWORD_V2, KEYWORD_V3 = "chara", "ccv3"
SPEC_V2, SPEC_V3 = "chara_card_v2", "chara_card_v3"
EXTENSION = "gator"
# Texts that people edit in chat tools; what else a tool may add does not concern the persona.
EDITABLE = (
    "name",
    "description",
    "personality",
    "scenario",
    "first_mes",
    "mes_example",
    "system_prompt",
    "post_history_instructions",
)
_BACKFILLED = (
    "This character card is Character Card V3, but it is loaded as a Character Card V2. "
    "Please use a Character Card V3 compatible application to use this character card properly."
)


def write_card(
    profile: PersonaProfile, facts: CardFacts, picture: bytes | None, version: int
) -> bytes:
    """The card in the PNG `picture`, or as bare JSON. Raises InvalidInput naming `version`.

    A V3 picture also carries the V2 card for tools that know only that one.
    """
    if version not in (2, 3):
        raise InvalidInput("version", f"is {version}", "2 or 3")
    card = _card_v3(profile, facts) if version == 3 else _card_v2(profile, facts)
    if picture is None:
        return to_json(card, indent=2).encode()
    added = {KEYWORD_V2: _packed(card)}
    if version == 3:
        older = _card_v2(profile, facts)
        older["data"]["creator_notes"] = f"{_BACKFILLED}\n\n{older['data']['creator_notes']}"
        added = {KEYWORD_V2: _packed(older), KEYWORD_V3: _packed(card)}
    return with_texts(picture, added, without=(KEYWORD_V2, KEYWORD_V3))


def fingerprint(data: Mapping[str, Any]) -> str:
    """SHA-256 over the editable texts of a card."""
    texts = [data.get(name) for name in EDITABLE]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def _card_v2(profile: PersonaProfile, facts: CardFacts) -> dict[str, Any]:
    return {"spec": SPEC_V2, "spec_version": "2.0", "data": _data(profile, facts)}


def _card_v3(profile: PersonaProfile, facts: CardFacts) -> dict[str, Any]:
    icon = {"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"}
    data = {
        **_data(profile, facts),
        "group_only_greetings": [],
        "assets": [icon],
        "creation_date": int(facts.created_at.timestamp()),
        "modification_date": int(facts.revised_at.timestamp()),
    }
    return {"spec": SPEC_V3, "spec_version": "3.0", "data": data}


def _data(profile: PersonaProfile, facts: CardFacts) -> dict[str, Any]:
    posts = profile.voice.sample_posts
    data: dict[str, Any] = {
        "name": profile.identity.name,
        "description": "\n".join(_description(profile)),
        "personality": "\n".join(_personality(profile)),
        "scenario": "\n".join(_scenario(profile)),
        "first_mes": posts[0] if posts else "",
        "mes_example": "\n".join(f"<START>\n{{{{char}}}}: {post}" for post in posts),
        "creator_notes": _notes(profile),
        "system_prompt": compile_voice(profile),
        "post_history_instructions": "\n".join(_reminder(profile)),
        "alternate_greetings": [],
        "tags": list(dict.fromkeys(pillar.name for pillar in profile.pillars)),
        "creator": "",
        "character_version": str(facts.revision),
    }
    own = {**document(profile), "fingerprint": fingerprint(data)}
    return {**data, "extensions": {EXTENSION: own}}


def _description(profile: PersonaProfile) -> Iterable[str]:
    who, looks = profile.identity, profile.appearance
    yield f"{who.name} (@{who.handle}), {who.age} years old, an adult synthetic persona."
    yield from _line("Pronouns", who.pronouns)
    yield from _line("Occupation", who.occupation)
    yield from _line("Home", who.home_place)
    yield from _line("Languages", ", ".join(who.languages))
    yield from _line("About", who.bio)
    yield from _line("Past", who.backstory)
    for name in ("build", "skin", "hair", "eyes"):
        yield from _line(name.capitalize(), getattr(looks, name))
    yield from _line("Features", ", ".join(looks.features))
    for outfit in looks.wardrobe:
        yield from _line(f"Wears ({outfit.context})", outfit.clothes)


def _personality(profile: PersonaProfile) -> Iterable[str]:
    voice = profile.voice
    yield from _line("Register", voice.register)
    yield ", ".join(f"{name} {value}/100" for name, value in vars(voice.tone).items())
    yield from _line("Likes the words", ", ".join(voice.vocabulary))
    yield from _line("Says", " / ".join(voice.signature_phrases))


def _scenario(profile: PersonaProfile) -> Iterable[str]:
    if profile.pillars:
        yield f"{profile.identity.name} writes posts about these themes:"
    for pillar in profile.pillars:
        yield f"- {pillar.name}{': ' if pillar.description else ''}{pillar.description}"


def _reminder(profile: PersonaProfile) -> Iterable[str]:
    yield f"Content rating: {profile.boundaries.rating}."
    yield from _line("Never touch", ", ".join(profile.boundaries.forbidden_topics))
    yield from _line("Never write", " / ".join(profile.voice.forbidden_phrases))


def _notes(profile: PersonaProfile) -> str:
    made = "Designed with Gator, which reads its full profile back from this card."
    return f"{profile.boundaries.disclosure_text}\n\n{made}"


def _line(label: str, text: str) -> Iterable[str]:
    if text.strip():
        yield f"{label}: {text.strip()}"


def _packed(card: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON in base64, as both specifications want it in a tEXt chunk."""
    return base64.b64encode(to_json(card).encode())
