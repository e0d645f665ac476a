"""Music and voices of projects, cuts on the beat, and scenes as long as what is said over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gator_engine.domain.assets import Asset, AssetKind, Origin, Provenance
from gator_engine.domain.projects import Project
from gator_engine.domain.timeline import Sound, Timeline, placed
from gator_engine.domain.video.checks import sounds_of
from gator_engine.domain.video.layers import Role, add_sound, set_cues, set_markers
from gator_engine.domain.video.sound import Beats
from gator_engine.domain.video.time import frames
from gator_engine.errors import InvalidInput
from gator_engine.ports import Bed, MusicBeds, SoundDesk
from gator_engine.services._project_versions import ProjectVersions
from gator_engine.services._render_keeping import LICENCE
from gator_engine.services._video_media import VideoMedia
from gator_engine.services.library import Library, NewAsset

LONGEST_BED_S, SHORTEST_BED_S = 600.0, 1.0
FADE_OUT_S = 1.5
LISTENED = (AssetKind.AUDIO, AssetKind.VIDEO)


@dataclass(frozen=True)
class Desk:
    """What listens to sound and what makes it, each built when it is first needed."""

    sounds: Callable[[], SoundDesk]
    beds: Callable[[], MusicBeds]


class Soundtrack:
    """Puts sound under projects, and projects in time with it."""

    def __init__(
        self, versions: ProjectVersions, library: Library, media: VideoMedia, desk: Desk
    ) -> None:
        self._versions, self._library, self._media, self._desk = versions, library, media, desk

    def beds(self) -> Sequence[Bed]:
        """The music that can be made here."""
        return self._desk.beds().beds()

    def make_bed(self, project: Project, slug: str, seed: int) -> Asset:
        """A bed as long as the video, kept in the library with licence and exact beats.

        Beyond ten minutes it is repeated. Raises InvalidInput.
        """
        beds = self._desk.beds()
        bed = next((one for one in beds.beds() if one.slug == slug), None)
        if bed is None:
            known = ", ".join(one.slug for one in beds.beds())
            raise InvalidInput("bed", f"{slug!r} is unknown", known)
        length = min(LONGEST_BED_S, max(SHORTEST_BED_S, project.timeline.duration_s))
        data, beats = beds.make(slug, length, seed)
        parameters = {
            "bed": slug,
            "mood": bed.mood,
            LICENCE: bed.licence,
            "bpm": beats.bpm,
            "beats_s": list(beats.times_s),
            "downbeats_s": list(beats.downbeats_s),
        }
        made = Provenance(
            Origin.DESIGNED, "Music bed", generator="music_beds", seed=seed, parameters=parameters
        )
        title = f"{bed.label} ({length:.0f} s)"
        return self._library.keep(
            NewAsset(data=data, provenance=made, title=title, persona_id=project.persona_id)
        )

    def add_music(
        self, project: Project, asset: Asset, gain_db: float, *, instead: bool, expected: int | None
    ) -> Project:
        """The file under the whole video, from its beginning, repeated where it is shorter."""
        _refuse_silent(asset)

        def change(was: Timeline) -> Timeline:
            if not was.length:
                raise InvalidInput("picture", "holds no clip that music could go under")
            there = frames(asset.facts.duration_s or 0, was.rate)
            fade = min(frames(FADE_OUT_S, was.rate), was.length // 2)
            music = Sound(
                "",
                was.length,
                asset.id,
                gain_db=gain_db,
                fade_out=fade,
                loop=there < was.length,
                name=asset.title[:200],
            )
            return add_sound(replace(was, music=()) if instead else was, Role.MUSIC, music, 0)

        return self._edit(project.id, "Add music", change, expected)

    def add_voice(
        self, project: Project, asset: Asset, at: int | None, text: str, expected: int | None
    ) -> Project:
        """The file on the voice track at a frame, or after everything that is said so far."""
        _refuse_silent(asset)

        def change(was: Timeline) -> Timeline:
            length = max(1, frames(asset.facts.duration_s or 0, was.rate))
            end = max((sum(i.length for i in track.items) for track in was.voice), default=0)
            voice = Sound("", length, asset.id, name=asset.title[:200], text=text)
            return add_sound(was, Role.VOICE, voice, end if at is None else at)

        return self._edit(project.id, "Add a voice", change, expected)

    def snap_to_beats(self, project: Project, shift_s: float, expected: int | None) -> Project:
        """Cuts on the beats of its music, with a marker for every beat.

        Beats of beds are exact, those of other files are heard. `shift_s` corrects them when they
        were heard off the beat. Raises InvalidInput without music.
        """
        from gator_engine.domain.video.rhythm import beat_markers, beats_on_timeline, snapped

        known = {one.id: one for one in self._media.assets(project.timeline)}
        heard = {
            sound.asset_id: replace(self.beats(known[sound.asset_id]), offset_s=shift_s)
            for sound in sounds_of(project.timeline.music)
            if sound.asset_id in known
        }
        if not heard:
            raise InvalidInput("music", "there is none to cut to")

        def change(was: Timeline) -> Timeline:
            found = [
                beats_on_timeline(was, asset_id, beats, known[asset_id].facts.duration_s or 0.0)
                for asset_id, beats in heard.items()
            ]
            beats = Beats(
                tuple(sorted({time for each in found for time in each.times_s})),
                tuple(sorted({time for each in found for time in each.downbeats_s})),
            )
            cut = snapped(was, beats, lengths=_lengths(was, known))
            return set_markers(cut, beat_markers(cut, beats))

        return self._edit(project.id, "Cut on the beat", change, expected)

    def stretch_to_voice(self, project: Project, expected: int | None) -> Project:
        """Every clip as long as what is said over it, and every voice at the start of its clip.

        Voices and clips belong together in their order; a single voice is shared by all clips in
        proportion to their lengths. Captions go with the voice they stand over. Raises
        InvalidInput without a voice, or with more voices than clips.
        """
        known = {one.id: one for one in self._media.assets(project.timeline)}
        return self._edit(
            project.id,
            "Fit the scenes to the voice",
            lambda was: _to_voice(was, _lengths(was, known)),
            expected,
        )

    def beats(self, asset: Asset) -> Beats:
        """The beats of a file: those it was made with, else those that are heard."""
        about = asset.provenance.parameters
        times, strong = about.get("beats_s"), about.get("downbeats_s")
        if isinstance(times, list) and isinstance(strong, list):
            bpm = about.get("bpm")
            tempo = float(bpm) if isinstance(bpm, int | float) else 0.0
            return Beats(tuple(map(float, times)), tuple(map(float, strong)), tempo, exact=True)
        _refuse_silent(asset)
        return self._desk.sounds().beats(self._media.file(asset))

    def waveform(self, asset: Asset, points: int) -> Sequence[float]:
        """Peaks to draw. Raises InvalidInput when there is no sound in it."""
        _refuse_silent(asset)
        return self._desk.sounds().waveform(self._media.file(asset), points)

    def _edit(
        self,
        project_id: str,
        step: str,
        change: Callable[[Timeline], Timeline],
        expected: int | None,
    ) -> Project:
        def edited(was: Project) -> Project:
            return replace(was, timeline=change(was.timeline))

        return self._versions.edit(project_id, step, edited, expected)


def _refuse_silent(asset: Asset) -> None:
    if asset.facts.kind not in LISTENED:
        raise InvalidInput("file", f"is {asset.facts.kind.value}", "a sound or a video")


def _lengths(timeline: Timeline, known: Mapping[str, Asset]) -> dict[str, int]:
    """Timeline frames that each video has; stills are not in it."""
    return {
        asset.id: frames(asset.facts.duration_s or 0, timeline.rate)
        for asset in known.values()
        if asset.facts.kind is AssetKind.VIDEO
    }


def _to_voice(timeline: Timeline, lengths: Mapping[str, int]) -> Timeline:
    from gator_engine.domain.video.rhythm import stretched

    clips = timeline.clips
    voices = [
        (span.start, item)
        for track in timeline.voice
        for span, item in placed(track.items)
        if isinstance(item, Sound)
    ]
    voices.sort(key=lambda each: each[0])
    if not voices:
        raise InvalidInput("voice", "there is none to fit the scenes to")
    if len(voices) > len(clips):
        raise InvalidInput("voice", f"there are {len(voices)} voices", f"{len(clips)} clips")
    if len(voices) == 1:
        shares = _shared(voices[0][1].length, [clip.length for clip in clips])
        return stretched(timeline, shares, lengths=lengths)
    wanted = [sound.length for _, sound in voices] + [0] * (len(clips) - len(voices))
    made = stretched(timeline, wanted, lengths=lengths)
    starts = {
        item.id: span.start for span, item in placed(made.picture.items) if item.kind == "clip"
    }
    cues = list(made.captions.cues)
    result = replace(made, voice=tuple(replace(track, items=()) for track in made.voice))
    for clip, (was_at, sound) in zip(clips, voices, strict=False):
        at = starts[clip.id]
        result = add_sound(result, Role.VOICE, sound, at)
        said = range(was_at, was_at + sound.length)
        cues = [
            moved.moved(at - was_at) if cue.start in said else moved
            for cue, moved in zip(made.captions.cues, cues, strict=True)
        ]
    return set_cues(result, cues)


def _shared(whole: int, lengths: Sequence[int]) -> list[int]:
    """Parts of a whole in proportion, rounded at their borders so that nothing is lost."""
    total, borders, passed = sum(lengths), [0], 0
    for length in lengths:
        passed += length
        borders.append(round(whole * passed / total))
    return [end - start for start, end in pairwise(borders)]
