"""Written versions, carousels and threads are rated like files and posts; a post may be unrated.

Why: words are rated by a person or an installed classifier, never by a default. What a classifier
said of words counts only for the words that it read, so their digest stands beside it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_text_ratings"
down_revision = "2026_11_22_prompts"
branch_labels = None
depends_on = None

BEFORE, NOW = ("asset", "post"), ("asset", "variant", "outline", "post")


def upgrade() -> None:
    """Take more kinds of subjects, the digest of what was read, and posts without a rating."""
    subjects(NOW)
    digest = sa.Column("words_sha256", sa.Text, nullable=False, server_default="")
    op.add_column("content_ratings", digest)
    with op.batch_alter_table("content_ratings") as table:
        table.alter_column("words_sha256", server_default=None)
    with op.batch_alter_table("posts") as table:
        table.alter_column("rating", existing_type=sa.Text, nullable=True)


def downgrade() -> None:
    """Back: what nobody rated becomes the mildest, as every post began then."""
    op.execute("UPDATE posts SET rating = 'general' WHERE rating IS NULL")
    with op.batch_alter_table("posts") as table:
        table.alter_column("rating", existing_type=sa.Text, nullable=False)
    op.execute("DELETE FROM content_ratings WHERE subject_kind IN ('variant', 'outline')")
    with op.batch_alter_table("content_ratings") as table:
        table.drop_column("words_sha256")
    subjects(BEFORE)


def subjects(words: tuple[str, ...]) -> None:
    """What may be rated."""
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table("content_ratings") as table:
        table.drop_constraint(op.f("ck_content_ratings_subject_kind"), type_="check")
        table.create_check_constraint(
            op.f("ck_content_ratings_subject_kind"), f"subject_kind IN ({listed})"
        )
