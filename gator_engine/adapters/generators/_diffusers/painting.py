"""Painting the pictures of one or several sessions: passes, memory, timings, and who drops out.

A pass makes pictures of several sessions when they want the same. Each picture has its own noise,
so that it comes out as it would alone, up to the last bits: kernels for more rows round otherwise,
and single pixels may differ by one level of 256. A session that is cancelled or fails leaves; its
place in the running pass is made and thrown away, since a pipeline cannot lose a picture half-way.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from transformers import CLIPTokenizer, T5Tokenizer

from gator_engine.adapters.generators._diffusers.hires import enlarged_latents, in_second_pipeline
from gator_engine.adapters.generators._diffusers.models import PROVIDER, LoadedModel
from gator_engine.adapters.generators._diffusers.modular import is_modular, run_blocks
from gator_engine.adapters.generators._diffusers.pictures import Size
from gator_engine.adapters.generators._diffusers.policy import in_force
from gator_engine.adapters.generators._diffusers.rounds import RoundOfRun
from gator_engine.adapters.generators._diffusers.session import Session
from gator_engine.adapters.generators._diffusers.signature import taken_by
from gator_engine.adapters.generators._diffusers.warmth import GPU_PASS
from gator_engine.adapters.generators._diffusers.watching import Follower, StepWatcher, watched
from gator_engine.adapters.generators._diffusers.words import Words, words_for
from gator_engine.errors import GatorError, Rejected
from gator_engine.ports import GenerateResult

FIRST_BATCH = 4
# What a pipeline raises; by a name that is not defined it means a package that is not installed.
_FAILED = (torch.OutOfMemoryError, RuntimeError, ValueError, NameError, ImportError)
# Share of free GPU memory that a pass may plan with; allocators leave gaps.
USABLE = 0.85
# Encoders whose tokenizers fill every prompt up to one length, so that a pass may mix prompts.
_FIXED_LENGTH: tuple[Any, ...] = (CLIPTokenizer, T5Tokenizer)


class Ended(Protocol):
    """Told of each session once, as soon as it has ended."""

    def __call__(self, session: Session, outcome: GenerateResult | GatorError) -> None: ...


@dataclass(frozen=True)
class Picture:
    """One picture to be made, and whose it is."""

    session: Session
    seed: int


@dataclass(frozen=True)
class Turn:
    """One call of a pipeline on the way to a picture: number `number` (from 0) of `of`."""

    model: LoadedModel
    size: Size
    arguments: Mapping[str, Any]
    number: int = 0
    of: int = 1
    word: str = "tile"


def paint(sessions: Sequence[Session], ended: Ended) -> None:
    """Make every picture; sessions whose prompts cannot share a pass follow one another."""
    groups: dict[object, list[tuple[Session, Words]]] = {}
    for session in sessions:
        words = _words(session)
        groups.setdefault(_shape(session, words), []).append((session, words))
    for group in groups.values():
        _Pass(dict(group), ended).run()


def _words(session: Session) -> Words:
    """The words for one picture; every pass repeats them."""
    started = time.perf_counter()
    choices = session.choices
    found = words_for(
        session.model.pipe, choices.compiled, negative=choices.applies_negative, batch=1
    )
    session.notes += found.notes
    session.timings["encode_s"] += time.perf_counter() - started
    return found


def _shape(session: Session, words: Words) -> object:
    """Equal where words can stand side by side in one pass."""
    tensors = {n: tuple(v.shape[1:]) for n, v in words.arguments.items() if torch.is_tensor(v)}
    if tensors:
        return tuple(sorted(tensors.items()))
    names = ("tokenizer", "tokenizer_2", "tokenizer_3")
    readers = [r for name in names if (r := getattr(session.model.pipe, name, None)) is not None]
    if readers and all(isinstance(reader, _FIXED_LENGTH) for reader in readers):
        return "any"
    return str(words.arguments)


def batch_limit(model: LoadedModel, size: tuple[int, int]) -> int:
    """Pictures of one pass: as set, else one on a CPU and what fits on a GPU.

    On a GPU the first pass is cautious; later ones go by what a picture was measured to take.
    """
    asked = in_force().batch
    if asked or not model.device.startswith("cuda"):
        return asked or 1
    known = model.picture_bytes.get(size)
    if not known:
        return FIRST_BATCH
    free = torch.cuda.mem_get_info(torch.device(model.device))[0] * USABLE
    return max(1, min(GPU_PASS, int(free // known)))


class _Pass:
    """The sessions of one group, pass after pass until all have ended."""

    def __init__(self, words: Mapping[Session, Words], ended: Ended) -> None:
        self._words, self._ended = words, ended
        self._live = list(words)

    def run(self) -> None:
        first = self._live[0]
        second = first.work.second
        batch = batch_limit(first.model, second.size if second else first.size)
        while self._live:
            pictures = self._next(batch)
            try:
                self._paint(pictures)
            except GatorError as error:
                self._drop_all(pictures, error)
            except _FAILED as error:
                batch = self._after(error, pictures)

    def _next(self, batch: int) -> list[Picture]:
        """The next pictures, of one session after the other."""
        waiting = [
            Picture(session, session.request.seed + index)
            for session in self._live
            for index in range(session.made, session.request.count)
        ]
        return waiting[:batch]

    def _after(self, error: Exception, pictures: list[Picture]) -> int:
        """What a failed pass means: the next size to try, or the end of a session."""
        session = pictures[0].session
        if len(pictures) > 1 and _out_of_memory(error):
            return len(pictures) // 2
        if _out_of_memory(error):
            self._drop(session, _too_big(session))
            return 1
        if any(picture.session is not session for picture in pictures):
            return 1  # One of them is at fault: alone, the others come through.
        self._drop(session, Rejected(PROVIDER, "generate", f"{type(error).__name__}: {error}"))
        return len(pictures)

    def _drop_all(self, pictures: list[Picture], error: GatorError) -> None:
        for session in {picture.session: None for picture in pictures}:
            self._drop(session, error)

    def _drop(self, session: Session, error: GatorError) -> None:
        if session in self._live:
            self._live.remove(session)
            self._ended(session, error)

    def _paint(self, pictures: list[Picture]) -> None:
        # On the CPU whatever the device, so that a seed means the same picture everywhere.
        noise = [torch.Generator("cpu").manual_seed(picture.seed) for picture in pictures]
        parts = self._parts(pictures, noise)
        images = [[made[at] for made, _ in parts] for at in range(len(pictures))]
        hidden = [any(withheld[at] for _, withheld in parts) for at in range(len(pictures))]
        self._keep(pictures, images, hidden)

    def _parts(
        self, pictures: list[Picture], noise: list[torch.Generator]
    ) -> list[tuple[Any, Any]]:
        """What the rounds made that counts: all tiles, or the second pass alone."""
        work = pictures[0].session.work
        model, size, second = work.model, work.size, work.second
        if second is None:
            of = len(work.rounds)
            turns = [Turn(model, size, given, n, of) for n, given in enumerate(work.rounds)]
            return [self._round(pictures, noise, turn) for turn in turns]
        first = Turn(model, size, work.rounds[0], 0, 2, "pass")
        latents, _ = self._round(pictures, noise, first)
        given = {
            "image": enlarged_latents(latents, model, size, second),
            "strength": second.strength,
        }
        again = Turn(in_second_pipeline(model, second), second.size, given, 1, 2, "pass")
        return [self._round(pictures, noise, again)]

    def _round(
        self, pictures: list[Picture], noise: list[torch.Generator], turn: Turn
    ) -> tuple[Any, Any]:
        """One call of the pipeline: its pictures, and which of them it withholds."""
        sessions = list(dict.fromkeys(picture.session for picture in pictures))
        model, started = turn.model, time.perf_counter()
        followers = [_follower(session, pictures, turn) for session in sessions]
        watcher = StepWatcher(model, turn.size, followers, self._lost(sessions))
        model.pipe.scheduler = sessions[0].choices.scheduler
        with watched(model, watcher), _measured(model, turn.size, len(pictures)):
            images, hidden = self._call(pictures, noise, turn, watcher)
        took = time.perf_counter()
        for session in sessions:
            session.timings["encode_s"] += watcher.began_at - started
            session.timings["denoise_s"] += watcher.ended_at - watcher.began_at
            session.timings["decode_s"] += took - watcher.ended_at
        return images, hidden

    def _lost(self, sessions: Sequence[Session]) -> Any:
        return lambda number, error: self._drop(sessions[number], error)

    def _call(
        self,
        pictures: list[Picture],
        noise: list[torch.Generator],
        turn: Turn,
        watcher: StepWatcher,
    ) -> tuple[Any, Any]:
        pipe: Any = turn.model.pipe
        words = _side_by_side([self._words[p.session].arguments for p in pictures])
        arguments = _arguments(pictures[0].session, noise, words, turn)
        if is_modular(pipe):
            return run_blocks(pipe, arguments), [False] * len(pictures)
        if not watcher.by_bar:
            arguments["callback_on_step_end"] = watcher.on_step_end
        result = pipe(**arguments)
        hidden = getattr(result, "nsfw_content_detected", None) or [False] * len(pictures)
        return result.images, hidden

    def _keep(self, pictures: list[Picture], images: list[list[Any]], hidden: list[bool]) -> None:
        for picture, made, withheld in zip(pictures, images, hidden, strict=True):
            session = picture.session
            if session not in self._live:
                continue
            try:
                session.keep(picture.seed, made, hidden=withheld)
                if session.made == session.request.count:
                    result = session.result()
                    session.run.progress(1.0, "Done")
                    self._live.remove(session)
                    self._ended(session, result)
            except GatorError as error:
                self._drop(session, error)


def _follower(session: Session, pictures: Sequence[Picture], turn: Turn) -> Follower:
    own = [at for at, picture in enumerate(pictures) if picture.session is session]
    total, run = session.request.count, session.run
    if turn.of > 1:
        begins, share = session.made / total, len(own) / total
        run = RoundOfRun(run, turn.number, turn.of, begins, share, turn.word)
    return Follower(run, session.made, len(own), total, own[0])


def _side_by_side(arguments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Arguments of one picture each as those of a pass: tensors stacked, lists joined."""
    first = arguments[0]
    return {
        name: (
            torch.cat([one[name] for one in arguments])
            if torch.is_tensor(value)
            else [text for one in arguments for text in one[name]]
        )
        for name, value in first.items()
    }


