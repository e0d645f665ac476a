"""What people and the studio put beside assets: boards, tags, ratings, fingerprints."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, Table

from gator_engine.adapters.sql.columns import Word, one_of
from gator_engine.adapters.sql.tables.base import instant, key, link, metadata, text
from gator_engine.domain.assets import Shelf
from gator_engine.domain.personas import Rating
from gator_engine.domain.ratings import RatedKind, RatingSource

boards = Table(
    "boards",
    metadata,
    key(),
    text("name"),
    instant("created_at"),
    text("created_by"),
    link("cover_asset_id", "assets.id", nullable=True),
    instant("archived_at", nullable=True),
)

board_assets = Table(
    "board_assets",
    metadata,
    link("board_id", "boards.id", primary_key=True),
    link("asset_id", "assets.id", primary_key=True),
    instant("added_at"),
    Index(None, "asset_id"),
)

# The shelf is that of the asset, repeated here so that one index counts the tags of a shelf.
asset_tags = Table(
    "asset_tags",
    metadata,
    Column("tag", key().type, primary_key=True),
    link("asset_id", "assets.id", primary_key=True),
    Column("shelf", Word(Shelf), nullable=False),
    Index(None, "asset_id"),
    Index(None, "shelf", "tag"),
)

content_ratings = Table(
    "content_ratings",
    metadata,
    key(),
    Column("subject_kind", Word(RatedKind), nullable=False),
    text("subject_id"),
    Column("rating", Word(Rating)),
    Column("source", Word(RatingSource), nullable=False),
    text("by"),
    instant("at"),
    Column("confidence", Double),
    text("note"),
    text("words_sha256"),
    one_of("subject_kind", RatedKind),
    one_of("rating", Rating),
    one_of("source", RatingSource),
    Index(None, "subject_id", "at"),
)

# A 64-bit difference hash, whole and in four bands of 16 bits, and the 2,048 bits of its detail; a
# row without detail was made before there was any (see domain/fingerprints.py).
fingerprints = Table(
    "fingerprints",
    metadata,
    link("asset_id", "assets.id", primary_key=True),
    Column("bits", BigInteger),
    *(Column(f"band_{number}", Integer) for number in range(4)),
    Column("detail", LargeBinary),
    *(Index(None, f"band_{number}") for number in range(4)),
)
