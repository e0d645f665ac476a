"""How a video leaves the house: encode profiles, and the shapes one project can be rendered in."""

from __future__ import annotations

from dataclasses import dataclass

from gator_engine.domain.briefs import AspectRatio


@dataclass(frozen=True)
class Profile:
    """What to encode: H.264 High and AAC-LC in MP4, 4:2:0, BT.709 limited range, faststart.

    `crf` and `preset` are x264's (lower is better, slower is smaller); `scale` shrinks the frame
    for drafts; `key_interval_s` bounds the distance of key frames; `most_kbps` bounds the rate
    (0: no bound). `audio_kbps` is of the stereo sound at 48 kHz.
    """

    slug: str
    label: str
    crf: int = 20
    preset: str = "veryfast"
    scale: float = 1.0
    key_interval_s: float = 2.0
    most_kbps: int = 0
    audio_kbps: int = 192
    draft: bool = False

    def size(self, frame: tuple[int, int]) -> tuple[int, int]:
        """Width and height in pixels, both even (4:2:0 needs that)."""
        width, height = (max(2, round(edge * self.scale / 2) * 2) for edge in frame)
        return width, height


PROFILES: dict[str, Profile] = {
    profile.slug: profile
    for profile in (
        Profile("standard", "Standard, for every platform", most_kbps=12_000),
        # Reels take 25 Mbit/s at most (Graph API reference, read 2026-11-22).
        Profile("reel", "For reels: sharper", crf=18, most_kbps=20_000, audio_kbps=128),
        # Stereo at 384 kbit/s is what the largest site for long videos recommends for uploads.
        Profile(
            "video_site",
            "For video sites: finer, with rich sound",
            crf=18,
            preset="fast",
            most_kbps=16_000,
            audio_kbps=384,
        ),
        Profile("fine", "Fine, for archives and long edits", crf=16, preset="medium"),
        Profile("small", "Small file", crf=26, preset="fast", most_kbps=3_500, audio_kbps=128),
        Profile(
            "draft",
            "Draft preview",
            crf=28,
            preset="ultrafast",
            scale=0.25,
            audio_kbps=96,
            draft=True,
        ),
    )
}
VARIANTS = (AspectRatio.STORY, AspectRatio.SQUARE, AspectRatio.PORTRAIT, AspectRatio.WIDE)
"""The shapes every project can be rendered in."""
