"""The shape of each kind of text: what a model is asked for, how its answer is read and shown.

An answer is always validated, however strictly it was asked for: some servers accept a schema and
ignore it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import from_json

from gator_engine.domain.voice import Purpose
from gator_engine.domain.writing import (
    OTHERS,
    TextKind,
    TextPart,
    TextVariant,
    WritingDraft,
    angle_of,
)

Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
MOST_PARTS = 20
# Kinds that may begin anywhere; the others say what is there already.
FREE = {TextKind.CAPTION, TextKind.HOOK, TextKind.THREAD, TextKind.CAROUSEL, TextKind.SCRIPT}


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Caption(_Shape):
    text: Said
    hashtags: list[Short]
    alt_text: Short


class _Text(_Shape):
    text: Said


class _Thread(_Shape):
    posts: list[Said]


class _Slide(_Shape):
    title: Short
    text: Short


class _Carousel(_Shape):
    title: Said
    slides: list[_Slide]
    caption: Said


class _Scene(_Shape):
    say: Said
    show: Short


class _Script(_Shape):
    title: Short
    scenes: list[_Scene]


class _Hashtags(_Shape):
    hashtags: list[Said]


@dataclass(frozen=True)
class Shape:
    """One kind: the model's task in words, its schema, and how an answer becomes a variant."""

    answer: type[_Shape]
    schema: Mapping[str, Any]
    words: str
    task: str
    purpose: Purpose = Purpose.CAPTION
    posted: bool = True

    def read(self, raw: str) -> tuple[TextVariant | None, str]:
        """(variant, "") or (None, what is wrong in words that a model can act on)."""
        start, end = raw.find("{"), raw.rfind("}")
        if start < 0 or end < start:
            return None, "it holds no JSON object"
        try:
            found = self.answer.model_validate_json(raw[start : end + 1])
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "the JSON"
            return None, f"{where}: {first['msg']}"
        variant = _variant(found)
        parts = len(variant.parts)
        if isinstance(found, _Thread | _Carousel | _Script) and not 1 <= parts <= MOST_PARTS:
            return None, f"it has {parts} parts; 1–{MOST_PARTS} are allowed"
        return (variant, "") if variant.text.strip() else (None, "it is empty")


def asked(draft: WritingDraft, limit: int, number: int) -> str:
    """What the person's turn says for version `number` (from 0).

    What people typed stands between marks, as data.
    """
    shape = SHAPES[draft.kind]
    lines = [shape.task.format(limit=limit, count=draft.count or "as many as it needs")]
    for mark, text in (("topic", draft.topic), ("text", draft.source), ("picture", draft.picture)):
        if text.strip():
            lines.append(f"<{mark}>{text.strip()}</{mark}>")
    angle = angle_of(number, draft.seed, draft.variants)
    if angle and draft.kind in FREE:
        lines.append(angle)
    elif angle and draft.kind is not TextKind.ALT_TEXT:
        lines.append(OTHERS)
    return "\n".join(lines)


def mending(shape: Shape, problem: str) -> str:
    """The turn that sends an answer back."""
    return f"That cannot be used: {problem}. {shape.words}"


def so_far(raw: str) -> str:
    """The words of an answer that is still growing, without its braces."""
    start = raw.find("{")
    if start < 0:
        return ""
    try:
        found = from_json(raw[start:], allow_partial="trailing-strings")
    except ValueError:
        return ""
    return "\n\n".join(_strings(found))


def with_tags(text: str, tags: Sequence[str]) -> str:
    """The text with those hashtags that it does not hold already."""
    held = {tag.casefold() for tag in re.findall(r"#\w+", text)}
    missing = [tag for tag in tags if tag.casefold() not in held]
    return f"{text}\n\n{' '.join(missing)}" if missing else text


def _strings(found: object) -> list[str]:
    if isinstance(found, str):
        return [found] if found.strip() else []
    inner = found.values() if isinstance(found, dict) else found
    if not isinstance(inner, Sequence | type({}.values())):
        return []
    return [text for each in inner for text in _strings(each)]


