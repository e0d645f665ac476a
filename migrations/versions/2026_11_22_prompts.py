"""Tools to write prompts with: styles, lists, past prompts and grids; and how a prompt came about.

Why: a result can only be repeated when the brief remembers what chance and styles made of the
words, and a good prompt is worth finding again. Past prompts are filled from the briefs that exist.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_prompts"
down_revision = "2026_11_22_filters"
branch_labels = None
depends_on = None

TABLES = ("styles", "wildcard_lists", "past_prompts", "grids")


def text(name: str) -> sa.Column[str]:
    """A text column."""
    return sa.Column(name, sa.Text, nullable=False)


def key() -> sa.Column[str]:
    """A primary key."""
    return sa.Column("id", sa.Text, primary_key=True)


def instant(name: str) -> sa.Column[datetime]:
    """A UTC instant."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def document(name: str) -> sa.Column[object]:
    """A JSON column."""
    return sa.Column(name, sa.JSON, nullable=False)


def upgrade() -> None:
    """Make them, and fill the history."""
    with op.batch_alter_table("briefs") as table:
        table.add_column(sa.Column("negative", sa.Text, nullable=False, server_default=""))
        table.add_column(sa.Column("recipe", sa.JSON, nullable=False, server_default="{}"))
    with op.batch_alter_table("briefs") as table:
        table.alter_column("negative", server_default=None)
        table.alter_column("recipe", server_default=None)
    for name, columns in (
        ("styles", [text("prompt"), text("negative")]),
        ("wildcard_lists", [document("lines")]),
    ):
        made = (text("name"), text("name_key"), *columns, instant("created_at"))
        op.create_table(name, key(), *made, text("created_by"))
        op.create_index(f"uq_{name}_name_key", name, ["name_key"], unique=True)
    past_prompts()
    grids()
    fill_history()


def past_prompts() -> None:
    """What personas were asked for, each prompt once."""
    op.create_table(
        "past_prompts",
        key(),
        sa.Column("persona_id", sa.Text, sa.ForeignKey("personas.id"), nullable=False),
        text("key"),
        text("prompt"),
        text("negative"),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("favourite", sa.Boolean, nullable=False),
        instant("first_at"),
        instant("last_at"),
        text("search_text"),
        sa.CheckConstraint("uses >= 1", name="uses"),
    )
    columns = ["persona_id", "key"]
    op.create_index("uq_past_prompts_persona_id_key", "past_prompts", columns, unique=True)
    columns = ["persona_id", "last_at", "id"]
    op.create_index("ix_past_prompts_persona_id_last_at", "past_prompts", columns)
    op.create_index("ix_past_prompts_last_at", "past_prompts", ["last_at", "id"])


def grids() -> None:
    """Pictures that were queued to be compared."""
    op.create_table(
        "grids",
        key(),
        sa.Column("persona_id", sa.Text, sa.ForeignKey("personas.id"), nullable=False),
        text("title"),
        document("columns"),
        document("rows"),
        document("generation_ids"),
        instant("created_at"),
        text("created_by"),
    )
    op.create_index("ix_grids_persona_id_created_at", "grids", ["persona_id", "created_at"])


def fill_history() -> None:
    """One row for each persona and prompt, keyed as the studio does it from now on."""
    connection = op.get_bind()
    briefs = sa.table(
        "briefs",
        sa.column("id", sa.Text),
        sa.column("persona_id", sa.Text),
        sa.column("prompt", sa.Text),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    found: dict[tuple[str, str], dict[str, object]] = {}
    for row in connection.execute(sa.select(briefs).order_by(briefs.c.created_at, briefs.c.id)):
        if not row.prompt.strip():
            continue
        told = " ".join(row.prompt.split()).casefold() + "\n"
        digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        known = found.setdefault((row.persona_id, digest), {"id": row.id, "uses": 0})
        known.setdefault("first_at", row.created_at)
        known |= {"uses": int(str(known["uses"])) + 1, "last_at": row.created_at}
        known |= {"persona_id": row.persona_id, "key": digest, "prompt": row.prompt}
        known |= {"negative": "", "favourite": False, "search_text": f"{row.prompt}\n".casefold()}
    names = ("id", "persona_id", "key", "prompt", "negative", "search_text")
    table = sa.table(
        "past_prompts",
        *(sa.column(name, sa.Text) for name in names),
        sa.column("uses", sa.Integer),
        sa.column("favourite", sa.Boolean),
        sa.column("first_at", sa.DateTime(timezone=True)),
        sa.column("last_at", sa.DateTime(timezone=True)),
    )
    if found:
        op.bulk_insert(table, list(found.values()))


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        op.drop_table(table)
    with op.batch_alter_table("briefs") as table:
        table.drop_column("recipe")
        table.drop_column("negative")
