"""Comparing settings side by side: two axes over one brief make a grid of drafts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from gator_engine.domain.briefs import BriefDraft
from gator_engine.domain.generation_rules import LARGEST_SEED
from gator_engine.domain.presets import Style, joined
from gator_engine.errors import InvalidInput

MOST_CELLS = 64
MOST_VALUES = 16
LONGEST_LABEL = 60


class AxisKind(StrEnum):
    """What changes along an axis."""

    SEED = "seed"
    PROMPT = "prompt"
    STYLE = "style"
    SETTING = "setting"
    LORA = "lora"


@dataclass(frozen=True)
class Axis:
    """One axis. `target` says what a kind works on:

    - seed: nothing; values are seeds
    - prompt: the words to replace; values are what stands in their place
    - style: nothing; values are names of styles, "" for none
    - setting: an option of the generator (steps, guidance, scheduler, model …)
    - lora: the LoRA (its path); values are weights
    """

    kind: AxisKind
    values: tuple[str | int | float | bool, ...]
    target: str = ""

    def label(self, value: object) -> str:
        """A value as the sheet writes it."""
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        if self.kind is AxisKind.STYLE:
            return shown or "no style"
        if self.kind is AxisKind.PROMPT:
            return shown or "(nothing)"
        if self.kind is AxisKind.LORA:
            name = self.target.rsplit("/", 1)[-1].removesuffix(".safetensors")
            return _cut(f"{name} {shown}")
        return _cut(f"{self.target or self.kind} {shown or 'default'}")


@dataclass(frozen=True)
class Cell:
    """One picture of the grid."""

    row: int
    column: int
    draft: BriefDraft


@dataclass(frozen=True)
class GridPlan:
    """The drafts of a grid, row by row, and the labels of its axes."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """A grid that was queued: its labels, and a generation for each cell, row by row."""

    id: str
    persona_id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    generation_ids: tuple[str, ...]
    created_at: datetime
    created_by: str


def plan_grid(
    draft: BriefDraft,
    x: Axis,
    y: Axis | None = None,
    *,
    seed: int,
    styles: Mapping[str, Style] | None = None,
) -> GridPlan:
    """The drafts of a grid: `x` across, `y` down; one seed for all unless seeds are an axis.

    Each draft makes one picture in the draft's first format, and remembers its place. Raises
    InvalidInput naming `x` or `y`, its problem and the limit.
    """
    axes = {"x": x} if y is None else {"x": x, "y": y}
    for name, axis in axes.items():
        _check(name, axis, draft, styles or {})
    if y is not None and (x.kind, x.target) == (y.kind, y.target):
        raise InvalidInput("y", "changes the same as x", "two different axes")
    downwards = y.values if y is not None else (None,)
    size = len(x.values) * len(downwards)
    if size > MOST_CELLS:
        raise InvalidInput("x", f"makes {size} pictures with y", f"{MOST_CELLS}")
    base = replace(draft, seed=seed, count=1, formats=draft.formats[:1])
    cells = []
    # Words are replaced before a style dresses them, whichever axis each of them is.
    order = sorted(axes.items(), key=lambda item: item[1].kind is AxisKind.STYLE)
    for row, down in enumerate(downwards):
        for column, across in enumerate(x.values):
            made, value = base, {"x": across, "y": down}
            for name, axis in order:
                made = _CHANGES[axis.kind](made, axis, value[name], styles or {})
            place = {"row": row, "column": column}
            cells.append(Cell(row, column, replace(made, recipe={**made.recipe, "grid": place})))
    rows = tuple(map(y.label, y.values)) if y else ("",)
    return GridPlan(tuple(map(x.label, x.values)), rows, tuple(cells))


def plan_seeds(draft: BriefDraft, seeds: Sequence[int]) -> GridPlan:
    """The same brief with several seeds. Raises InvalidInput naming `x`."""
    axis = Axis(AxisKind.SEED, tuple(seeds))
    return plan_grid(draft, axis, seed=seeds[0] if seeds else 0)


def _check(name: str, axis: Axis, draft: BriefDraft, styles: Mapping[str, Style]) -> None:
    if not 1 <= len(axis.values) <= MOST_VALUES:
        raise InvalidInput(name, f"has {len(axis.values)} values", f"1–{MOST_VALUES}")
    if len(set(axis.values)) != len(axis.values):
        raise InvalidInput(name, "has a value twice", "different values")
    target = axis.target.strip()
    if axis.kind in (AxisKind.PROMPT, AxisKind.SETTING, AxisKind.LORA) and not target:
        raise InvalidInput(name, "does not say what to change", "a target")
    if axis.kind is AxisKind.PROMPT and axis.target not in draft.prompt:
        raise InvalidInput(name, f"the prompt does not hold {axis.target[:60]!r}", "its own words")
    for value in axis.values:
        _check_value(name, axis, value, styles)


def _check_value(name: str, axis: Axis, value: object, styles: Mapping[str, Style]) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if axis.kind is AxisKind.SEED and not (
        isinstance(value, int) and number and 0 <= value <= LARGEST_SEED
    ):
        raise InvalidInput(name, f"{value!r} is no seed", f"0–{LARGEST_SEED}")
    if axis.kind is AxisKind.LORA and not number:
        raise InvalidInput(name, f"{value!r} is no weight", "numbers")
    if axis.kind in (AxisKind.PROMPT, AxisKind.STYLE) and not isinstance(value, str):
        raise InvalidInput(name, f"{value!r} is no text", "texts")
    if axis.kind is AxisKind.STYLE and value and str(value) not in styles:
        raise InvalidInput(name, f"there is no style {value!r}", ", ".join(styles)[:300])


def _seed(draft: BriefDraft, axis: Axis, value: object, _: Mapping[str, Style]) -> BriefDraft:
    return replace(draft, seed=int(str(value)))


def _words(draft: BriefDraft, axis: Axis, value: object, _: Mapping[str, Style]) -> BriefDraft:
    return replace(draft, prompt=draft.prompt.replace(axis.target, str(value)))


def _style(draft: BriefDraft, axis: Axis, value: object, styles: Mapping[str, Style]) -> BriefDraft:
    return dressed(draft, [styles[str(value)]]) if value else draft


def _setting(draft: BriefDraft, axis: Axis, value: object, _: Mapping[str, Style]) -> BriefDraft:
    return replace(draft, settings={**draft.settings, axis.target: value})


def _lora(draft: BriefDraft, axis: Axis, value: object, _: Mapping[str, Style]) -> BriefDraft:
    given = draft.settings.get("loras")
    rows = [list(row) for row in given] if isinstance(given, list | tuple) else []
    others = [row for row in rows if row and row[0] != axis.target]
    loras = [*others, [axis.target, float(str(value))]]
    return replace(draft, settings={**draft.settings, "loras": loras})


_CHANGES: Mapping[
    AxisKind, Callable[[BriefDraft, Axis, object, Mapping[str, Style]], BriefDraft]
] = {
    AxisKind.SEED: _seed,
    AxisKind.PROMPT: _words,
    AxisKind.STYLE: _style,
    AxisKind.SETTING: _setting,
    AxisKind.LORA: _lora,
}


def dressed(draft: BriefDraft, styles: Sequence[Style]) -> BriefDraft:
    """The draft in several styles, one over the other; it remembers their names."""
    prompt, negative = draft.prompt, draft.negative
    for style in styles:
        prompt, negative = style.dress(prompt), joined(negative, style.negative)
    names = [style.name for style in styles]
    recipe = {**draft.recipe, "styles": names} if names else draft.recipe
    return replace(draft, prompt=prompt, negative=negative, recipe=recipe)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"
