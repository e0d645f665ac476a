"""How a compiled prompt reaches a pipeline: whole, weighted where possible, and nothing unsaid.

CLIP reads 77 tokens at a time and would drop the rest of a persona silently. For Stable Diffusion
1.5, 2 and XL the prompt is therefore read in several windows whose embeddings are put side by side,
and weights scale the embeddings of their words (both as in the AUTOMATIC1111 web UI). Other
pipelines read long prompts by themselves; what they cannot do becomes a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import torch

from gator_engine.adapters.generators._diffusers.families import family_of
from gator_engine.domain.briefs import CompiledPrompt, Fragment

# Longest prompts that pipelines with language-model encoders take by default.
_ENCODER_WINDOW = 512


@dataclass(frozen=True)
class Words:
    """Arguments for the pipeline call, and remarks about what it cannot do."""

    arguments: dict[str, Any]
    notes: tuple[str, ...] = ()


@dataclass
class _Window:
    """Text that fits one CLIP window, and its weighted token ranges [start, end)."""

    texts: list[str] = field(default_factory=list)
    weighted: list[tuple[int, int, float]] = field(default_factory=list)
    used: int = 0

    @property
    def text(self) -> str:
        return ", ".join(self.texts)


def words_for(pipe: Any, compiled: CompiledPrompt, *, negative: bool, batch: int) -> Words:
    """The words for `batch` pictures; `negative` says whether the pipeline will use them."""
    family = family_of(type(pipe).__name__)
    if family is not None and family.sequence is None:
        return Words(_embedded(pipe, compiled, negative=negative, batch=batch))
    arguments: dict[str, Any] = {"prompt": [compiled.text] * batch}
    if negative:
        arguments["negative_prompt"] = [compiled.negative_text] * batch
    longest = (family.sequence if family else None) or _ENCODER_WINDOW
    return Words(arguments, tuple(_remarks(pipe, compiled, longest)))


def _remarks(pipe: Any, compiled: CompiledPrompt, longest: int) -> list[str]:
    notes = []
    if any(part.weight != 1.0 for part in compiled.fragments):
        notes.append("This model takes no weights: all parts of the prompt count alike.")
    tokenizers = (getattr(pipe, name, None) for name in ("tokenizer", "tokenizer_2", "tokenizer_3"))
    readers = [reader for reader in tokenizers if reader is not None]
    windows = [(min(r.model_max_length, longest), r) for r in readers]
    if windows:
        window, reader = max(windows, key=lambda pair: pair[0])
        tokens = len(reader(compiled.text, truncation=False, verbose=False).input_ids)
        if tokens > window:
            notes.append(
                f"The model reads {window} of the prompt's {tokens} tokens; the end is lost."
            )
    return notes


def _embedded(
    pipe: Any, compiled: CompiledPrompt, *, negative: bool, batch: int
) -> dict[str, torch.Tensor]:
    """Embeddings of shape (batch, 77 · windows, width), pooled ones from the first window (XL)."""
    wanted = _windows(pipe, compiled.fragments)
    unwanted = _windows(pipe, compiled.negative if negative else ())
    found = [
        _encode(pipe, positive or _Window(), against or _Window(), negative)
        for positive, against in zip_longest(wanted, unwanted)
    ]
    names = ("prompt_embeds", "negative_prompt_embeds")
    arguments = {
        name: torch.cat([window[index] for window in found], dim=1)
        for index, name in enumerate(names)
        if found[0][index] is not None
    }
    pooled = ("pooled_prompt_embeds", "negative_pooled_prompt_embeds")
    arguments |= {
        name: tensor
        for name, tensor in zip(pooled, found[0][2:], strict=False)
        if tensor is not None
    }
    return {
        name: tensor.repeat(batch, *[1] * (tensor.ndim - 1)) for name, tensor in arguments.items()
    }


@torch.inference_mode()
def _encode(pipe: Any, positive: _Window, against: _Window, negative: bool) -> list[Any]:
    """[prompt, negative] and, for XL, [pooled, negative pooled]; None where there is none."""
    found = list(
        pipe.encode_prompt(
            prompt=positive.text,
            negative_prompt=against.text,
            device=pipe._execution_device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=negative,
        )
    )
    found[0] = _emphasised(found[0], positive)
    if found[1] is not None:
        found[1] = _emphasised(found[1], against)
    return found


def _emphasised(embeddings: torch.Tensor, window: _Window) -> torch.Tensor:
    """Scale weighted tokens, then restore the mean, so that only their share changes."""
    if not window.weighted:
        return embeddings
    scaled = embeddings.clone()
    for start, end, weight in window.weighted:
        scaled[:, start:end] *= weight
    mean: torch.Tensor = scaled.mean()
    return scaled * (embeddings.mean() / mean) if mean.abs() > 1e-6 else scaled


def _windows(pipe: Any, fragments: Sequence[Fragment]) -> list[_Window]:
    """Fragments in order, spread over windows; one too long for a window is split at blanks."""
    reader = pipe.tokenizer or pipe.tokenizer_2
    room = reader.model_max_length - 2  # The window's own start and end tokens.
    windows = [_Window()]
    for part in fragments:
        for text in _pieces(reader, part.text, room):
            tokens = _count(reader, text)
            comma = 1 if windows[-1].texts else 0
            if windows[-1].used + comma + tokens > room:
                windows.append(_Window())
                comma = 0
            window = windows[-1]
            start = 1 + window.used + comma
            if part.weight != 1.0:
                window.weighted.append((start, start + tokens, part.weight))
            window.texts.append(text)
            window.used += comma + tokens
    return windows


def _pieces(reader: Any, text: str, room: int) -> list[str]:
    if _count(reader, text) <= room:
        return [text]
    words = text.split()
    if len(words) == 1:
        half = len(text) // 2
        return [*_pieces(reader, text[:half], room), *_pieces(reader, text[half:], room)]
    half = len(words) // 2
    left, right = " ".join(words[:half]), " ".join(words[half:])
    return [*_pieces(reader, left, room), *_pieces(reader, right, room)]


def _count(reader: Any, text: str) -> int:
    """Tokens of a text without the start and end of its window."""
    return len(reader(text, truncation=False, add_special_tokens=False, verbose=False).input_ids)
