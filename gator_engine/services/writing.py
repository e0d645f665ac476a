"""Writing: captions in a persona's voice, several variants at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gator_engine.domain.personas import PersonaProfile, PersonaRevision
from gator_engine.domain.spending import CallPurpose
from gator_engine.domain.voice import VoiceFinding, check_voice, compile_voice
from gator_engine.domain.writing import TextKind
from gator_engine.errors import InvalidInput
from gator_engine.ports import Caption, CaptionRequest, CaptionWriter, Connector
from gator_engine.services._context import Context
from gator_engine.services._language_model import model_of, rewriting

TOPIC_LIMIT = 2000
MOST_VARIANTS = 6
DEFAULT_LIMIT = 500
SAMPLE_WRITER = "template"
RECENT_POSTS = 20
MOST_ON_BENCH = 8
REWRITES = 2


@dataclass(frozen=True)
class WriterInfo:
    """A caption writer as the picker shows it; `missing` is "" when it is ready."""

    slug: str
    label: str
    missing: str


@dataclass(frozen=True)
class Rewrite:
    """A text brought into the voice: what was wrong before, and what still is."""

    text: str
    written_by: str
    before: tuple[VoiceFinding, ...]
    after: tuple[VoiceFinding, ...]


@dataclass(frozen=True)
class BenchRow:
    """What one revision made of the bench's topic, and where that leaves its own voice."""

    revision: PersonaRevision
    caption: Caption
    findings: tuple[VoiceFinding, ...]


class Writing:
    """What one can have written."""

    def __init__(
        self,
        context: Context,
        writers: Callable[[], Mapping[str, CaptionWriter]],
        connectors: Mapping[str, Connector],
    ) -> None:
        self._context, self._writers, self._connectors = context, writers, connectors

    def writers(self) -> Sequence[WriterInfo]:
        """Every writer, those that are ready first."""
        found = [WriterInfo(w.slug, w.label, w.missing()) for w in self._writers().values()]
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
            purpose=CallPurpose(TextKind.CAPTION, persona_id),
        )
        return chosen.write(request, on_text or (lambda variant, text: None))

    def sample(self, profile: PersonaProfile, topic: str, seed: int = 0) -> Caption:
        """One caption in the voice of a profile that need not be stored (live in the editor).

        Written by the built-in writer: quick, offline, and the same for the same input.
        """
        return self._one(profile, topic, seed, self._writer(SAMPLE_WRITER))

    def check(self, persona_id: str, text: str, language: str = "") -> Sequence[VoiceFinding]:
        """Where a text leaves the persona's voice or repeats one of its last posts."""
        with self._context.store.read() as uow:
            profile = uow.personas.get(persona_id).profile
            posts = uow.posts.list(persona_id=persona_id, limit=RECENT_POSTS)
        recent = [post.text for post in posts if post.text != text]
        return check_voice(text, profile, recent=recent, language=language)

    def rewrite(
        self, persona_id: str, text: str, language: str = "", platforms: Sequence[str] = ()
    ) -> Rewrite:
        """The text rewritten to fit the voice, by the configured language model.

        A text that fits comes back as it is, written by nobody. The model is told of its own slips
        once; what is then left is in `after`. Raises InvalidInput (no model, or an empty text) or
        an ExternalError.
        """
        if not text.strip():
            raise InvalidInput("text", "is empty")
        before = after = tuple(self.check(persona_id, text, language))
        if not before:
            return Rewrite(text, "", before, after)
        model = model_of(self._writers())
        with self._context.store.read() as uow:
            profile = uow.personas.get(persona_id).profile
        limit = self._limit(platforms, profile.boundaries.disclosure_text)
        system, better = compile_voice(profile, language, limit), text
        for turn in range(REWRITES):
            if not after:
                break
            better = model.ask(
                system,
                rewriting(better, after),
                seed=turn,
                purpose=CallPurpose("rewrite", persona_id),
            )
            after = tuple(self.check(persona_id, better, language))
        return Rewrite(better, model.label, before, after)

    def bench(
        self,
        topic: str,
        *,
        persona_ids: Sequence[str] = (),
        revision_ids: Sequence[str] = (),
        seed: int = 0,
        writer: str | None = None,
    ) -> Sequence[BenchRow]:
        """The same topic under several personas (as they are now) or revisions, side by side.

        Raises InvalidInput, NotFound or the ExternalError of the provider.
        """
        if not 1 <= len(persona_ids) + len(revision_ids) <= MOST_ON_BENCH:
            count = len(persona_ids) + len(revision_ids)
            raise InvalidInput("revisions", f"there are {count}", f"1–{MOST_ON_BENCH}")
        chosen = self._writer(writer)
        with self._context.store.read() as uow:
            revisions = [uow.personas.get(each).revision for each in persona_ids]
            revisions += [uow.personas.revision(each) for each in revision_ids]
        return [self._benched(revision, topic, seed, chosen) for revision in revisions]

    def _benched(
        self, revision: PersonaRevision, topic: str, seed: int, writer: CaptionWriter
    ) -> BenchRow:
        caption = self._one(revision.profile, topic, seed, writer, revision.persona_id)
        return BenchRow(revision, caption, check_voice(caption.text, revision.profile))

    def _one(
        self,
        profile: PersonaProfile,
        topic: str,
        seed: int,
        writer: CaptionWriter,
        persona_id: str = "",
    ) -> Caption:
        language = next(iter(profile.identity.languages), "en")
        system = compile_voice(profile, language)
        purpose = CallPurpose(TextKind.CAPTION, persona_id)
        request = CaptionRequest(
            profile, system, topic, 1, DEFAULT_LIMIT, language, seed, purpose=purpose
        )
        return writer.write(request, lambda variant, text: None)[0]

    def _limit(self, platforms: Sequence[str], disclosure: str) -> int:
        """The tightest text limit, less what the disclosure line will take."""
        limits = [self._connectors[p].capabilities.text.limit for p in platforms]
        return min(limits, default=DEFAULT_LIMIT) - len(disclosure) - 2

    def _writer(self, slug: str | None) -> CaptionWriter:
        if slug is None:
            slug = next(info.slug for info in self.writers() if not info.missing)
        found = self._writers()
        if slug not in found:
            raise InvalidInput("writer", f"{slug!r} is unknown", ", ".join(sorted(found)))
        missing = found[slug].missing()
        if missing:
            raise InvalidInput("writer", missing)
        return found[slug]
