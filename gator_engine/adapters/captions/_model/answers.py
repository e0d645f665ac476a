"""Reading a model's answer: the finished object, and the words of an unfinished one."""

from __future__ import annotations

import json
import re

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from gator_engine.domain.voice import ruled_out
from gator_engine.ports import CaptionRequest

_TEXT_SO_FAR = re.compile(r'"text"\s*:\s*"((?:[^"\\]|\\.)*)', re.DOTALL)
_THINKING = re.compile(r"<think>.*?</think>", re.DOTALL)


class Draft(BaseModel):
    """What a model is to answer."""

    model_config = ConfigDict(extra="ignore")

    text: str = Field(min_length=1, max_length=20_000)
    hashtags: list[str] = Field(max_length=30)
    alt_text: str = Field(max_length=4_000)

    @field_validator("text")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("is blank")
        return value.strip()

    @property
    def tags(self) -> tuple[str, ...]:
        """The hashtags with their sign, once each, as single words."""
        bare = ("".join(re.findall(r"\w+", tag)) for tag in self.hashtags)
        return tuple(dict.fromkeys(f"#{tag}" for tag in bare if tag))

    @property
    def post(self) -> str:
        """The text with those hashtags that it does not hold already."""
        held = {tag.casefold() for tag in re.findall(r"#\w+", self.text)}
        missing = [tag for tag in self.tags if tag.casefold() not in held]
        return f"{self.text}\n\n{' '.join(missing)}" if missing else self.text


def draft_schema() -> dict[str, object]:
    """The JSON schema of `Draft` in the strict dialect (every field required, nothing else)."""
    text = {"type": "string"}
    fields = {"text": text, "hashtags": {"type": "array", "items": text}, "alt_text": text}
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def parse_draft(answer: str, request: CaptionRequest) -> tuple[Draft | None, str]:
    """(draft, "") or (None, what is wrong in words that a model can act on)."""
    bare = without_thoughts(answer)
    start, end = bare.find("{"), bare.rfind("}")
    if start < 0 or end < start:
        return None, "it holds no JSON object"
    try:
        draft = Draft.model_validate_json(bare[start : end + 1])
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the JSON"
        return None, f"{where}: {first['msg']}"
    for finding in ruled_out(draft.post, request.profile):
        return None, f"it {finding.message}, which you never do"
    return draft, ""


def too_long(draft: Draft, request: CaptionRequest) -> str:
    """How much a draft is too long, in words that a model can act on; "" when it fits."""
    over = len(draft.post) - request.limit
    return (
        f"it is {over} characters too long with its hashtags; write it shorter" if over > 0 else ""
    )


def without_thoughts(answer: str) -> str:
    """The answer without the passages in which a reasoning model thinks aloud."""
    return _THINKING.sub("", answer).strip()


def shown_so_far(answer: str) -> str:
    """The value of "text" in an answer that is still growing, or ""."""
    found = _TEXT_SO_FAR.search(answer)
    if not found:
        return ""
    # A cut escape sequence at the very end is left for the next piece.
    whole = re.sub(r"\\(?:u[0-9a-fA-F]{0,3})?$", "", found[1])
    try:
        return str(json.loads(f'"{whole}"', strict=False))
    except json.JSONDecodeError:
        return ""
