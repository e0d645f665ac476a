"""What assets can be filtered by becomes part of their full-text terms.

Why: one index then answers words and filters together, at any size of the library.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gator_engine.domain.search_terms import filter_term, terms_of

revision = "2026_11_22_filters"
down_revision = "2026_11_22_writing"
branch_labels = None
depends_on = None

BATCH = 1000
FILTERS = ("shelf", "persona_id", "kind", "origin", "rating", "model", "favourite")
ASSETS = sa.table(
    "assets",
    *(sa.column(name) for name in ("id", "title", "alt_text", "prompt", "search_text")),
    sa.column("tags", sa.JSON),
    *(sa.column(name) for name in FILTERS),
)


def upgrade() -> None:
    """Write the terms of every asset anew, with its filters."""
    rewrite(with_filters=True)


def downgrade() -> None:
    """Words alone."""
    rewrite(with_filters=False)


def rewrite(*, with_filters: bool) -> None:
    """The terms of all assets, some at a time; SQLite's index is then filled from them."""
    connection = op.get_bind()
    ids = list(connection.execute(sa.select(ASSETS.c.id)).scalars())
    change = sa.update(ASSETS).where(ASSETS.c.id == sa.bindparam("the_id"))
    change = change.values(search_text=sa.bindparam("terms"))
    for start in range(0, len(ids), BATCH):
        some = sa.select(ASSETS).where(ASSETS.c.id.in_(ids[start : start + BATCH]))
        changes = []
        for row in connection.execute(some).all():
            terms = terms_of(row.title, row.alt_text, row.prompt, *row.tags)
            more = filters(row) if with_filters else ()
            changes.append({"the_id": row.id, "terms": " ".join((*terms, *more))})
        connection.execute(change, changes)
    if connection.dialect.name != "postgresql":
        op.execute("INSERT INTO asset_search(asset_search) VALUES ('rebuild')")


def filters(row: sa.Row) -> tuple[str, ...]:
    """The properties of an asset as terms."""
    held = {name.removesuffix("_id"): getattr(row, name) or "" for name in FILTERS}
    held["favourite"] = "yes" if row.favourite else "no"
    tags = (filter_term("tag", tag) for tag in dict.fromkeys(row.tags))
    return (*(filter_term(name, value) for name, value in held.items()), *tags)
