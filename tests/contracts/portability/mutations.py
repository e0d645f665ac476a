"""Damage done to good files, by a seed: bytes anywhere, and values inside intact containers."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from copy import deepcopy
from io import BytesIO
from random import Random
from typing import Any

import yaml
from PIL import Image

from gator_engine.adapters.portability import PortableFiles
from gator_engine.adapters.portability.documents import FORMAT, SCHEMA
from gator_engine.adapters.portability.png_text import with_texts
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.ports import CardFacts, PortableImage

ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        18,
        2**63,
        10**30,
        1.5,
        1e308,
        "",
        " ",
        "x" * 5000,
        "../../etc/passwd",
    ),
    *(
        "\x00",
        "\ud800",
        "\u202e",
        "<script>alert(1)</script>",
        "{{char}}",
        "👩🏽‍🎨",
        [],
        {},
        [[]],
        [None],
    ),
    *(
        {"": ""},
        ["x"] * 60,
        {"spec": "chara_card_v3"},
        {"entries": [1]},
        "chara_card_v2",
        "general",
    ),
)
CHUNKS = (
    b"",
    b"\x00",
    b"\xff" * 4,
    b"PK\x05\x06",
    b"PK\x01\x02",
    b"IEND",
    b"[",
    b"{",
    b"&a *a",
    b"!!",
)


def picture() -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((8, 8)).save(out, "PNG")
    return out.getvalue()


def foreign_card() -> dict[str, Any]:
    return {
        "spec": "chara_card_v2",
        "spec_version": "2.0",
        "data": {
            "name": "Ada",
            "description": "{{char}} keeps foxes.",
            "personality": "dry",
            "first_mes": "Evening.",
            "mes_example": "<START>\n{{user}}: Hi\n{{char}}: The foxes are asleep.",
            "alternate_greetings": ["Oh."],
            "character_book": {"entries": [{"keys": ["fox"], "content": "A fox."}]},
            "assets": [{"type": "icon", "uri": "embeded://a.png", "name": "main", "ext": "png"}],
            "extensions": {},
        },
    }


def charx(card: Any) -> bytes:
    return zipped({"card.json": json.dumps(card).encode(), "a.png": picture()})


def zipped(entries: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return out.getvalue()


def in_picture(card: Any) -> bytes:
    return with_texts(picture(), {"ccv3": base64.b64encode(json.dumps(card).encode())}, without=())


def good_files(files: PortableFiles, facts: CardFacts) -> list[bytes]:
    """One of every kind that Gator reads."""
    profile = TEMPLATES[0].profile
    image = PortableImage(picture(), "a.png", role="reference", title="A")
    return [
        files.text(profile, "yaml").encode(),
        files.text(profile, "json").encode(),
        files.archive(profile, [image]),
        files.card(profile, facts, picture(), 2),
        files.card(profile, facts, picture(), 3),
        files.card(profile, facts, None, 3),
        json.dumps(foreign_card()).encode(),
        in_picture(foreign_card()),
        charx(foreign_card()),
    ]


def damaged(random: Random, good: list[bytes]) -> bytes:
    """A good file with a few bytes changed, cut out, repeated, put in or taken from another."""
    data = bytearray(random.choice(good))
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        start = random.randrange(len(data) + 1)
        end = min(len(data), start + random.choice((1, 1, 2, 4, 32, 512)))
        match random.randrange(6):
            case 0 if start < len(data):
                data[start] ^= 1 << random.randrange(8)
            case 1:
                del data[start:end]
            case 2:
                data[start:start] = data[start:end] * random.choice((1, 2, 50))
            case 3:
                data[start:end] = random.choice(CHUNKS)
            case 4:
                other = random.choice(good)
                data[start:end] = other[random.randrange(len(other)) :][
                    : random.choice((4, 64, 999))
                ]
            case _:
                data[start:end] = random.randbytes(end - start)
    return bytes(data)


def rebuilt(random: Random, files: PortableFiles, facts: CardFacts) -> bytes:
    """An intact file of any kind whose values make no sense."""
    profile = TEMPLATES[0].profile
    ours = json.loads(files.text(profile, "json"))
    card = random.choice((foreign_card(), json.loads(files.card(profile, facts, None, 3))))
    tree = strange(random, random.choice((ours, card)))
    match random.randrange(5):
        case 0:
            return json.dumps(tree).encode()
        case 1:
            return yaml.dump(tree).encode("utf-8", "surrogatepass")
        case 2:
            return in_picture(tree)
        case 3:
            return charx(tree)
        case _:
            return archive(random, tree)


def archive(random: Random, tree: Any) -> bytes:
    """A zip whose checksums are right, with a strange persona or a strange manifest."""
    persona = json.dumps(tree).encode()
    listed = [
        {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "title": "A"}
        for path, data in (("persona.yaml", persona), ("images/a.png", picture()))
    ]
    manifest: Any = {"format": FORMAT, "schema": SCHEMA, "files": listed}
    if random.random() < 0.5:
        manifest = strange(random, manifest)
    files = {"persona.yaml": persona, "images/a.png": picture()}
    return zipped({"manifest.json": json.dumps(manifest).encode(), **files})


def strange(random: Random, tree: Any) -> Any:
    """The tree with one to four values replaced, removed or renamed."""
    for _ in range(random.randint(1, 4)):
        place = tree
        while isinstance(place, dict | list) and place:
            key = (
                random.choice(list(place))
                if isinstance(place, dict)
                else random.randrange(len(place))
            )
            inner = place[key]
            if not isinstance(inner, dict | list) or not inner or random.random() < 0.2:
                _change(random, place, key)
                break
            place = inner
    return tree


def _change(random: Random, place: Any, key: Any) -> None:
    match random.randrange(4):
        case 0:
            del place[key]
        case 1 if isinstance(place, dict):
            place[random.choice(("", "x", "name", "data", "\x00", "y" * 300))] = place.pop(key)
        case _:
            place[key] = deepcopy(random.choice(ODD))
