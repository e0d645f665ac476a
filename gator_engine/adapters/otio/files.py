"""TimelineFiles over OpenTimelineIO: .otio in and out.

Format: https://opentimelineio.readthedocs.io/en/stable/tutorials/otio-serialized-schema.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opentimelineio import core, exceptions
from pydantic import TypeAdapter, ValidationError

from gator_engine.adapters.otio.guarding import FIELD, parsed
from gator_engine.adapters.otio.reading import ForeignReader
from gator_engine.adapters.otio.writing import KEY, LAYOUT_VERSION, outline_of, to_otio
from gator_engine.domain.timeline import Timeline
from gator_engine.domain.video.checks import shape_problems
from gator_engine.errors import InvalidInput

OWN_NOTES = "Gator's own notes in this file do not fit its tracks: cuts and times are the file's."
_TIMELINE = TypeAdapter(Timeline)
_BROKEN = (exceptions.OTIOError, ValueError, TypeError, KeyError, IndexError, OverflowError)


class OtioFiles:
    """Writes what other editors read, with all of ours beside it; reads anybody's."""

    def write(self, timeline: Timeline, title: str, names: Mapping[str, str]) -> bytes:
        """The .otio JSON; every range is in the timeline's own rate.

        Captions, mix and framing have no words in OpenTimelineIO and travel under
        metadata["gator"]. Raises InvalidInput for a timeline that could not be stored.
        """
        if problems := shape_problems(timeline):
            raise InvalidInput.collect(problems)
        made = to_otio(timeline, title, names)
        return str(core.serialize_json_to_string(made, indent=2)).encode()

    def read(self, data: bytes) -> tuple[Timeline, Sequence[str]]:
        """The timeline and remarks: exact for a file of ours that nobody changed since, else cuts,
        times and tracks, with everything that ours cannot hold named.

        A file that the library does not know stands under its name as `asset_id`. Raises
        InvalidInput naming `file` for what is damaged, hostile or no timeline.
        """
        raw = parsed(data)
        try:
            found = core.deserialize_json_from_string(data.decode("utf-8-sig"))
            own = _own(raw)
            if own is not None and outline_of(found) == outline_of(to_otio(own, "", {})):
                return own, ()
            reader = ForeignReader(found, own)
            timeline = reader.timeline()
        except _BROKEN as error:
            raise InvalidInput(FIELD, f"is damaged: {str(error)[:200]}") from error
        if problems := shape_problems(timeline):
            raise InvalidInput.collect(problems)
        remarks = reader.remarks()
        return timeline, (OWN_NOTES, *remarks) if KEY in _metadata(raw) else remarks


def _own(raw: Mapping[str, Any]) -> Timeline | None:
    """Our timeline inside the file, when it is there and whole."""
    about = _metadata(raw).get(KEY)
    if not isinstance(about, Mapping) or about.get("version") != LAYOUT_VERSION:
        return None
    try:
        timeline = _TIMELINE.validate_python(about.get("timeline"))
    except ValidationError:
        return None
    return None if shape_problems(timeline) else timeline


def _metadata(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    found = raw.get("metadata")
    return found if isinstance(found, Mapping) else {}
