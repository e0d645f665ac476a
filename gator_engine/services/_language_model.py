"""The language model among the writers, and how it is asked to mend a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gator_engine.domain.voice import VoiceFinding
from gator_engine.errors import InvalidInput
from gator_engine.ports import CaptionWriter, LanguageModel


def model_of(writers: Mapping[str, CaptionWriter]) -> LanguageModel:
    """The first language model that is ready. Raises InvalidInput saying what it lacks."""
    models = [writer for writer in writers.values() if isinstance(writer, LanguageModel)]
    for model in models:
        if not model.missing():
            return model
    raise InvalidInput("writer", models[0].missing() if models else "no language model is set up")


def rewriting(text: str, findings: Sequence[VoiceFinding]) -> str:
    """The request to mend a text, with each finding, its words and its fix."""
    told = "\n".join(
        f"- {finding.message}: “{finding.excerpt}”. {finding.fix}" for finding in findings
    )
    return (
        "Rewrite the text between the marks so that it fits your voice. Keep its facts, its"
        f" language and its links; add nothing.\n<text>{text}</text>\nWhat is wrong with it:\n"
        f"{told}\nAnswer with the new text alone."
    )
