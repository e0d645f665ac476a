"""Comparing settings: one or two things change from picture to picture, the rest stays."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gator_engine.domain.briefs import BriefDraft
from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind
from gator_engine.domain.grids import Axis, AxisKind
from pages._ui import forms, state
from pages._ui.commands import attempt
from pages._ui.session import studio

FORM = "grid"
NOTHING = "Nothing else"
_NUMBERS: dict[OptionKind, Callable[[str], int | float]] = {
    OptionKind.INTEGER: int,
    OptionKind.NUMBER: float,
}


@st.dialog("Compare settings", width="large")
def ask(draft: BriefDraft, can: GeneratorCapabilities) -> None:
    """Choose what changes across and down, then make all pictures as one batch."""
    st.write("Every picture has the same seed unless the seed is what changes.")
    across, down = st.columns(2, gap="large")
    with across:
        x = _axis("x", "Across", can, ["Seed", *_targets(can)])
    with down:
        y = _axis("y", "Down", can, [NOTHING, "Seed", *_targets(can)])
    ready = x is not None and bool(x.values)
    size = len(x.values) * (len(y.values) if y else 1) if x else 0
    asked = st.button(
        f"Make {size} pictures", type="primary", icon=":material/grid_view:", disabled=not ready
    )
    if asked and x is not None:
        attempt(
            lambda: studio().grids.queue(studio().grids.plan(draft, x, y)),
            done="On its way, as one batch. You can leave this page; nothing is lost.",
            form=FORM,
            then=lambda grid: state.link(grid=grid.id, generation=None, persona=draft.persona_id),
        )


def _targets(can: GeneratorCapabilities) -> list[str]:
    """What can change beside the seed: style, words, and options with values to compare."""
    options = [option.label for option in can.options if _comparable(option)]
    return ["Style", "Words in the prompt", *options] if can.uses_prompt else options


def _comparable(option: Option) -> bool:
    return option.kind in _NUMBERS or option.kind is OptionKind.CHOICE


def _axis(name: str, label: str, can: GeneratorCapabilities, offered: list[str]) -> Axis | None:
    what = st.selectbox(label, offered, key=f"{FORM}:{name}:what")
    axis = None if what == NOTHING else _values(name, what, can)
    forms.mark(FORM, name)
    return axis


def _values(name: str, what: str, can: GeneratorCapabilities) -> Axis:
    key = f"{FORM}:{name}:{what}"
    if what == "Seed":
        return Axis(AxisKind.SEED, _typed("Seeds", "1, 2, 3", int, key))
    if what == "Style":
        names = ["", *(style.name for style in studio().prompts.styles())]
        chosen = st.multiselect(
            "Styles", names, key=key, format_func=lambda style: style or "No style"
        )
        return Axis(AxisKind.STYLE, tuple(chosen))
    if what == "Words in the prompt":
        target = st.text_input("These words", key=f"{key}:target")
        values = st.text_input("become (between commas)", key=key)
        return Axis(AxisKind.PROMPT, (target, *forms.words(values or "")), target or "")
    option = next(option for option in can.options if option.label == what)
    if option.kind is OptionKind.CHOICE:
        chosen = st.multiselect(option.label, option.choices, key=key)
        return Axis(AxisKind.SETTING, tuple(chosen), option.name)
    start = f"{option.default:g}" if isinstance(option.default, int | float) else ""
    return Axis(
        AxisKind.SETTING,
        _typed("Values", start, _NUMBERS[option.kind], key),
        option.name,
    )


def _typed(
    label: str, start: str, kind: Callable[[str], int | float], key: str
) -> tuple[int | float, ...]:
    """Numbers between commas; what is none is said, and left out."""
    typed = st.text_input(f"{label} (between commas)", start, key=key)
    values, wrong = [], []
    for word in forms.words(typed or ""):
        try:
            values.append(kind(word))
        except ValueError:
            wrong.append(word)
    if wrong:
        st.caption(f":material/error: Left out, as it is no number: {', '.join(wrong)}")
    return tuple(values)
