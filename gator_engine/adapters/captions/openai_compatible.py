"""Captions from a language model behind any OpenAI-compatible endpoint.

Ollama, vLLM, llama.cpp, LM Studio and most vendors speak `POST /chat/completions` with server-sent
events. A schema for the answer is asked for in the strictest way the server accepts; since some
servers accept a schema and ignore it, every answer is validated, and repaired once when need be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from gator_engine.adapters.captions._openai.answers import (
    Draft,
    parse_draft,
    shown_so_far,
    without_thoughts,
)
from gator_engine.adapters.captions._openai.chat import Answer, Chat, SchemaUnsupported
from gator_engine.adapters.captions._openai.prompts import Message, ask, repair
from gator_engine.config import Settings
from gator_engine.domain.voice import check_voice, refuse_ruled_out
from gator_engine.errors import InvalidInput, Rejected
from gator_engine.ports import Caption, CaptionRequest

# How strictly the shape of the answer is asked for, strictest first.
MODES = ("json_schema", "json_object", "text")


class OpenAiCompatibleWriter:
    """One call per variant, one after another: local servers answer one at a time anyway."""

    slug = "llm"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.label = f"Language model {settings.llm_model}".strip()

    def missing(self) -> str:
        """Which settings are not given, in plain words."""
        if self._settings.llm_base_url and self._settings.llm_model:
            return ""
        return (
            "No language model is set up. Set GATOR_LLM_BASE_URL (such as"
            " http://localhost:11434/v1) and GATOR_LLM_MODEL, and GATOR_LLM_API_KEY if needed."
        )

    def write(
        self, request: CaptionRequest, on_text: Callable[[int, str], None]
    ) -> Sequence[Caption]:
        """One caption per variant, each told of the earlier ones so that it differs.

        A caption longer than the limit is sent back once to be shortened, never cut. Raises
        InvalidInput, AuthExpired, RateLimited, Transient or Rejected.
        """
        if missing := self.missing():
            raise InvalidInput("writer", missing)
        refuse_ruled_out(request.topic, request.profile)
        captions: list[Caption] = []
        mode = MODES[0]
        with Chat(self._settings) as chat:
            for number in range(request.variants):
                earlier = [caption.text for caption in captions]
                messages = ask(request, number, earlier)
                told = partial(on_text, number)
                draft, tokens, mode = self._draft(chat, messages, request, mode, told)
                captions.append(self._caption(draft, request, tokens))
                on_text(number, captions[-1].text)
        return captions

    def ask(self, system: str, prompt: str, *, as_json: bool = False, seed: int = 0) -> str:
        """A free answer, without the model's thoughts; see ports.LanguageModel."""
        if missing := self.missing():
            raise InvalidInput("writer", missing)
        messages = [{"role": "system", "content": system}, {"role": "user", "content": prompt}]
        modes = MODES[1:] if as_json else MODES[-1:]
        with Chat(self._settings) as chat:
            for mode in modes[:-1]:
                try:
                    answer = chat.stream(messages, mode, seed=seed, on_text=_unwatched)
                    return without_thoughts(answer.text)
                except SchemaUnsupported:
                    continue  # The prompt asks for the same shape in words.
            answer = chat.stream(messages, modes[-1], seed=seed, on_text=_unwatched)
            return without_thoughts(answer.text)

    def _draft(
        self,
        chat: Chat,
        messages: list[Message],
        request: CaptionRequest,
        mode: str,
        on_text: Callable[[str], None],
    ) -> tuple[Draft, int | None, str]:
        """A valid draft, the tokens it took, and the mode that the server understood."""
        tokens: int | None = None
        problem = ""
        for _ in range(2):
            answer, mode = _answer(chat, messages, request, mode, on_text)
            tokens = None if answer.tokens is None else (tokens or 0) + answer.tokens
            draft, problem = parse_draft(answer.text, request)
            if draft is not None:
                return draft, tokens, mode
            messages = repair(messages, answer.text, problem)
        raise Rejected(chat.provider, "write captions", f"The model's answer is no use: {problem}")

    def _caption(self, draft: Draft, request: CaptionRequest, tokens: int | None) -> Caption:
        notes = tuple(f"{f.message} ({f.field})" for f in check_voice(draft.post, request.profile))
        return Caption(
            text=draft.post,
            hashtags=draft.tags,
            alt_text=draft.alt_text.strip(),
            written_by=self._settings.llm_model,
            tokens=tokens,
            notes=notes,
        )


def _unwatched(text: str) -> None:
    """Nobody follows this answer as it grows."""


def _answer(
    chat: Chat,
    messages: list[Message],
    request: CaptionRequest,
    mode: str,
    on_text: Callable[[str], None],
) -> tuple[Answer, str]:
    """The whole answer in the strictest mode the server takes, and that mode."""

    def told(raw: str) -> None:
        on_text(shown_so_far(raw))

    for strict in MODES[MODES.index(mode) : -1]:
        try:
            return chat.stream(messages, strict, seed=request.seed, on_text=told), strict
        except SchemaUnsupported:
            continue  # The next weaker mode asks for the same shape in words.
    return chat.stream(messages, MODES[-1], seed=request.seed, on_text=told), MODES[-1]


WRITER = OpenAiCompatibleWriter
