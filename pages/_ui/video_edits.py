"""What the gestures of the timeline mean: each becomes one edit of the engine, or is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gator_engine.domain.timeline import Timeline, placed
from gator_engine.domain.video import caption_edits, editing, layers
from gator_engine.domain.video.time import Span
from gator_engine.errors import InvalidInput
from pages._ui.commands import attempt
from pages._ui.session import studio
from pages._ui.video_desk import Desk

Change = Callable[[Timeline], Timeline]


def apply(desk: Desk, sent: Mapping[str, Any]) -> None:
    """Carry out what the timeline sent, for exactly the version it was shown."""
    project, version = desk.project, _number(sent, "version")
    operation = str(sent.get("op", ""))
    if operation in ("undo", "redo"):
        verb = studio().projects.undo if operation == "undo" else studio().projects.redo
        said = "Undone." if operation == "undo" else "Done again."
        attempt(lambda: verb(project.id, version), done=said)
        return
    attempt(
        lambda: studio().projects.edit(project.id, STEPS[_kind(sent)], _change(sent), version),
        done=f"{STEPS[_kind(sent)]}.",
    )


STEPS = {
    "move": "Move a clip",
    "place": "Move in time",
    "trim": "Trim",
    "split": "Split",
    "duplicate": "Duplicate",
    "remove": "Delete",
}


def _kind(sent: Mapping[str, Any]) -> str:
    operation = str(sent.get("op", ""))
    if operation not in STEPS:
        raise InvalidInput("edit", f"{operation!r} is unknown", ", ".join(STEPS))
    return operation


def _change(sent: Mapping[str, Any]) -> Change:
    """The edit as a function of the timeline. Raises InvalidInput."""
    track, item = str(sent.get("track", "")), str(sent.get("id", ""))
    makers = {"picture": _picture, "captions": _captions}
    make = makers.get(track) or (_overlay if track.startswith("overlay:") else _sound)
    return make(_kind(sent), item, sent)


def _picture(operation: str, clip: str, sent: Mapping[str, Any]) -> Change:
    match operation:
        case "move":
            to = _number(sent, "to")
            return lambda line: editing.move(line, clip, _before(line, clip, to))
        case "trim":
            by = _number(sent, "by")
            if sent.get("edge") == "end":
                return lambda line: editing.trim_end(line, clip, -by)
            return lambda line: _trimmed_start(line, clip, by)
        case "split":
            at = _number(sent, "at")
            return lambda line: editing.split(line, at)
        case "duplicate":
            return lambda line: editing.duplicate(line, clip)
        case "remove":
            return lambda line: editing.remove(line, clip)
    raise InvalidInput("edit", "clips stand one after the other", "move, trim or split")


def _before(line: Timeline, clip: str, to: int) -> str:
    """The clip that the moved one will stand before ("": at the end)."""
    others = [one.id for one in line.clips if one.id != clip]
    return others[to] if 0 <= to < len(others) else ""


def _trimmed_start(line: Timeline, clip: str, by: int) -> Timeline:
    """A still has no source before its beginning: pulling its left edge out makes it longer."""
    try:
        return editing.trim_start(line, clip, by)
    except InvalidInput:
        if by >= 0:
            raise
        return editing.trim_end(line, clip, by)


def _captions(operation: str, cue: str, sent: Mapping[str, Any]) -> Change:
    def edited(line: Timeline) -> Timeline:
        captions = line.captions
        found = next((one for one in captions.cues if one.id == cue), None)
        if found is None:
            raise InvalidInput(f"caption {cue}", "is not there any more")
        match operation:
            case "place":
                start = _number(sent, "start")
                changed = caption_edits.moved(captions, cue, start, found.length)
            case "trim":
                by = _number(sent, "by")
                end = sent.get("edge") == "end"
                start = found.start + (0 if end else by)
                length = found.length + (by if end else -by)
                changed = caption_edits.moved(captions, cue, start, length)
            case "remove":
                changed = caption_edits.removed(captions, cue)
            case "split":
                at = _number(sent, "at")
                words = sum(word.start < at for word in found.words)
                changed = caption_edits.split(captions, cue, words)
            case _:
                span = Span(found.span.end, found.length)
                changed = caption_edits.added(captions, found.text, span)
        return layers.set_captions(line, changed)

    return edited


def _overlay(operation: str, name: str, sent: Mapping[str, Any]) -> Change:
    def edited(line: Timeline) -> Timeline:
        span, overlay = next(
            (
                (span, one)
                for track in line.overlays
                for span, one in placed(track.items)
                if getattr(one, "id", "") == name
            ),
            (None, None),
        )
        if span is None or overlay is None:
            raise InvalidInput(f"overlay {name}", "is not there any more")
        match operation:
            case "place":
                return layers.move_overlay(line, name, _number(sent, "start"))
            case "trim":
                by, end = _number(sent, "by"), sent.get("edge") == "end"
                start = span.start + (0 if end else by)
                return layers.trim_overlay(line, name, start, span.length + (by if end else -by))
            case "remove":
                return layers.remove_overlay(line, name)
            case "duplicate":
                return layers.add_overlay(line, overlay, span.end)  # type: ignore[arg-type]
        raise InvalidInput("edit", "a title cannot be split", "duplicate it instead")

    return edited


def _sound(operation: str, name: str, sent: Mapping[str, Any]) -> Change:
    match operation:
        case "place":
            start = _number(sent, "start")
            return lambda line: layers.move_sound(line, name, start)
        case "trim":
            by = _number(sent, "by")
            if sent.get("edge") == "end":
                return lambda line: layers.trim_sound(line, name, 0, -by)
            return lambda line: layers.trim_sound(line, name, by, 0)
        case "remove":
            return lambda line: layers.remove_sound(line, name)
    raise InvalidInput("edit", "a sound is moved or trimmed", "move, trim or delete")


def _number(sent: Mapping[str, Any], name: str) -> int:
    value = sent.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(f"edit.{name}", f"is {value!r}", "a whole number")
    return value
