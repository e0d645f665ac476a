"""Ideas: notes to make something of."""

from __future__ import annotations

from collections.abc import Sequence

from gator_engine.domain.ideas import Idea
from gator_engine.errors import InvalidInput
from gator_engine.services._context import Context

TEXT_LIMIT = 2000


class Ideas:
    """What one can do with ideas."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def add(
        self, text: str, persona_id: str | None = None, pillar: str = "", source_url: str = ""
    ) -> Idea:
        """Keep a note. Raises InvalidInput when it is empty or too long."""
        if not text.strip():
            raise InvalidInput("text", "write the idea down")
        if len(text) > TEXT_LIMIT:
            raise InvalidInput("text", f"has {len(text)} characters", f"{TEXT_LIMIT}")
        if source_url and not source_url.startswith(("https://", "http://")):
            raise InvalidInput("source_url", "is not a web address")
        context = self._context
        idea = Idea(
            id=context.ids.new(),
            text=text.strip(),
            created_at=context.now(),
            persona_id=persona_id,
            pillar=pillar,
            source_url=source_url,
        )
        with context.store.write() as uow:
            uow.ideas.add(idea)
        return idea

    def list(self, persona_id: str | None = None, *, unused_only: bool = True) -> Sequence[Idea]:
        """Newest first."""
        with self._context.store.read() as uow:
            return uow.ideas.list(persona_id, unused_only=unused_only)
