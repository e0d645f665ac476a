"""Captions without a model: a grammar of ready sentences, chosen by the persona's voice.

The topic is the only thing said about the world; everything around it is tone. Every caption is
labelled `written_by="template"`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gator_engine.adapters.captions._template.draft import Draft
from gator_engine.adapters.captions._template.topic import read_topic
from gator_engine.config import Settings
from gator_engine.domain.voice import refuse_ruled_out
from gator_engine.errors import InvalidInput
from gator_engine.ports import Caption, CaptionRequest

# More rounds than variants, since a narrow voice or limit makes some captions come out alike.
_ROUNDS_PER_VARIANT = 6


class TemplateWriter:
    """The writer of last resort: no key, no download, the same seed gives the same captions."""

    slug = "template"
    label = "Built-in templates (no AI model)"

    def __init__(self, settings: Settings) -> None:
        del settings  # Every writer is built from the settings; this one needs none.

    def missing(self) -> str:
        """Never anything."""
        return ""

    def write(
        self, request: CaptionRequest, on_text: Callable[[int, str], None]
    ) -> Sequence[Caption]:
        """Up to `variants` different captions; fewer, with a note, when no more fit the limit.

        In a language other than English they are made of the persona's own words alone, with a note
        that says so. Raises InvalidInput naming `topic`.
        """
        refuse_ruled_out(request.topic, request.profile)
        _refuse_long_topic(request)
        draft = Draft(request, english=_is_english(request.language))
        made: dict[str, Caption] = {}
        for turn in range(request.variants * _ROUNDS_PER_VARIANT):
            caption = draft.caption(turn)
            if caption.text not in made:
                on_text(len(made), caption.text)
                made[caption.text] = caption
            if len(made) == request.variants:
                break
        notes = _notes(request, len(made))
        return [replace(caption, notes=(*caption.notes, *notes)) for caption in made.values()]


def _is_english(language: str) -> bool:
    return language.casefold().split("-")[0] == "en"


def _refuse_long_topic(request: CaptionRequest) -> None:
    needed = len(read_topic(request.topic).plain)
    if needed > request.limit:
        raise InvalidInput(
            "topic", f"takes {needed} characters on its own", f"{request.limit} characters a post"
        )


def _notes(request: CaptionRequest, made: int) -> list[str]:
    notes: list[str] = []
    if not _is_english(request.language):
        notes.append(
            f"The templates know English only; in {request.language!r} they use the persona's own"
            " words. A language model can write it in full."
        )
    if made < request.variants:
        notes.append(f"Only {made} different caption{'s' * (made > 1)} fit.")
    return notes


WRITER = TemplateWriter
