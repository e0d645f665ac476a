"""Caption files in and out: SubRip (.srt), WebVTT (.vtt) and Advanced SubStation Alpha (.ass)."""

from gator_engine.adapters.subtitles.files import SubtitleFiles

__all__ = ["SubtitleFiles"]
