"""What a file was before it was signed, and the copies of it that platforms get.

Why: signatures carry time and chance. Two makings of one picture are told to be the same by their
content before signing; and a copy that a platform got is kept by its key, so that every try of a
delivery sends the same bytes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_content"
down_revision = "2026_11_22_consent"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column on assets, and a table of copies."""
    content = sa.Column("content_sha256", sa.Text, nullable=False, server_default="")
    op.add_column("assets", content)
    op.create_index("ix_assets_content_sha256", "assets", ["content_sha256"])
    op.create_table(
        "renditions",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("mime", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.CheckConstraint("length(sha256) = 64", name="sha256"),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("renditions")
    op.drop_index("ix_assets_content_sha256", "assets")
    op.drop_column("assets", "content_sha256")
