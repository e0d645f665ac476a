"""A library of any size, stored in seconds: assets, the posts that show some, and a board."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, Engine, text

from gator_engine.adapters.sql import fulltext, open_store
from gator_engine.adapters.sql.asset_search import first_place
from gator_engine.adapters.sql.engine import database_at, open_engines
from gator_engine.adapters.sql.repositories.assets import row_of
from gator_engine.adapters.sql.tables import asset_tags, assets
from gator_engine.domain.assets import (
    Asset,
    AssetKind,
    FileFacts,
    Origin,
    Provenance,
    shelf_of,
)
from gator_engine.domain.boards import Board
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.personas import Persona, PersonaRevision, Rating
from gator_engine.domain.posts import Post, PostMedia

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOGETHER = 5000
BOARD = "B" * 26
# Zipf-like: the first words stand in most prompts, the last in hardly any.
COMMON = (
    "portrait light studio soft film street morning window garden red blue green kitchen rain"
    " market clay bowl kiln glaze coffee train river forest snow bicycle lantern"
)
WORDS = (*COMMON.split(), *(f"word{number}" for number in range(2000)))
MODELS = ("", "sdxl-base", "sd15-tuned", "flux-schnell", "card")
TAGS = tuple(f"tag{number}" for number in range(60))


def stock(url: str, count: int, thumbnails: tuple[str, ...] = ()) -> str:
    """Fill a migrated, empty database; returns the id of a persona that owns a tenth."""
    chance = random.Random(1)
    people = _people(url)
    engines = open_engines(database_at(url))
    with engines.writer.begin() as connection:
        made = (_asset(number, chance, people, thumbnails) for number in range(count))
        while some := list(islice(made, TOGETHER)):
            _store(connection, some)
        fulltext.rebuild(connection)
    _posts_and_board(url, people[0], count)
    _tidy(engines.writer)
    engines.dispose()
    return people[0]


def _tidy(engine: Engine) -> None:
    """What autovacuum does by itself on a real server; SQLite gets its statistics."""
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _store(connection: Connection, some: list[Asset]) -> None:
    rows = [{**row_of(asset), "place": first_place(asset.created_at)} for asset in some]
    connection.execute(assets.insert(), rows)
    tags = [
        {"tag": tag, "asset_id": asset.id, "shelf": shelf_of(asset)}
        for asset in some
        for tag in asset.tags
    ]
    connection.execute(asset_tags.insert(), tags)


def _asset(
    number: int, chance: random.Random, people: list[str], thumbnails: tuple[str, ...]
) -> Asset:
    prompt = " ".join(_word(chance) for _ in range(24))
    uploaded = chance.random() < 0.2
    model = "" if uploaded else chance.choice(MODELS)
    origin = Origin.UPLOAD if uploaded else Origin.AI_GENERATED
    return Asset(
        id=f"A{number:025}",
        sha256=f"{number:064x}",
        facts=FileFacts(AssetKind.IMAGE, "image/png", 1_500_000, 1024, 1280),
        provenance=Provenance(origin, "Benchmark", "bench", model, number, prompt, {"steps": 30}),
        created_at=NOW - timedelta(minutes=10 * number, microseconds=number),
        title=f"{_word(chance)} {number}",
        alt_text=f"A picture of {_word(chance)}",
        tags=tuple(chance.sample(TAGS, 2)),
        rating=chance.choice((None, *Rating)),
        persona_id=people[number % len(people)],
        thumbnail_sha256=thumbnails[number % len(thumbnails)] if thumbnails else None,
        deleted_at=NOW if chance.random() < 0.03 else None,
        favourite=chance.random() < 0.02,
    )


def _word(chance: random.Random) -> str:
    return WORDS[min(len(WORDS), int(chance.paretovariate(0.6))) - 1]


def _people(url: str) -> list[str]:
    store = open_store(url)
    ids = [f"P{number:025}" for number in range(10)]
    with store.write() as uow:
        for number, persona_id in enumerate(ids):
            profile = TEMPLATES[number % len(TEMPLATES)].profile
            first = PersonaRevision(f"R{number:025}", persona_id, 1, profile, "bench", "", NOW)
            uow.personas.add(Persona(persona_id, f"persona.{number}", first, NOW))
    store.close()
    return ids


def _posts_and_board(url: str, persona_id: str, count: int) -> None:
    """A post for every hundredth asset, and a board with every two-hundredth."""
    store = open_store(url)
    with store.write() as uow:
        for number in _every(100, count):
            media = (PostMedia(f"A{number:025}", "a picture"),)
            revision = f"R{0:025}"
            uow.posts.add(
                Post(f"O{number:025}", persona_id, revision, "Look", NOW, NOW, "bench", media)
            )
        uow.boards.add(Board(BOARD, "Spring", NOW, "bench"))
        uow.boards.put(BOARD, [f"A{number:025}" for number in _every(200, count)], NOW)
    store.close()


def _every(step: int, count: int) -> Iterator[int]:
    return iter(range(0, count, step))
