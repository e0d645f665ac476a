"""Checks that every platform shares: the disclosure line, the length, and the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gator_engine.domain.capabilities import MediaRule
from gator_engine.domain.text import graphemes
from gator_engine.errors import FieldProblem, InvalidInput
from gator_engine.ports import MediaItem, Message, TextMeasure

CAPTION, NONE = "caption", "none"


def with_disclosure(message: Message) -> tuple[str, str]:
    """The text with the AI line appended, and which disclosure that is ("caption" or "none").

    A text that already ends with the line keeps it once. Raises InvalidInput when disclosure is
    on and there is no line to append.
    """
    text = message.text.strip()
    if not message.ai_disclosure:
        return text, NONE
    line = message.disclosure_text.strip()
    if not line:
        raise InvalidInput("disclosure_text", "is empty while AI disclosure is on")
    if text == line or text.endswith(f"\n{line}"):
        return text, CAPTION
    return f"{text}\n\n{line}" if text else line, CAPTION


def text_problems(message: Message, measured: Sequence[TextMeasure]) -> Iterator[FieldProblem]:
    """What is wrong with the text; `measured` is of the whole text with its disclosure line."""
    if not message.text.strip() and not message.media:
        yield FieldProblem("text", "is empty and there is no picture")
    for measure in measured:
        if measure.over:
            whole = ", disclosure line included" if message.ai_disclosure else ""
            yield FieldProblem(
                "text",
                f"is {measure.used} {measure.unit} long{whole}",
                f"{measure.limit} {measure.unit}",
            )


def media_problems(media: Sequence[MediaItem], rule: MediaRule) -> Iterator[FieldProblem]:
    """What is wrong with the pictures: number, type, bytes, pixels and alternative texts."""
    if len(media) > rule.max_images:
        yield FieldProblem("media", f"has {len(media)} pictures", f"{rule.max_images} pictures")
    for number, item in enumerate(media):
        yield from _picture_problems(f"media[{number}]", item, rule)


def refuse(problems: Sequence[FieldProblem]) -> None:
    """Raises InvalidInput with all problems, if there are any."""
    if problems:
        raise InvalidInput.collect(problems)


def _picture_problems(name: str, item: MediaItem, rule: MediaRule) -> Iterator[FieldProblem]:
    if item.mime not in rule.mime_types:
        yield FieldProblem(f"{name}.mime", f"is {item.mime}", ", ".join(rule.mime_types))
    if item.size > rule.max_image_bytes:
        yield FieldProblem(
            f"{name}.size", f"is {item.size:,} bytes", f"{rule.max_image_bytes:,} bytes"
        )
    pixels = item.width * item.height
    if rule.max_image_pixels is not None and pixels > rule.max_image_pixels:
        yield FieldProblem(
            f"{name}.pixels", f"is {pixels:,} pixels", f"{rule.max_image_pixels:,} pixels"
        )
    length = graphemes(item.alt_text)
    if length > rule.alt_text_limit:
        yield FieldProblem(
            f"{name}.alt_text", f"is {length} characters long", f"{rule.alt_text_limit} characters"
        )
    if rule.alt_text_required and not item.alt_text.strip():
        yield FieldProblem(f"{name}.alt_text", "is missing: describe the picture")
