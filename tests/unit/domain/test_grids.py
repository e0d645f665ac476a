"""Grids: what changes along the axes, and nothing else."""

from __future__ import annotations

import pytest

from gator_engine.domain.briefs import AspectRatio, BriefDraft, BriefKind
from gator_engine.domain.grids import Axis, AxisKind, GridPlan, plan_grid, plan_seeds
from gator_engine.domain.presets import Style, built_in_styles, check_style
from gator_engine.errors import InvalidInput

K = AxisKind
DRAFT = BriefDraft(
    "p1",
    BriefKind.IMAGE,
    "diffusers",
    prompt="a red door",
    formats=(AspectRatio.SQUARE, AspectRatio.WIDE),
    count=3,
    settings={"steps": 4, "loras": [["a.safetensors", 1.0], ["b.safetensors", 0.5]]},
)
STYLES = {"Ink": Style("Ink", "ink drawing of {prompt}", "photograph")}


def plan(x: Axis, y: Axis | None = None) -> GridPlan:
    return plan_grid(DRAFT, x, y, seed=7, styles=STYLES)


def test_each_cell_changes_its_two_settings_and_keeps_the_rest() -> None:
    made = plan(Axis(K.SETTING, (4, 8, 12), "steps"), Axis(K.SETTING, (1.5, 7.0), "guidance"))
    assert made.columns == ("steps 4", "steps 8", "steps 12")
    assert made.rows == ("guidance 1.5", "guidance 7")
    assert [(cell.row, cell.column) for cell in made.cells] == [
        (0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2),
    ]  # fmt: skip
    for cell in made.cells:
        draft = cell.draft
        assert (draft.seed, draft.count, draft.formats) == (7, 1, (AspectRatio.SQUARE,))
        assert draft.settings["steps"] == (4, 8, 12)[cell.column]
        assert draft.settings["guidance"] == (1.5, 7.0)[cell.row]
        assert draft.settings["loras"] == DRAFT.settings["loras"]
        assert draft.recipe["grid"] == {"row": cell.row, "column": cell.column}


def test_words_are_replaced_before_a_style_dresses_them() -> None:
    made = plan(Axis(K.STYLE, ("", "Ink")), Axis(K.PROMPT, ("red", "blue"), "red"))
    assert [cell.draft.prompt for cell in made.cells] == [
        "a red door",
        "ink drawing of a red door",
        "a blue door",
        "ink drawing of a blue door",
    ]
    assert made.columns == ("no style", "Ink")
    assert [cell.draft.negative for cell in made.cells] == ["", "photograph"] * 2
    assert made.cells[1].draft.recipe["styles"] == ["Ink"]


def test_a_loras_weight_changes_alone() -> None:
    made = plan(Axis(K.LORA, (0.2, 0.9), "b.safetensors"))
    assert [dict(map(tuple, cell.draft.settings["loras"])) for cell in made.cells] == [  # type: ignore[call-overload]
        {"a.safetensors": 1.0, "b.safetensors": 0.2},
        {"a.safetensors": 1.0, "b.safetensors": 0.9},
    ]
    assert made.columns == ("b 0.2", "b 0.9")


def test_seeds_alone_are_a_batch() -> None:
    made = plan_seeds(DRAFT, [3, 9])
    assert [cell.draft.seed for cell in made.cells] == [3, 9]
    assert made.columns == ("seed 3", "seed 9")


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (Axis(K.SEED, ()), "0 values"),
        (Axis(K.SEED, tuple(range(17))), "17 values"),
        (Axis(K.SEED, (1, 1)), "twice"),
        (Axis(K.SEED, (-1,)), "no seed"),
        (Axis(K.SEED, ("one",)), "no seed"),
        (Axis(K.SETTING, (1,)), "what to change"),
        (Axis(K.PROMPT, ("x",), "green"), "does not hold 'green'"),
        (Axis(K.STYLE, ("Oil",)), "no style 'Oil'"),
        (Axis(K.LORA, ("much",), "a"), "no weight"),
    ],
)
def test_an_axis_that_cannot_be_is_named(x: Axis, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        plan(x)
    assert caught.value.field == "x"


def test_a_grid_has_bounds() -> None:
    nine = Axis(K.SEED, tuple(range(9)))
    with pytest.raises(InvalidInput, match="72 pictures"):
        plan(nine, Axis(K.SETTING, tuple(range(8)), "steps"))
    with pytest.raises(InvalidInput, match="same as x"):
        plan(nine, nine)


@pytest.mark.parametrize(
    ("style", "dressed"),
    [
        (Style("a", "ink of {prompt}, dry"), "ink of a door, dry"),
        (Style("a", "film grain"), "a door, film grain"),
        (Style("a", "", "blur"), "a door"),
        (Style("a", "{prompt} {braces}"), "a door {braces}"),
    ],
)
def test_a_style_dresses_a_prompt(style: Style, dressed: str) -> None:
    assert style.dress("a door") == dressed


def test_the_built_in_styles_can_all_be_kept_and_differ() -> None:
    styles = built_in_styles()
    for style in styles:
        check_style(style)
    assert len({style.name for style in styles}) == len(styles)
    assert sum(not style.only_negative for style in styles) >= 12
    assert sum(style.only_negative for style in styles) >= 3


@pytest.mark.parametrize(
    ("style", "field"),
    [
        (Style(" ", "x"), "name"),
        (Style("x" * 61, "x"), "name"),
        (Style("a"), "prompt"),
        (Style("a", "{prompt} {prompt}"), "prompt"),
        (Style("a", "x", "y" * 1001), "negative"),
    ],
)
def test_a_style_that_cannot_be_is_refused(style: Style, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_style(style)
    assert caught.value.field == field
