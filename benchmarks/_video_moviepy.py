"""The standard piece as moviepy's documentation and tutorials lead to it: no trick, no mistake.

Stills zoomed by `resized(lambda t)`, crossfades as effects, a TextClip for each word, everything in
one CompositeVideoClip, and the sound in a CompositeAudioClip with the music at a lower level.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks._video_piece import RATE, STILLS, WORDS, ZOOM, cut


def make(folder: Path, seconds: int, size: tuple[int, int], path: Path) -> None:
    """Write the piece to `path`."""
    from moviepy import CompositeVideoClip

    clips = [*_pictures(folder, seconds, size), *_words(seconds, size)]
    video = CompositeVideoClip(clips, size=size).with_duration(seconds)
    video = video.with_audio(_sound(folder, seconds))
    video.write_videofile(
        str(path),
        fps=RATE,
        codec="libx264",
        preset="veryfast",
        audio_codec="aac",
        audio_bitrate="192k",
        ffmpeg_params=["-crf", "20", "-movflags", "+faststart"],
        temp_audiofile_path=str(path.parent),
        logger=None,
    )
    video.close()


def _pictures(folder: Path, seconds: int, size: tuple[int, int]) -> list[Any]:
    from moviepy import ImageClip, vfx

    length, change = (frames / RATE for frames in cut(seconds))
    found = []
    for number in range(round(seconds / length)):
        clip = ImageClip(str(folder / f"s{number % STILLS}.png")).resized(height=size[1])
        start = number * length - (change / 2 if number else 0)
        end = (number + 1) * length + change / 2
        lasts = end - start
        clip = clip.with_duration(lasts).with_start(start).with_position("center")
        clip = clip.resized(lambda t, lasts=lasts: 1 + (ZOOM - 1) * t / lasts)
        if number:
            clip = clip.with_effects([vfx.CrossFadeIn(change)])
        found.append(clip)
    return found


def _words(seconds: int, size: tuple[int, int]) -> list[Any]:
    from moviepy import TextClip

    each = 12 / RATE
    found = []
    for number in range(int(seconds / each)):
        text = TextClip(
            text=WORDS[number % len(WORDS)],
            font_size=round(size[0] * 0.08),
            color="white",
            stroke_color="black",
            stroke_width=max(1, round(size[0] * 0.006)),
            margin=(8, 24),
        )
        text = text.with_start(number * each).with_duration(each)
        found.append(text.with_position(("center", 0.62), relative=True))
    return found


def _sound(folder: Path, seconds: int) -> Any:
    from moviepy import AudioFileClip, CompositeAudioClip, afx

    voice = AudioFileClip(str(folder / "voice.wav"))
    music = AudioFileClip(str(folder / "music.wav"))
    both = [
        clip.with_effects([afx.AudioLoop(duration=seconds)])
        for clip in (voice, music.with_effects([afx.MultiplyVolume(0.25)]))
    ]
    return CompositeAudioClip(both)
