"""Following a run step by step: progress, previews and cancelling, whatever the pipeline offers.

Where a pipeline has `callback_on_step_end`, that is used. The others (PixArt and some fifty more)
report through their progress bar, which is replaced for the run; pipelines of blocks are followed
by the steps of their scheduler. In all, a hook before every pass of the denoiser looks whether to
stop. Stopping means raising through the pipeline: its own interrupt flag would return a half-made
picture as if it were whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import torch

from gator_engine.adapters.generators._diffusers.models import LoadedModel
from gator_engine.adapters.generators._diffusers.modular import is_modular, steps_of
from gator_engine.adapters.generators._diffusers.preview import preview_of
from gator_engine.adapters.generators._diffusers.signature import taken_by
from gator_engine.errors import GatorError
from gator_engine.ports import Run

PREVIEW_EVERY_S = 0.25
# Of the time that has passed, so much may go into previews: a tiny VAE on a CPU shows fewer.
PREVIEW_SHARE = 0.02
DENOISING_SHARE = 0.95


@dataclass(frozen=True)
class Follower:
    """Whose pictures a pass makes: `done` before it and `batch` in it, of `total`.

    `first` is the place of its first picture in the pass.
    """

    run: Run
    done: int
    batch: int
    total: int
    first: int = 0


class Lost(Protocol):
    """Told of a follower that wants no more, by its number, while others go on."""

    def __call__(self, number: int, error: GatorError) -> None: ...


class StepWatcher:
    """Tells the runs of one pass about its steps. Stops the pass once nobody follows it.

    `noun` is what a person reads of what is being made.
    """

    noun: ClassVar[str] = "Picture"

    def __init__(
        self, model: LoadedModel, size: tuple[int, int], followers: Sequence[Follower], lost: Lost
    ) -> None:
        self._model, self._size, self._lost = model, size, lost
        self._followers = dict(enumerate(followers))
        self._next_preview = 0.0
        self.by_bar = not calls_back(model.pipe)
        self.steps = 0
        self.began_at = 0.0
        self.ended_at = 0.0

    def before_pass(self, *_: Any) -> None:
        """Before each pass of the denoiser. Raises Cancelled once all are."""
        self._each(lambda follower: follower.run.check())
        self.began_at = self.began_at or time.perf_counter()

    def on_step_end(
        self, pipe: Any, step: int, timestep: Any, tensors: dict[str, Any]
    ) -> dict[str, Any]:
        """The signature that diffusers calls after each step. Raises Cancelled once all are."""
        self.step(step + 1, int(getattr(pipe, "num_timesteps", 0) or 0), tensors.get("latents"))
        return tensors

    def step(self, number: int, of: int, latents: Any = None) -> None:
        """After step `number` of `of`. Raises Cancelled once all are."""
        self.steps, self.ended_at = number, time.perf_counter()
        share = (min(1.0, number / of) if of else 0.0) * DENOISING_SHARE
        shows = self._shows(latents)

        def tell(one: Follower) -> None:
            names = f"{one.done + 1}–{one.done + one.batch}"
            which = names if one.batch > 1 else str(one.done + 1)
            stage = f"{self.noun} {which} of {one.total}: step {number} of {of or '?'}"
            preview = self._preview(latents[one.first : one.first + 1]) if shows else None
            one.run.progress((one.done + one.batch * share) / one.total, stage, preview)

        self._each(tell)

    def _each(self, tell: Callable[[Follower], None]) -> None:
        """Tell every follower; one that raises leaves, and the last one takes the pass along."""
        for number, follower in list(self._followers.items()):
            try:
                tell(follower)
            except GatorError as error:
                if len(self._followers) == 1:
                    raise
                del self._followers[number]
                self._lost(number, error)

    def _shows(self, latents: Any) -> bool:
        """Whether it is time for previews, and there is something to make them of."""
        now = time.perf_counter()
        if latents is None or self._model.shows is None or now < self._next_preview:
            return False
        self._next_preview = now + PREVIEW_EVERY_S
        return True

    def _preview(self, latents: Any) -> bytes | None:
        shows = self._model.shows
        if shows is None:
            return None
        if latents.is_cuda:
            torch.cuda.synchronize(latents.device)  # So as not to count the step as the preview's.
        began = time.perf_counter()
        shown = preview_of(latents, shows, self._model.pipe, self._size)
        took = time.perf_counter() - began
        self._next_preview = max(self._next_preview, began + took / PREVIEW_SHARE)
        return shown


def calls_back(pipe: Any) -> bool:
    """Whether a pipeline tells of its steps by itself."""
    return "callback_on_step_end" in taken_by(pipe)


@contextmanager
def watched(model: LoadedModel, watcher: StepWatcher) -> Iterator[None]:
    """Hook the watcher into the pipeline, and leave the pipeline usable whatever happens."""
    if is_modular(model.pipe):
        with _in_blocks(model, watcher):
            yield
        return
    hook = model.denoiser.register_forward_pre_hook(watcher.before_pass)
    if watcher.by_bar:
        model.pipe.progress_bar = lambda iterable=None, total=None: _Bar(
            iterable, total, watcher.step
        )
    finished = False
    try:
        yield
        finished = True
    finally:
        hook.remove()
        if watcher.by_bar:
            del model.pipe.progress_bar
        if not finished:
            # The pipeline does this at the end of a call, which a raise skips.
            model.pipe.maybe_free_model_hooks()


@contextmanager
def _in_blocks(model: LoadedModel, watcher: StepWatcher) -> Iterator[None]:
    hook = model.denoiser.register_forward_pre_hook(watcher.before_pass)
    try:
        with steps_of(model.pipe, watcher.step):
            yield
    finally:
        hook.remove()


class _Bar:
    """What a pipeline uses of a progress bar: iteration, or `update` inside a `with`."""

    def __init__(
        self, iterable: Iterable[Any] | None, total: int | None, step: Callable[[int, int], None]
    ) -> None:
        self._items = list(iterable) if iterable is not None else []
        self._of = total or len(self._items)
        self._step, self._number = step, 0

    def __iter__(self) -> Iterator[Any]:
        for item in self._items:
            yield item
            self.update()

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, n: int = 1) -> None:
        self._number += n
        self._step(self._number, self._of)

    def set_postfix(self, *_: object, **__: object) -> None:
        """Pipelines may show figures there; progress has no place for them."""
