"""A caption writer over any language model: drafts that are validated, and repaired once."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from gator_engine.adapters.captions._model.answers import (
    Draft,
    draft_schema,
    parse_draft,
    shown_so_far,
    too_long,
    without_thoughts,
)
from gator_engine.adapters.captions._model.prompts import ask, repair
from gator_engine.adapters.captions._model.stream import ShapeUnsupported, Stream
from gator_engine.domain.providers import Endpoint
from gator_engine.domain.spending import (
    NO_PURPOSE,
    OVERHEAD_TOKENS,
    CallPurpose,
    PlannedCall,
    Usage,
)
from gator_engine.domain.voice import check_voice, refuse_ruled_out
from gator_engine.domain.writing import TextKind, seed_of
from gator_engine.errors import GatorError, InvalidInput, Rejected
from gator_engine.parallel import Halt, SideBySide
from gator_engine.ports import (
    Caption,
    CaptionRequest,
    Meter,
    TextAnswer,
    TextRequest,
)

CAPTION_TOKENS = 4096
ENDINGS = {
    "length": "The model stopped at its length limit before the end.",
    "filter": "The provider's content filter withheld the answer.",
}


class Sent(NamedTuple):
    """What came back: the text, the provider's count, and why it ended ("" is the normal end)."""

    text: str
    usage: Usage
    ending: str = ""


