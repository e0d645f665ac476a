"""Styles, lists for dynamic prompts, past prompts and grids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from gator_engine.adapters.sql.rows import Rows, fields_of
from gator_engine.adapters.sql.tables import grids, past_prompts, styles, wildcard_lists
from gator_engine.domain.grids import Grid
from gator_engine.domain.prompt_tools import PastPrompt, PromptQuery, SavedStyle, WildcardList
from gator_engine.errors import NotFound


class SqlPrompts:
    """PromptRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._grids = Rows(connection, grids, Grid, "grid")

    def put_style(self, style: SavedStyle) -> None:
        """Store it; one of the same name is overwritten and keeps its id."""
        self._put(styles, style, style.name, ("name", "prompt", "negative"))

    def styles(self) -> Sequence[SavedStyle]:
        """By name."""
        columns = [styles.c[name] for name in SavedStyle.__dataclass_fields__]
        rows = self._connection.execute(select(*columns).order_by(styles.c.name_key))
        return [SavedStyle(*row) for row in rows]

    def drop_style(self, name: str) -> None:
        """Raises NotFound."""
        self._drop(styles, name, "style")

    def put_list(self, made: WildcardList) -> None:
        """As `put_style`."""
        self._put(wildcard_lists, made, made.name, ("name", "lines"))

    def lists(self) -> Sequence[WildcardList]:
        """By name."""
        columns = [wildcard_lists.c[name] for name in WildcardList.__dataclass_fields__]
        rows = self._connection.execute(select(*columns).order_by(wildcard_lists.c.name_key))
        return [WildcardList(*row) for row in rows]

    def drop_list(self, name: str) -> None:
        """Raises NotFound."""
        self._drop(wildcard_lists, name, "list")

    def remember(self, past: PastPrompt) -> None:
        """Store a prompt, or count one more use of it."""
        words = f"{past.prompt}\n{past.negative}".casefold()
        statement = self._insert(past_prompts).values(**fields_of(past), search_text=words)
        new, old = statement.excluded, past_prompts.c
        # Uses may arrive out of order; the latest wording is the one shown.
        later = case((new.last_at > old.last_at, new.last_at), else_=old.last_at)
        changed = {"uses": old.uses + 1, "last_at": later, "prompt": new.prompt}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["persona_id", "key"], set_=changed)
        )

    def history(self, query: PromptQuery) -> Sequence[PastPrompt]:
        """Latest first."""
        shown = past_prompts.c
        found = select(*(shown[name] for name in PastPrompt.__dataclass_fields__))
        if query.persona_id is not None:
            found = found.where(shown.persona_id == query.persona_id)
        if query.favourites_only:
            found = found.where(shown.favourite)
        for word in query.text.casefold().split():
            found = found.where(shown.search_text.contains(word, autoescape=True))
        page = found.order_by(shown.last_at.desc(), shown.id.desc())
        rows = self._connection.execute(page.limit(query.limit).offset(query.offset))
        return [PastPrompt(*row) for row in rows]

    def set_favourite(self, past_id: str, favourite: bool) -> None:
        """Raises NotFound."""
        statement = past_prompts.update().where(past_prompts.c.id == past_id)
        if self._connection.execute(statement.values(favourite=favourite)).rowcount == 0:
            raise NotFound("past prompt", past_id)

    def add_grid(self, grid: Grid) -> None:
        """Store a grid that was queued."""
        self._grids.add(grid)

    def grid(self, grid_id: str) -> Grid:
        """Raises NotFound."""
        return self._grids.get(grid_id)

    def grids(self, persona_id: str) -> Sequence[Grid]:
        """Newest first."""
        newest_first = (grids.c.created_at.desc(), grids.c.id.desc())
        query = self._grids.select.where(grids.c.persona_id == persona_id)
        return self._grids.all(query.order_by(*newest_first))

    def _insert(self, table: Table) -> Any:
        postgres = self._connection.dialect.name == "postgresql"
        return (postgresql if postgres else sqlite).insert(table)

    def _put(self, table: Table, thing: Any, name: str, changed: Sequence[str]) -> None:
        statement = self._insert(table).values(**fields_of(thing), name_key=name.casefold())
        new = {column: statement.excluded[column] for column in changed}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["name_key"], set_=new)
        )

    def _drop(self, table: Table, name: str, kind: str) -> None:
        gone = delete(table).where(table.c.name_key == name.casefold())
        if self._connection.execute(gone).rowcount == 0:
            raise NotFound(kind, name)