def _variant(found: _Shape) -> TextVariant:
    if isinstance(found, _Caption):
        tags = _tags(found.hashtags)
        text = with_tags(found.text, tags)
        return TextVariant(text, hashtags=tags, alt_text=found.alt_text)
    if isinstance(found, _Thread):
        parts = tuple(TextPart(post) for post in found.posts)
        return TextVariant("\n\n".join(found.posts), parts)
    if isinstance(found, _Carousel):
        slides = [TextPart(slide.text, slide.title) for slide in found.slides]
        kept = tuple(part for part in slides if part.text or part.title)
        return TextVariant(found.caption, kept, title=found.title)
    if isinstance(found, _Script):
        scenes = tuple(TextPart(scene.say, scene.show) for scene in found.scenes)
        return TextVariant("\n\n".join(s.text for s in scenes), scenes, title=found.title)
    if isinstance(found, _Hashtags):
        tags = _tags(found.hashtags)
        return TextVariant(" ".join(tags), hashtags=tags)
    return TextVariant(getattr(found, "text", ""))


def _tags(words: Sequence[str]) -> tuple[str, ...]:
    """Hashtags with their sign, once each, as single words."""
    bare = ("".join(re.findall(r"\w+", word)) for word in words)
    return tuple(dict.fromkeys(f"#{word}" for word in bare if word))


def _object(**fields: object) -> dict[str, object]:
    """An object in the strict dialect: every field required, nothing else."""
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _list(of: object) -> dict[str, object]:
    return {"type": "array", "items": of}


_S = {"type": "string"}
_ONLY = "Answer with one JSON object and nothing else: "
_TEXT_WORDS = f'{_ONLY}{{"text": …}}.'

SHAPES: Mapping[TextKind, Shape] = {
    TextKind.CAPTION: Shape(
        _Caption,
        _object(text=_S, hashtags=_list(_S), alt_text=_S),
        f'{_ONLY}{{"text": the post without hashtags, "hashtags": a list of hashtags, "alt_text": a'
        ' description of the picture or ""}.',
        "Write one post about what stands between the marks. With its hashtags it has at most"
        " {limit} characters.",
    ),
    TextKind.HOOK: Shape(
        _Text,
        _object(text=_S),
        _TEXT_WORDS,
        "Write the opening line of a post about what stands between the marks: one sentence that"
        " makes people read on, honest about what follows. At most {limit} characters.",
    ),
    TextKind.THREAD: Shape(
        _Thread,
        _object(posts=_list(_S)),
        f'{_ONLY}{{"posts": a list of texts, without numbers in front}}.',
        "Write a thread about what stands between the marks. Number of posts: {count}. Each post"
        " has at most {limit} characters and stands on its own.",
        Purpose.THREAD,
    ),
    TextKind.CAROUSEL: Shape(
        _Carousel,
        _object(title=_S, slides=_list(_object(title=_S, text=_S)), caption=_S),
        f'{_ONLY}{{"title": of the whole, "slides": a list of {{"title": a few words, "text": one'
        ' or two short sentences}, "caption": the post that goes with them}.',
        "Write the texts of a carousel about what stands between the marks. Number of slides, with"
        " the cover and the last one: {count}. The first is the cover, the last one closes. The"
        " caption has at most {limit} characters.",
    ),
    TextKind.SCRIPT: Shape(
        _Script,
        _object(title=_S, scenes=_list(_object(say=_S, show=_S))),
        f'{_ONLY}{{"title": …, "scenes": a list of {{"say": what is spoken, "show": what is'
        " seen}.",
        "Write the script of a short vertical video about what stands between the marks. Number of"
        " scenes: {count}. The first scene catches people within two seconds.",
        Purpose.SCRIPT,
        posted=False,
    ),
    TextKind.ALT_TEXT: Shape(
        _Text,
        _object(text=_S),
        _TEXT_WORDS,
        "Describe the picture that is told of between the marks, for people who cannot see it. Say"
        " nothing that is not told. At most {limit} characters.",
        Purpose.ALT_TEXT,
        posted=False,
    ),
    TextKind.HASHTAGS: Shape(
        _Hashtags,
        _object(hashtags=_list(_S)),
        f'{_ONLY}{{"hashtags": a list}}.',
        "Propose hashtags for what stands between the marks, the most fitting first. Number:"
        " {count}.",
        posted=False,
    ),
    TextKind.TRANSLATION: Shape(
        _Text,
        _object(text=_S),
        _TEXT_WORDS,
        "Translate the text between the marks into your language as you would say it yourself. Keep"
        " its facts, names, links and line breaks; add nothing. At most {limit} characters.",
    ),
}
