"""The row of a writing while it is written; saved a few times a second."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from gator_engine.domain.writing import TextVariant, Writing, WritingStatus
from gator_engine.services._context import Context

WRITES_EVERY_S = 0.4


class TextPage:
    """One request; every call comes from the thread that runs the job."""

    def __init__(self, context: Context, writing: Writing) -> None:
        self._context, self._writing = context, writing
        self._saved_at, self._unsaved = 0.0, True

    def is_done(self, number: int) -> bool:
        """Whether an earlier try got that far; an answer that was refused is asked for again."""
        found = self._writing.variants[number : number + 1]
        return bool(found and found[0].done and not found[0].error)

    @property
    def usable(self) -> bool:
        """Whether at least one version is finished and has words."""
        return any(each.done and each.text for each in self._writing.variants)

    def finished(self) -> list[int]:
        """The numbers of the versions that can be used."""
        found = enumerate(self._writing.variants)
        return [number for number, each in found if each.done and each.text]

    def flag(self, number: int, said: str) -> None:
        """Give a finished version one more reason to look twice."""
        variant = self._writing.variants[number]
        self._set(number, replace(variant, flags=(*variant.flags, said)))

    def flag_twins(self) -> None:
        """Say of versions that came out the same that they did."""
        first: dict[str, int] = {}
        for number in self.finished():
            twin = first.setdefault(self._writing.variants[number].text, number)
            if twin != number:
                self.flag(number, f"It came out the same as version {twin + 1}.")

    def grow(self, number: int, text: str) -> None:
        """Note the text so far; `show` stores it."""
        self._set(number, TextVariant(text))

    def show(self) -> None:
        """Store what has grown; cheap to call often."""
        if self._unsaved and time.monotonic() - self._saved_at >= WRITES_EVERY_S:
            self._save()

    def drop(self, number: int) -> None:
        """Forget half a version: its call failed, and the next try begins anew."""
        self._set(number, TextVariant())
        self._save()

    def put(self, number: int, variant: TextVariant) -> None:
        """Keep a finished variant."""
        self._set(number, variant)
        self._save()

    def replace_all(self, variants: Sequence[TextVariant]) -> None:
        """Keep these and no others."""
        self._writing = replace(self._writing, variants=tuple(variants))
        self._save()

    def verdict(self) -> tuple[WritingStatus, str]:
        """Succeeded when at least one variant can be used."""
        if self.usable:
            return WritingStatus.SUCCEEDED, ""
        return WritingStatus.FAILED, next((v.error for v in self._writing.variants), "")

    def end(self, status: WritingStatus, text: str) -> None:
        """Write how it ended, or that it waits for its next try."""
        now = self._context.now() if status.final else None
        self._writing = replace(self._writing, status=status, error=text, finished_at=now)
        self._save()

    def _set(self, number: int, variant: TextVariant) -> None:
        found = list(self._writing.variants)
        found += [TextVariant()] * (number + 1 - len(found))
        found[number] = variant
        self._writing = replace(self._writing, variants=tuple(found))
        self._unsaved = True

    def _save(self) -> None:
        self._saved_at, self._unsaved = time.monotonic(), False
        with self._context.store.write() as uow:
            uow.writings.save(self._writing)
