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
        from gator_engine.services._drafts import Drafts
        from gator_engine.services._render_keeping import RenderKeeping
        from gator_engine.services._rendering import RenderRoom
        from gator_engine.services._soundtrack import Desk
        from gator_engine.services._video_media import VideoMedia
        from gator_engine.services.projects import ExchangeFiles, Projects

        home, media = self.settings.home, VideoMedia(self._context, self.blobs)
        drafts = Drafts(
            home / "cache" / "drafts", self.vault, url_ttl_s=self.settings.media_url_ttl_s
        )
        room = RenderRoom(
            self._context,
            media,
            RenderKeeping(self.library, self.blobs, self._sealing),
            drafts,
            self.jobs,
            lambda: self.renderer,
            home,
        )
        files = ExchangeFiles(lambda: self.timeline_files, lambda: self.caption_files)
        desk = Desk(lambda: self.sound_desk, lambda: self.music_beds)
        return Projects(self._context, self.library, media, room, drafts, files, desk)
