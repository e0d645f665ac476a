"""A brief may ask for a video.

Why: generators make videos beside pictures, carousels and texts.
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_28_films"
down_revision = "2026_11_28_storyboards"
branch_labels = None
depends_on = None

BEFORE = ("image", "carousel", "text")
NOW = (*BEFORE, "video")


def upgrade() -> None:
    """Take the new kind."""
    kinds(NOW)


def downgrade() -> None:
    """Back: briefs for videos become briefs for pictures; what they made stays a video."""
    op.execute("UPDATE briefs SET kind = 'image' WHERE kind = 'video'")
    kinds(BEFORE)


def kinds(words: tuple[str, ...]) -> None:
    """What a brief may ask for."""
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table("briefs") as table:
        table.drop_constraint(op.f("ck_briefs_kind"), type_="check")
        table.create_check_constraint(op.f("ck_briefs_kind"), f"kind IN ({listed})")
