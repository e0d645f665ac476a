"""Following a run step by step: progress, previews and cancelling, whatever the pipeline offers.

Where a pipeline has `callback_on_step_end`, that is used. The others (PixArt and some fifty more)
report through their progress bar, which is replaced for the run. In both, a hook before every pass
of the denoiser looks whether to stop. Stopping means raising through the pipeline: its own
interrupt flag would return a half-made picture as if it were whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from gator_engine.adapters.generators._diffusers.models import LoadedModel
from gator_engine.adapters.generators._diffusers.preview import preview_of
from gator_engine.ports import Run

PREVIEW_EVERY_S = 0.25
DENOISING_SHARE = 0.95


class StepWatcher:
    """Tells a Run about the steps of one batch; `done` and `total` count pictures."""

    def __init__(
        self, model: LoadedModel, run: Run, size: tuple[int, int], done: int, batch: int, total: int
    ) -> None:
        self._model, self._run, self._size = model, run, size
        self._done, self._batch, self._total = done, batch, total
        self._previewed = 0.0
        self.steps = 0
        self.began_at = 0.0
        self.ended_at = 0.0

    def before_pass(self, *_: Any) -> None:
        """Before each pass of the denoiser. Raises Cancelled."""
        self._run.check()
        self.began_at = self.began_at or time.perf_counter()

    def on_step_end(
        self, pipe: Any, step: int, timestep: Any, tensors: dict[str, Any]
    ) -> dict[str, Any]:
        """The signature that diffusers calls after each step. Raises Cancelled."""
        self.step(step + 1, int(getattr(pipe, "num_timesteps", 0) or 0), tensors.get("latents"))
        return tensors

    def step(self, number: int, of: int, latents: Any = None) -> None:
        """After step `number` of `of`. Raises Cancelled."""
        self.steps, self.ended_at = number, time.perf_counter()
        part = min(1.0, number / of) if of else 0.0
        fraction = (self._done + self._batch * part * DENOISING_SHARE) / self._total
        names = f"{self._done + 1}–{self._done + self._batch}"
        which = names if self._batch > 1 else str(self._done + 1)
        stage = f"Picture {which} of {self._total}: step {number} of {of or '?'}"
        self._run.progress(fraction, stage, self._preview(latents))

    def _preview(self, latents: Any) -> bytes | None:
        colours, now = self._model.colours, time.perf_counter()
        if latents is None or colours is None or now - self._previewed < PREVIEW_EVERY_S:
            return None
        self._previewed = now
        return preview_of(latents, colours, self._model.pipe, self._size)


@contextmanager
def watched(model: LoadedModel, watcher: StepWatcher, *, by_bar: bool) -> Iterator[None]:
    """Hook the watcher into the pipeline, and leave the pipeline usable whatever happens."""
    hook = model.denoiser.register_forward_pre_hook(watcher.before_pass)
    if by_bar:
        model.pipe.progress_bar = lambda iterable=None, total=None: _Bar(
            iterable, total, watcher.step
        )
    finished = False
    try:
        yield
        finished = True
    finally:
        hook.remove()
        if by_bar:
            del model.pipe.progress_bar
        if not finished:
            # The pipeline does this at the end of a call, which a raise skips.
            model.pipe.maybe_free_model_hooks()


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