class ModelWriter(ABC):
    """A language model behind one endpoint: `complete` is one call, `write` makes captions.

    Subclasses speak a protocol: they name their `modes` of asking for a shape (strictest first, the
    last asks in words alone), build the body, and read the stream.
    """

    modes: tuple[str, ...]

    def __init__(
        self,
        endpoint: Endpoint,
        key: str,
        meter: Meter,
        remember: Callable[[str], None],
        timeout_s: float,
        at_once: int = 1,
    ) -> None:
        self._endpoint, self._key, self._meter = endpoint, key, meter
        self._remember, self._timeout_s, self._at_once = remember, timeout_s, at_once
        self.slug, self.label, self.model = endpoint.id, endpoint.name, endpoint.model
        self._mode = endpoint.mode if endpoint.mode in self.modes else self.modes[0]

    @abstractmethod
    def connect(self) -> Stream:
        """A connection to the endpoint."""

    @abstractmethod
    def body(self, request: TextRequest, mode: str) -> dict[str, Any]:
        """What is sent."""

    @abstractmethod
    def read(
        self, stream: Stream, body: dict[str, Any], mode: str, on_text: Callable[[str], None]
    ) -> Sent:
        """Send it and gather the answer, also one that ended badly."""

    def missing(self) -> str:
        """What is not given, in plain words."""
        if self._endpoint.base_url and self._endpoint.model:
            return ""
        return (
            "No language model is set up. Add one under Settings, Words; or set GATOR_LLM_BASE_URL"
            " (such as http://localhost:11434/v1) and GATOR_LLM_MODEL."
        )

    def complete(
        self, request: TextRequest, on_text: Callable[[str], None], halt: Halt | None = None
    ) -> TextAnswer:
        """One metered call; see ports.TextModel."""
        if missing := self.missing():
            raise InvalidInput("writer", missing)
        with self.connect() as stream:
            stream.heed(halt or Halt())
            for mode in self._modes_for(request):
                try:
                    sent = self._metered(stream, request, mode, on_text)
                except ShapeUnsupported:
                    continue  # The prompt asks for the same shape in words.
                if request.schema is not None and mode != self._mode:
                    self._mode = mode
                    self._remember(mode)
                if sent.ending:
                    raise stream.rejected(ENDINGS.get(sent.ending, sent.ending))
                return TextAnswer(without_thoughts(sent.text), sent.usage, mode)
        raise Rejected(stream.provider, "write", "It takes none of the known ways of asking.")

    def ask(
        self,
        system: str,
        prompt: str,
        *,
        as_json: bool = False,
        seed: int = 0,
        purpose: CallPurpose = NO_PURPOSE,
    ) -> str:
        """A free answer, without the model's thoughts; see ports.LanguageModel."""
        request = TextRequest(
            system, (("user", prompt),), as_json=as_json, seed=seed, purpose=purpose
        )
        return self.complete(request, _unwatched).text

    def write(
        self, request: CaptionRequest, on_text: Callable[[int, str], None]
    ) -> Sequence[Caption]:
        """One caption per variant, each with a seed and an angle of its own so that it differs.

        They are asked for side by side; the first that fails stops the others. A caption longer
        than the limit is sent back once to be shortened, never cut; one that stays too long says so
        in its notes. Raises InvalidInput, AuthExpired, RateLimited, Transient or Rejected.
        """
        if missing := self.missing():
            raise InvalidInput("writer", missing)
        refuse_ruled_out(request.topic, request.profile)
        captions: dict[int, Caption] = {}
        halt = Halt()

        def ended(number: int, outcome: Caption | GatorError) -> None:
            if isinstance(outcome, GatorError):
                raise outcome
            captions[number] = outcome
            on_text(number, outcome.text)

        def one(number: int, tell: Callable[[str], None]) -> Caption:
            draft, tokens = self._draft(request, number, tell, halt)
            return self._caption(draft, request, tokens)

        calls = SideBySide(one, told=on_text, ended=ended, halt=halt)
        calls.run(range(request.variants), self._at_once)
        return [captions[number] for number in range(request.variants)]

    def _draft(
        self,
        request: CaptionRequest,
        number: int,
        on_text: Callable[[str], None],
        halt: Halt,
    ) -> tuple[Draft, int | None]:
        """A valid draft and the tokens it took."""
        system, turns = ask(request, number)
        tokens: int | None = None
        problem, kept = "", None
        for _ in range(2):
            asked = TextRequest(
                system,
                turns,
                schema=draft_schema(),
                most_tokens=CAPTION_TOKENS,
                seed=seed_of(number, request.seed),
                purpose=request.purpose or CallPurpose(TextKind.CAPTION),
            )
            answer = self.complete(asked, lambda raw: on_text(shown_so_far(raw)), halt)
            total = answer.usage.total
            tokens = tokens if total is None else (tokens or 0) + total
            draft, problem = parse_draft(answer.text, request)
            kept = draft or kept
            problem = problem or (too_long(draft, request) if draft else "")
            if draft is not None and not problem:
                return draft, tokens
            turns = repair(turns, answer.text, problem)
        if kept is None:
            provider = self.label or self.slug
            raise Rejected(provider, "write", f"The model's answer is no use: {problem}")
        return kept, tokens

    def _caption(self, draft: Draft, request: CaptionRequest, tokens: int | None) -> Caption:
        notes = [f"{f.message} ({f.field})" for f in check_voice(draft.post, request.profile)]
        over = len(draft.post) - request.limit
        if over > 0:
            notes.insert(0, f"It is {over} characters too long.")
        return Caption(
            text=draft.post,
            hashtags=draft.tags,
            alt_text=draft.alt_text.strip(),
            written_by=self.model,
            tokens=tokens,
            notes=tuple(notes),
        )

    def _modes_for(self, request: TextRequest) -> tuple[str, ...]:
        if request.schema is not None:
            return self.modes[self.modes.index(self._mode) :]
        return self.modes[-2:] if request.as_json and "json_object" in self.modes else ("text",)

    def _metered(
        self, stream: Stream, request: TextRequest, mode: str, on_text: Callable[[str], None]
    ) -> Sent:
        body = self.body(request, mode)
        planned = PlannedCall(
            endpoint_id=self._endpoint.id,
            provider=stream.provider,
            model=self.model,
            purpose=request.purpose,
            most_input=len(json.dumps(body, ensure_ascii=False).encode()) + OVERHEAD_TOKENS,
            most_output=request.most_tokens,
            price=self._endpoint.price,
        )
        with self._meter.call(planned) as receipt:
            sent = self.read(stream, body, mode, on_text)
            receipt.usage = sent.usage
        return sent


def _unwatched(text: str) -> None:
    """Nobody follows this answer as it grows."""
