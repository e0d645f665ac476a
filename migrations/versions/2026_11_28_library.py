"""A finer fingerprint of pictures, the shelf beside every tag, and a list of the words there are.

Why: the coarse fingerprint calls two cards of one layout look-alikes, whatever stands on them (what
was looked at before is looked at again, when somebody asks for look-alikes); tags were counted over
all shelves; and the beginning of a common word was slow to find on SQLite.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_library"
down_revision = "2026_11_28_text_ratings"
branch_labels = None
depends_on = None

SHELF_OF_TAGS = "ix_asset_tags_shelf_tag"
SHELVES = "SELECT assets.shelf FROM assets WHERE assets.id = asset_tags.asset_id"


def upgrade() -> None:
    """Make room for all of it, and fill in the shelves."""
    op.add_column("fingerprints", sa.Column("detail", sa.LargeBinary, nullable=True))
    op.add_column("asset_tags", sa.Column("shelf", sa.Text, nullable=False, server_default=""))
    op.execute(f"UPDATE asset_tags SET shelf = ({SHELVES})")
    with op.batch_alter_table("asset_tags") as table:
        table.alter_column("shelf", server_default=None)
    op.create_index(SHELF_OF_TAGS, "asset_tags", ["shelf", "tag"])
    if on_sqlite():
        op.execute("CREATE VIRTUAL TABLE asset_search_words USING fts5vocab('asset_search', 'row')")


def downgrade() -> None:
    """Drop them."""
    if on_sqlite():
        op.execute("DROP TABLE asset_search_words")
    op.drop_index(SHELF_OF_TAGS, table_name="asset_tags")
    with op.batch_alter_table("asset_tags") as table:
        table.drop_column("shelf")
    op.drop_column("fingerprints", "detail")


def on_sqlite() -> bool:
    """Whether it is not PostgreSQL."""
    return op.get_bind().dialect.name == "sqlite"
