"""Full-text search, shelves and places of assets; boards, tags, ratings and fingerprints.

Why: after a month a studio is only as good as what one can find again in it, at any size.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from gator_engine.domain.search_terms import terms_of

revision = "2026_11_22_library"
down_revision = "2026_11_22_turns"
branch_labels = None
depends_on = None

RATINGS = ("general", "suggestive", "mature", "explicit")
FACETS = ("persona_id", "kind", "origin", "rating", "model", "favourite")
TABLES = ("boards", "board_assets", "asset_tags", "content_ratings", "fingerprints")
BATCH = 1000
INPUT_TAGS = {"mask", "control"}
ASSETS = sa.table(
    "assets",
    *(sa.column(name) for name in ("id", "title", "alt_text", "prompt", "search_text")),
    sa.column("tags", sa.JSON),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("deleted_at", sa.DateTime(timezone=True)),
    *(sa.column(name) for name in ("shelf", "place")),
)
ASSET_TAGS = sa.table("asset_tags", sa.column("tag"), sa.column("asset_id"))


def upgrade() -> None:
    """Make the tables, give every asset its place, shelf, terms and tags, and index the terms."""
    shelves()
    ratings_and_fingerprints()
    for name in ("ix_assets_library", "ix_assets_trash", "ix_assets_persona_id_created_at"):
        op.drop_index(name, table_name="assets")
    for added in (
        sa.Column("favourite", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("shelf", sa.Text, nullable=False, server_default="library"),
        sa.Column("place", sa.BigInteger, nullable=False, server_default="0"),
    ):
        op.add_column("assets", added)
    fill(op.get_bind())
    keep_ratings(op.get_bind())
    op.create_index("ix_assets_place", "assets", ["place"])
    op.create_index("ix_assets_shelf", "assets", ["shelf", "place"])
    op.create_index("ix_assets_persona", "assets", ["shelf", "persona_id", "place"])
    op.create_index("ix_assets_facets", "assets", ["shelf", *FACETS, "place"])
    index_terms()


def downgrade() -> None:
    """Back to the plain search text."""
    op.execute(f"DROP {'INDEX' if on_postgresql() else 'TABLE'} asset_search")
    for name in ("facets", "persona", "shelf", "place"):
        op.drop_index(f"ix_assets_{name}", table_name="assets")
    for name in ("place", "shelf", "favourite"):
        op.drop_column("assets", name)
    newest("ix_assets_library", "deleted_at IS NULL")
    newest("ix_assets_trash", "deleted_at IS NOT NULL")
    op.create_index("ix_assets_persona_id_created_at", "assets", ["persona_id", "created_at"])
    for table in reversed(TABLES):
        op.drop_table(table)


def on_postgresql() -> bool:
    """Whether it is not SQLite."""
    return op.get_bind().dialect.name == "postgresql"


def index_terms() -> None:
    """The full-text index, filled from the terms that are there."""
    if on_postgresql():
        vector = "array_to_tsvector(string_to_array(search_text, ' '))"
        op.execute(f"CREATE INDEX asset_search ON assets USING gin ({vector})")
        return
    op.execute(
        "CREATE VIRTUAL TABLE asset_search USING fts5(search_text, content='assets',"
        " content_rowid='place', tokenize='ascii', prefix='1 2 3', detail='none')"
    )
    op.execute("INSERT INTO asset_search(asset_search) VALUES ('rebuild')")


def newest(name: str, condition: str) -> None:
    """An index of some assets by age."""
    where = sa.text(condition)
    columns = ["created_at", "id"]
    op.create_index(name, "assets", columns, sqlite_where=where, postgresql_where=where)


def fill(connection: sa.Connection) -> None:
    """Places in the old order, shelves, terms and tags of the assets that are there."""
    place = 0
    for rows in batches(connection):
        changes, tags = [], []
        for row in rows:
            place = max(place + 1, microseconds(row.created_at) << 10)
            texts = (row.title, row.alt_text, row.prompt, *row.tags)
            changes.append(
                {
                    "the_id": row.id,
                    "place": place,
                    "shelf": shelf(row),
                    "search_text": " ".join(terms_of(*texts)),
                }
            )
            tags += [{"tag": tag, "asset_id": row.id} for tag in dict.fromkeys(row.tags)]
        values = {name: sa.bindparam(name) for name in ("place", "shelf", "search_text")}
        change = sa.update(ASSETS).where(ASSETS.c.id == sa.bindparam("the_id")).values(values)
        connection.execute(change, changes)
        if tags:
            connection.execute(sa.insert(ASSET_TAGS), tags)


def keep_ratings(connection: sa.Connection) -> None:
    """Until now only people rated: nothing may overwrite what they said."""
    connection.execute(
        sa.text(
            "INSERT INTO content_ratings"
            " (id, subject_kind, subject_id, rating, source, by, at, note)"
            " SELECT 'before-' || id, 'asset', id, rating, 'person', '', created_at,"
            " 'Set before histories were kept.' FROM assets WHERE rating IS NOT NULL"
        )
    )


def batches(connection: sa.Connection) -> Iterator[list[sa.Row]]:
    """All assets, oldest first, some at a time (they are written between two reads)."""
    oldest_first = sa.select(ASSETS.c.id).order_by(ASSETS.c.created_at, ASSETS.c.id)
    ids = list(connection.execute(oldest_first).scalars())
    for start in range(0, len(ids), BATCH):
        some = sa.select(ASSETS).where(ASSETS.c.id.in_(ids[start : start + BATCH]))
        yield list(connection.execute(some.order_by(ASSETS.c.created_at, ASSETS.c.id)))


def microseconds(at: datetime) -> int:
    """Since 1970, in UTC (SQLite's instants come without a zone)."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    gap = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def shelf(row: sa.Row) -> str:
    """Where an asset stands."""
    if row.deleted_at is not None:
        return "trash"
    return "inputs" if INPUT_TAGS & set(row.tags) else "library"


def text(name: str) -> sa.Column[str]:
    """A text column."""
    return sa.Column(name, sa.Text, nullable=False)


def link(name: str, target: str, *, nullable: bool = False, key: bool = False) -> sa.Column[str]:
    """A foreign key."""
    return sa.Column(name, sa.Text, sa.ForeignKey(target), nullable=nullable, primary_key=key)


def instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """A UTC instant."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def one_of(column: str, *words: str) -> sa.CheckConstraint:
    """A closed vocabulary."""
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def shelves() -> None:
    """Boards, what lies on them, and tags."""
    op.create_table(
        "boards",
        sa.Column("id", sa.Text, primary_key=True),
        text("name"),
        instant("created_at"),
        text("created_by"),
        link("cover_asset_id", "assets.id", nullable=True),
        instant("archived_at", nullable=True),
    )
    op.create_table(
        "board_assets",
        link("board_id", "boards.id", key=True),
        link("asset_id", "assets.id", key=True),
        instant("added_at"),
        sa.Index(None, "asset_id"),
    )
    op.create_table(
        "asset_tags",
        sa.Column("tag", sa.Text, primary_key=True),
        link("asset_id", "assets.id", key=True),
        sa.Index(None, "asset_id"),
    )


def ratings_and_fingerprints() -> None:
    """Judgements about content, and fingerprints of pictures with their bands."""
    op.create_table(
        "content_ratings",
        sa.Column("id", sa.Text, primary_key=True),
        text("subject_kind"),
        text("subject_id"),
        sa.Column("rating", sa.Text),
        text("source"),
        text("by"),
        instant("at"),
        sa.Column("confidence", sa.Double),
        text("note"),
        one_of("subject_kind", "asset", "post"),
        one_of("rating", *RATINGS),
        one_of("source", "person", "classifier"),
        sa.Index(None, "subject_id", "at"),
    )
    op.create_table(
        "fingerprints",
        link("asset_id", "assets.id", key=True),
        sa.Column("bits", sa.BigInteger),
        *(sa.Column(f"band_{number}", sa.Integer) for number in range(4)),
        *(sa.Index(None, f"band_{number}") for number in range(4)),
    )
