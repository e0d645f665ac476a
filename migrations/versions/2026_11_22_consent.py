"""Real people on reference pictures, and weekly times that serve a pillar.

Why: whoever is shown has a say in it, picture by picture; and a plan balances pillars only when a
time may say which one it is for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_consent"
down_revision = "2026_11_22_library"
branch_labels = None
depends_on = None

PERSONA_LINK = "fk_slots_persona_id_personas"
ASSET_INDEX = "ix_reference_images_asset_id"


def upgrade() -> None:
    """Add them; what is there shows nobody real, and serves whatever comes."""
    with op.batch_alter_table("reference_images") as table:
        table.add_column(sa.Column("likeness", sa.JSON))
        table.create_index(ASSET_INDEX, ["asset_id"])
    with op.batch_alter_table("slots") as table:
        table.add_column(sa.Column("persona_id", sa.Text))
        table.add_column(sa.Column("pillar", sa.Text, nullable=False, server_default=""))
        table.create_foreign_key(PERSONA_LINK, "personas", ["persona_id"], ["id"])
    with op.batch_alter_table("slots") as table:
        table.alter_column("pillar", server_default=None)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("slots") as table:
        table.drop_constraint(PERSONA_LINK, type_="foreignkey")
        table.drop_column("pillar")
        table.drop_column("persona_id")
    with op.batch_alter_table("reference_images") as table:
        table.drop_index(ASSET_INDEX)
        table.drop_column("likeness")
