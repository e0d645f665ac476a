"""Video projects with their versions, the files they use, and their renderings.

Why: a video is a document that people edit and take back; what it uses may not be tidied away.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_video"
down_revision = "2026_11_28_library"
branch_labels = None
depends_on = None

TABLES = ("projects", "project_assets", "renderings")


def upgrade() -> None:
    """Make them."""
    projects()
    renderings()


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        op.drop_table(table)


def text(name: str) -> sa.Column[str]:
    """A text column."""
    return sa.Column(name, sa.Text, nullable=False)


def instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """A UTC instant."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def version() -> sa.Column[int]:
    """The number of a version."""
    return sa.Column("version", sa.Integer, nullable=False)


def projects() -> None:
    """A row per version, and what the newest one uses."""
    op.create_table(
        "projects",
        text("id"),
        version(),
        sa.Column("persona_id", sa.Text, sa.ForeignKey("personas.id"), nullable=False),
        instant("created_at"),
        instant("saved_at"),
        instant("deleted_at", nullable=True),
        sa.Column("document", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", "version"),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.Index(None, "persona_id", "created_at"),
    )
    op.create_table(
        "project_assets",
        text("project_id"),
        sa.Column("asset_id", sa.Text, sa.ForeignKey("assets.id"), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "asset_id"),
        sa.Index(None, "asset_id"),
    )


def renderings() -> None:
    """What was rendered, or is to be."""
    op.create_table(
        "renderings",
        sa.Column("id", sa.Text, primary_key=True),
        text("project_id"),
        version(),
        text("aspect"),
        text("profile"),
        instant("created_at"),
        text("asset_id"),
        text("error"),
        instant("finished_at", nullable=True),
        sa.Column("measured", sa.JSON, nullable=True),
        sa.ForeignKeyConstraint(["project_id", "version"], ["projects.id", "projects.version"]),
        sa.Index(None, "project_id", "created_at"),
    )
