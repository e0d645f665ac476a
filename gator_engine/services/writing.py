"""Writing: captions in a persona's voice, several variants at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gator_engine.domain.personas import PersonaProfile
from gator_engine.domain.voice import compile_voice
from gator_engine.errors import InvalidInput
from gator_engine.ports import Caption, CaptionRequest, CaptionWriter, Connector
from gator_engine.services._context import Context

TOPIC_LIMIT = 2000
MOST_VARIANTS = 6
DEFAULT_LIMIT = 500
SAMPLE_WRITER = "template"


@dataclass(frozen=True)
class WriterInfo:
    """A caption writer as the picker shows it; `missing` is "" when it is ready."""

    slug: str
    label: str
    missing: str


class Writing:
    """What one can have written."""

    def __init__(
        self,
        context: Context,
        writers: Mapping[str, CaptionWriter],
        connectors: Mapping[str, Connector],
    ) -> None:
        self._context, self._writers, self._connectors = context, writers, connectors

    def writers(self) -> Sequence[WriterInfo]:
        """Every writer, those that are ready first."""
        found = [WriterInfo(w.slug, w.label, w.missing()) for w in self._writers.values()]
        return sorted(found, key=lambda info: (bool(info.missing), info.slug != "template"))

    def write(
        self,
        persona_id: str,
        topic: str,
        variants: int = 3,
        platforms: Sequence[str] = (),
        language: str = "en",
        seed: int = 0,
        writer: str | None = None,
        on_text: Callable[[int, str], None] | None = None,
        picture: str = "",
    ) -> Sequence[Caption]:
        """Several captions about a topic, short enough for every named platform.

        `on_text(variant, text so far)` streams them. Raises InvalidInput, or the ExternalError of
        the provider.
        """
        if not topic.strip():
            raise InvalidInput("topic", "say what the caption is about")
        if len(topic) > TOPIC_LIMIT:
            raise InvalidInput("topic", f"has {len(topic)} characters", f"{TOPIC_LIMIT}")
        if not 1 <= variants <= MOST_VARIANTS:
            raise InvalidInput("variants", f"is {variants}", f"1–{MOST_VARIANTS}")
        chosen = self._writer(writer)
        with self._context.store.read() as uow:
            profile = uow.personas.get(persona_id).profile
        limit = self._limit(platforms, profile.boundaries.disclosure_text)
        request = CaptionRequest(
            profile=profile,
            system=compile_voice(profile, language, limit),
            topic=topic.strip(),
            variants=variants,
            limit=limit,
            language=language,
            seed=seed,
            picture=picture,
        )
        return chosen.write(request, on_text or (lambda variant, text: None))

    def sample(self, profile: PersonaProfile, topic: str, seed: int = 0) -> Caption:
        """One caption in the voice of a profile that need not be stored (live in the editor).

        Written by the built-in writer: quick, offline, and the same for the same input.
        """
        system = compile_voice(profile)
        language = next(iter(profile.identity.languages), "en")
        request = CaptionRequest(profile, system, topic, 1, DEFAULT_LIMIT, language, seed)
        return self._writer(SAMPLE_WRITER).write(request, lambda variant, text: None)[0]

    def _limit(self, platforms: Sequence[str], disclosure: str) -> int:
        """The tightest text limit, less what the disclosure line will take."""
        limits = [self._connectors[p].capabilities.text.limit for p in platforms]
        return min(limits, default=DEFAULT_LIMIT) - len(disclosure) - 2

    def _writer(self, slug: str | None) -> CaptionWriter:
        if slug is None:
            slug = next(info.slug for info in self.writers() if not info.missing)
        if slug not in self._writers:
            raise InvalidInput("writer", f"{slug!r} is unknown", ", ".join(sorted(self._writers)))
        missing = self._writers[slug].missing()
        if missing:
            raise InvalidInput("writer", missing)
        return self._writers[slug]
