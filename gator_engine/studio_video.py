"""The studio's services of video: projects and what is rendered of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gator_engine.studio_writing import WritingServices

if TYPE_CHECKING:
    from gator_engine.services.projects import Projects


class VideoServices(WritingServices):
    """The part of a studio that edits and renders videos."""

    @cached_property
    def projects(self) -> Projects:
        """Edit and render videos."""
        from gator_engine.services.projects import Projects

        return Projects(self._context)