def _arguments(
    session: Session,
    noise: list[torch.Generator],
    words: Mapping[str, Any],
    turn: Turn,
) -> dict[str, Any]:
    choices, each = session.choices, session.work.each
    takes = taken_by(turn.model.pipe)
    given = {
        **words,
        **session.more,
        **{
            # Latents of a first pass are those of the whole batch already.
            key: [value] * len(noise) if key in each and not torch.is_tensor(value) else value
            for key, value in turn.arguments.items()
        },
        "num_inference_steps": choices.steps,
        "generator": noise,
    }
    if choices.guidance_name:
        given[choices.guidance_name] = choices.guidance
    if "use_resolution_binning" in takes:
        given["use_resolution_binning"] = False  # It would crop the picture to another shape.
    if "max_area" in takes:  # Else it would make a megapixel of any size.
        given["max_area"] = turn.size[0] * turn.size[1]
    if "width" in takes:  # Those that start from a picture may take its size instead.
        given |= {"width": turn.size[0], "height": turn.size[1]}
    return given


@contextmanager
def _measured(model: LoadedModel, size: tuple[int, int], pictures: int) -> Iterator[None]:
    """Remember what a picture takes of a GPU's memory beside the weights."""
    if not model.device.startswith("cuda") or not torch.cuda.is_available():
        yield
        return
    device = torch.device(model.device)
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    yield
    more = torch.cuda.max_memory_allocated(device) - before
    model.picture_bytes[size] = max(1, more // pictures)


def _out_of_memory(error: Exception) -> bool:
    said = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "out of memory" in said
        or ("can't allocate memory" in said)
    )


def _too_big(session: Session) -> Rejected:
    width, height = session.size
    return Rejected(
        PROVIDER,
        "generate",
        f"Not enough memory on {session.model.device} for one picture of {width} × {height}."
        " Choose a smaller size or a smaller model.",
    )
