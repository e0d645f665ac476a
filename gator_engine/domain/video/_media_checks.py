"""Whether the files of a timeline are there, of the right kind, and long enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from gator_engine.domain.assets import AssetKind, FileFacts
from gator_engine.domain.timeline import Clip, MediaKind, Overlay, Pane, Sound, Timeline
from gator_engine.domain.video.time import Ratio, source_second
from gator_engine.errors import FieldProblem

PICTURES = (AssetKind.IMAGE, AssetKind.VIDEO)
SOUNDS = (AssetKind.AUDIO, AssetKind.VIDEO)
SLACK_S = Fraction(1, 10)
"""Containers round the length of what they hold; so much is not worth a refusal."""


def media_problems(timeline: Timeline, media: Mapping[str, FileFacts]) -> Iterator[FieldProblem]:
    """One problem per file that is missing, of another kind, or too short; named by clip."""
    items = timeline.picture.items
    for number, item in enumerate(items):
        if isinstance(item, Clip):
            following = items[number + 1] if number + 1 < len(items) else None
            onward = following.transition if isinstance(following, Clip) else None
            beyond = onward.after if onward else 0
            for pane in item.panes:
                yield from _pane_problems(item, pane, beyond, timeline.rate, media)
    for track in timeline.overlays:
        for over in track.items:
            if isinstance(over, Overlay) and over.media.kind is MediaKind.ASSET:
                yield from _kind_problems(
                    f"overlay {over.id}", over.media.asset_id, media, (AssetKind.IMAGE,)
                )
    for sounds in (*timeline.voice, *timeline.music):
        for sound in sounds.items:
            if isinstance(sound, Sound):
                yield from _sound_problems(sound, timeline.rate, media)


def _pane_problems(
    clip: Clip, pane: Pane, beyond: int, rate: Ratio, media: Mapping[str, FileFacts]
) -> Iterator[FieldProblem]:
    if pane.media.kind is not MediaKind.ASSET:
        return
    field, asset_id = f"clip {clip.id}", pane.media.asset_id
    wrong = list(_kind_problems(field, asset_id, media, PICTURES))
    yield from wrong
    if wrong or media[asset_id].kind is AssetKind.IMAGE:
        return
    lead = clip.transition.before if clip.transition else 0
    if source_second(pane.source_start, -lead, pane.speed, rate) < 0:
        room = int(pane.source_start / pane.speed.fraction)
        yield FieldProblem(
            field,
            f"has {room} frames of its video before it begins; the transition into it shows {lead}",
            "start it later, or shorten the transition",
        )
    duration = media[asset_id].duration_s
    last = source_second(pane.source_start, clip.length + beyond - 1, pane.speed, rate)
    if duration is not None and last > Fraction(duration) + SLACK_S:
        shown = f", {beyond} frames of it for the transition after it" if beyond else ""
        yield FieldProblem(
            field, f"shows {float(last):.2f} s of its video{shown}", f"{duration:.2f} s"
        )


def _sound_problems(
    sound: Sound, rate: Ratio, media: Mapping[str, FileFacts]
) -> Iterator[FieldProblem]:
    field = f"sound {sound.id}"
    wrong = list(_kind_problems(field, sound.asset_id, media, SOUNDS))
    yield from wrong
    if wrong or (duration := media[sound.asset_id].duration_s) is None:
        return
    used = sound.source_start if sound.loop else sound.source_start + sound.length
    if used / rate.fraction > Fraction(duration) + SLACK_S:
        said = f"plays {float(used / rate.fraction):.2f} s of its file"
        yield FieldProblem(field, said, f"{duration:.2f} s, or loop it")


def _kind_problems(
    field: str, asset_id: str, media: Mapping[str, FileFacts], kinds: tuple[AssetKind, ...]
) -> Iterator[FieldProblem]:
    facts = media.get(asset_id)
    if facts is None:
        yield FieldProblem(field, f"its file {asset_id!r} is not in the library")
    elif facts.kind not in kinds:
        yield FieldProblem(field, f"its file is {facts.kind.value}", " or ".join(kinds))
