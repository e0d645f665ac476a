"""What the model is asked for a caption: the system's words and the turns of the conversation."""

from __future__ import annotations

from gator_engine.domain.writing import angle_of
from gator_engine.ports import CaptionRequest

Turns = tuple[tuple[str, str], ...]

_SHAPE = (
    'Answer with one JSON object and nothing else: {"text": the post without hashtags,'
    ' "hashtags": a list of hashtags, "alt_text": a description of the picture or ""}.'
)


def ask(request: CaptionRequest, number: int) -> tuple[str, Turns]:
    """The voice as the system's words, the topic as the person's, kept apart as data."""
    lines = [
        f"Write one social media post about the topic between the marks, in {request.language}.",
        f"<topic>{request.topic}</topic>",
        f"With its hashtags it has at most {request.limit} characters.",
    ]
    if request.picture:
        lines.append(f"It goes with this picture: <picture>{request.picture}</picture>")
    if angle := angle_of(number, request.seed, request.variants):
        lines.append(angle)
    return f"{request.system}\n{_SHAPE}", (("user", "\n".join(lines)),)


def repair(turns: Turns, answer: str, problem: str) -> Turns:
    """The same conversation, with what is wrong with the answer."""
    asked = f"That cannot be used: {problem}. {_SHAPE}"
    return (*turns, ("assistant", answer or "…"), ("user", asked))
