"""Posts with their variants and media, and every version as it was saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from gator_engine.adapters.sql.rows import fields_of
from gator_engine.adapters.sql.tables import post_media, post_variants, post_versions, posts
from gator_engine.domain.posts import Post, PostMedia, Variant
from gator_engine.errors import NotFound, StaleWrite

PARTS = ("media", "variants")


class SqlPosts:
    """PostRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, post: Post) -> None:
        """Store a post and its first version."""
        self._connection.execute(posts.insert().values(**fields_of(post, without=PARTS)))
        self._add_parts(post)

    def get(self, post_id: str) -> Post:
        """As it stands now. Raises NotFound."""
        found = self._all(select(posts).where(posts.c.id == post_id))
        if not found:
            raise NotFound("post", post_id)
        return found[0]

    def at_version(self, post_id: str, version: int) -> Post:
        """The post exactly as it was saved at `version`. Raises NotFound."""
        query = select(post_versions.c.snapshot).where(
            post_versions.c.post_id == post_id, post_versions.c.version == version
        )
        snapshot: Post | None = self._connection.execute(query).scalar_one_or_none()
        if snapshot is None:
            raise NotFound("post version", f"{post_id} v{version}")
        return _in_utc(snapshot)

    def save(self, post: Post, expected_version: int) -> None:
        """Store `post` as version `expected_version` + 1, whatever its own `version` says.

        Raises StaleWrite when somebody saved in between, or NotFound.
        """
        saved = replace(post, version=expected_version + 1)
        statement = (
            update(posts)
            .where(posts.c.id == post.id, posts.c.version == expected_version)
            .values(**fields_of(saved, without=(*PARTS, "id")))
        )
        if self._connection.execute(statement).rowcount == 0:
            current = self.get(post.id).version
            raise StaleWrite(
                f"The post was saved in between (version {current}, not {expected_version})."
            )
        for table in (post_media, post_variants):
            self._connection.execute(table.delete().where(table.c.post_id == post.id))
        self._add_parts(saved)

    def list(
        self, *, persona_id: str | None = None, archived: bool = False, limit: int = 100
    ) -> Sequence[Post]:
        """Newest first; those in use, or those put away."""
        put_away = posts.c.archived_at.is_not(None)
        query = select(posts).where(put_away if archived else ~put_away)
        if persona_id is not None:
            query = query.where(posts.c.persona_id == persona_id)
        return self._all(query.order_by(posts.c.created_at.desc(), posts.c.id.desc()).limit(limit))

    def _add_parts(self, post: Post) -> None:
        """Media and variants as rows, and the whole post as the snapshot of its version."""
        for table, parts in ((post_media, post.media), (post_variants, post.variants)):
            rows = [
                {"post_id": post.id, "position": position, **fields_of(part)}
                for position, part in enumerate(parts)
            ]
            if rows:
                self._connection.execute(table.insert(), rows)
        version = {"post_id": post.id, "version": post.version, "saved_at": post.updated_at}
        self._connection.execute(post_versions.insert().values(**version, snapshot=post))

    def _all(self, query: Select[Any]) -> Sequence[Post]:
        """Posts of a query over `posts`, their parts read in two further queries."""
        rows = self._connection.execute(query).all()
        ids = [row.id for row in rows]
        media: defaultdict[str, list[PostMedia]] = defaultdict(list)
        for row in self._parts(post_media, ids):
            media[row.post_id].append(PostMedia(row.asset_id, row.alt_text))
        variants: defaultdict[str, list[Variant]] = defaultdict(list)
        for row in self._parts(post_variants, ids):
            variants[row.post_id].append(Variant(row.platform, row.text))
        return [
            Post(media=tuple(media[row.id]), variants=tuple(variants[row.id]), **row._mapping)
            for row in rows
        ]

    def _parts(self, table: Any, ids: Sequence[str]) -> Sequence[Row[Any]]:
        query = select(table).where(table.c.post_id.in_(ids))
        return self._connection.execute(query.order_by(table.c.post_id, table.c.position)).all()


def _in_utc(post: Post) -> Post:
    """JSON keeps the instant but not Python's own UTC object."""
    return replace(
        post,
        created_at=post.created_at.astimezone(UTC),
        updated_at=post.updated_at.astimezone(UTC),
        archived_at=post.archived_at and post.archived_at.astimezone(UTC),
    )
