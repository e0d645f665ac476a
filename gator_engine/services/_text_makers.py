"""Who writes a variant: a language model with repair, or the built-in templates where they can."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from gator_engine.domain.personas import PersonaProfile
from gator_engine.domain.spending import CallPurpose
from gator_engine.domain.voice import compile_voice, refuse_ruled_out, sentences
from gator_engine.domain.writing import TextKind, TextPart, TextVariant, WritingDraft, seed_of
from gator_engine.errors import InvalidInput
from gator_engine.parallel import Halt
from gator_engine.ports import CaptionRequest, CaptionWriter, TextModel, TextRequest
from gator_engine.services._text_checks import TextChecks
from gator_engine.services._text_shapes import SHAPES, asked, mending, so_far

MOST_TOKENS = 4096
ROUNDS = 2
TEMPLATE = "template"
NEEDS_MODEL = {
    TextKind.SCRIPT: "The templates cannot write scripts; choose a language model.",
    TextKind.TRANSLATION: "The templates cannot translate; choose a language model.",
}
NEEDS_LINES = "Without a language model, give a line for each part under “Your own lines”."


@dataclass(frozen=True)
class Task:
    """One writing, with what its makers need."""

    draft: WritingDraft
    profile: PersonaProfile
    limit: int
    recent: tuple[str, ...]
    job_id: str


def refuse_impossible(draft: WritingDraft) -> None:
    """Raises InvalidInput for what the templates cannot honestly do."""
    if draft.writer != TEMPLATE:
        return
    if draft.kind in NEEDS_MODEL:
        raise InvalidInput("writer", NEEDS_MODEL[draft.kind])
    if draft.kind in (TextKind.THREAD, TextKind.CAROUSEL) and not draft.source.strip():
        raise InvalidInput("source", NEEDS_LINES)


class ModelMaker:
    """Asks a language model, sends a bad or overlong answer back once, and flags what is left."""

    def __init__(self, model: TextModel, checks: TextChecks) -> None:
        self._model, self._checks = model, checks

    def make(
        self, task: Task, number: int, on_text: Callable[[str], None], halt: Halt
    ) -> TextVariant:
        """One variant. Threads may call it side by side.

        Raises InvalidInput (budget), Cancelled or an ExternalError.
        """
        draft, shape = task.draft, SHAPES[task.draft.kind]
        voice = compile_voice(task.profile, draft.language, task.limit, shape.purpose)
        turns: tuple[tuple[str, str], ...] = (("user", asked(draft, task.limit, number)),)
        kept, problem = TextVariant(), ""
        tokens: list[tuple[int | None, int | None]] = []
        for _ in range(ROUNDS):
            request = TextRequest(
                f"{voice}\n{shape.words}",
                turns,
                schema=shape.schema,
                most_tokens=MOST_TOKENS,
                seed=seed_of(number, draft.seed),
                purpose=CallPurpose(draft.kind, draft.persona_id, task.job_id),
            )
            answer = self._model.complete(request, lambda raw: on_text(so_far(raw)), halt)
            tokens.append((answer.usage.input_tokens, answer.usage.output_tokens))
            found, problem = shape.read(answer.text)
            if found is not None:
                problem = self._checks.refused(found, task.profile)
                kept = kept if problem else found
                problem = problem or " ".join(self._checks.too_long(found, draft, task.limit))
            if not problem:
                break
            turns = (*turns, ("assistant", answer.text or "…"), ("user", mending(shape, problem)))
        signed = replace(
            kept,
            written_by=self._model.model,
            input_tokens=_sum(used for used, _ in tokens),
            output_tokens=_sum(used for _, used in tokens),
        )
        if not kept.text:
            error = f"Nothing of use came back: {problem}."
            return replace(signed, error=error, done=True)
        return self._checks.finished(signed, draft, task.profile, task.limit, task.recent)


class TemplateMaker:
    """Without a model: what the grammar and the person's own lines give, and nothing else."""

    def __init__(self, writer: CaptionWriter, checks: TextChecks) -> None:
        self._writer, self._checks = writer, checks

    def make(self, task: Task) -> Sequence[TextVariant]:
        """Every variant that differs. Raises InvalidInput."""
        found = self._made(task)
        return [
            self._checks.finished(each, task.draft, task.profile, task.limit, task.recent)
            for each in found
        ]

    def _made(self, task: Task) -> Sequence[TextVariant]:
        draft = task.draft
        refuse_impossible(draft)
        if draft.kind in (TextKind.THREAD, TextKind.CAROUSEL):
            refuse_ruled_out(f"{draft.topic}\n{draft.source}", task.profile)
            return [_own_lines(draft)]
        if draft.kind is TextKind.ALT_TEXT:
            text = " ".join((draft.picture or draft.topic).split())
            said = text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?…" else ".")
            return [TextVariant(said, written_by=TEMPLATE)]
        request = CaptionRequest(
            profile=task.profile,
            system="",
            topic=draft.topic or draft.source,
            variants=draft.variants,
            limit=task.limit,
            language=draft.language,
            seed=draft.seed,
            picture=draft.picture,
        )
        captions = self._writer.write(request, lambda number, text: None)
        made = {}
        for caption in captions:
            text, tags, alt = caption.text, caption.hashtags, caption.alt_text
            if draft.kind is TextKind.HOOK:
                text, tags, alt = next(iter(sentences(text)), text), (), ""
            if draft.kind is TextKind.HASHTAGS:
                text, alt = " ".join(tags), ""
            made[text] = TextVariant(
                text, hashtags=tags, alt_text=alt, written_by=TEMPLATE, flags=caption.notes
            )
        if set(made) == {""}:
            raise InvalidInput("topic", "gives no hashtags; the persona has none of its own")
        return list(made.values())


def _own_lines(draft: WritingDraft) -> TextVariant:
    """A thread or carousel of the person's own lines, in their order ("title | text" on slides)."""
    rows = [row.strip() for row in draft.source.splitlines() if row.strip()]
    flags = ("Your own lines, in your order; no model wrote anything.",)
    if draft.kind is TextKind.THREAD:
        parts = tuple(TextPart(row) for row in rows)
        return TextVariant("\n\n".join(rows), parts, written_by=TEMPLATE, flags=flags)
    split = [row.partition("|") for row in rows]
    slides = [TextPart(text.strip(), title.strip()) for title, _, text in split]
    title = draft.topic.strip()
    return TextVariant(
        title or rows[0], tuple(slides), title=title, written_by=TEMPLATE, flags=flags
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    found = list(counts)
    known = [count for count in found if count is not None]
    return sum(known) if len(known) == len(found) else None
