"""Where the apps of platforms lay their own buttons over a video, so nothing important goes there.

Read on 2026-11-22 from guides for advertisers and makers (they differ, and move with each version
of an app); in shares of a 1080 × 1920 frame. Feed crops of a vertical video keep y 285–1635 (4:5)
and 420–1500 (1:1).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SafeZone:
    """Margins in shares of the frame (0–1): top, right, bottom, left."""

    name: str
    label: str
    top: float
    right: float
    bottom: float
    left: float

    def box(self, frame: tuple[int, int]) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in pixels of what stays free of buttons."""
        width, height = frame
        return (
            round(self.left * width),
            round(self.top * height),
            round(width - self.right * width),
            round(height - self.bottom * height),
        )


def _of_1080x1920(name: str, label: str, top: int, right: int, bottom: int, left: int) -> SafeZone:
    return SafeZone(name, label, top / 1920, right / 1080, bottom / 1920, left / 1080)


SAFE_ZONES: dict[str, SafeZone] = {
    zone.name: zone
    for zone in (
        _of_1080x1920("everywhere", "Safe everywhere", 288, 150, 672, 108),
        _of_1080x1920("short_video_feed", "Short-video feed", 150, 150, 440, 60),
        _of_1080x1920("reel", "Reels", 269, 150, 672, 65),
        _of_1080x1920("short", "Shorts", 288, 150, 480, 60),
        SafeZone("plain", "No overlays (5 % title-safe)", 0.05, 0.05, 0.05, 0.05),
    )
}


def zone_for(name: str, frame: tuple[int, int]) -> SafeZone:
    """The zone in force: the overlays of vertical players do not cover wide or square frames."""
    width, height = frame
    if height <= width * 1.3:
        return SAFE_ZONES["plain"]
    return SAFE_ZONES.get(name, SAFE_ZONES["everywhere"])
