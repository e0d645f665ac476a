"""Timelines as OpenTimelineIO files, for other editors and back."""

from __future__ import annotations

from gator_engine.adapters.otio.files import OtioFiles

__all__ = ["OtioFiles"]
