"""Forms that keep what was typed and mark each field that was refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TypeVar

import streamlit as st

from gator_engine.domain.capabilities import CredentialField, Option, OptionKind
from gator_engine.errors import FieldProblem
from pages._ui.icons import icon

T = TypeVar("T")
_PROBLEMS = "_problems:"


def keep(form: str, problems: Sequence[FieldProblem]) -> None:
    """Remember what was wrong with a form until it is sent again."""
    st.session_state[_PROBLEMS + form] = tuple(problems)


def clear(form: str) -> None:
    """Forget the problems of a form."""
    st.session_state.pop(_PROBLEMS + form, None)


def problems(form: str) -> tuple[FieldProblem, ...]:
    """What is wrong with a form now."""
    kept = st.session_state.get(_PROBLEMS + form, ())
    return tuple(kept)


def mark(form: str, *fields: str) -> None:
    """Show, under a widget, the problems of the fields it stands for (and of their parts)."""
    for problem in problems(form):
        if any(
            problem.field == name or problem.field.startswith((f"{name}.", f"{name}["))
            for name in fields
        ):
            complain(problem)


def complain(problem: FieldProblem) -> None:
    """One problem, in words and with a symbol."""
    limit = f" Limit: {problem.limit}." if problem.limit else ""
    text = escape(f"{problem.problem[:1].upper()}{problem.problem[1:]}.{limit}".replace("..", "."))
    st.html(f'<div class="g-problem" role="alert">{icon("error")} {text}</div>')


def text(form: str, field: str, label: str, value: str, help: str | None = None) -> str:
    """A line of text, with what is wrong about it."""
    typed = st.text_input(label, value, help=help, key=f"{form}:{field}")
    mark(form, field)
    return (typed or "").strip()


def area(
    form: str, field: str, label: str, value: str, *, height: int = 90, help: str | None = None
) -> str:
    """Several lines of text, with what is wrong about them."""
    typed = st.text_area(label, value, height=height, help=help, key=f"{form}:{field}")
    mark(form, field)
    return (typed or "").strip()


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text area that hold something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def words(text: str) -> tuple[str, ...]:
    """The comma-separated items of a text field."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def option(spec: Option, key: str) -> object:
    """The widget for one option of a generator, built from its type and bounds."""
    if spec.kind is OptionKind.CHOICE:
        start = spec.choices.index(str(spec.default)) if spec.default in spec.choices else 0
        return st.selectbox(spec.label, spec.choices, index=start, help=spec.help or None, key=key)
    if spec.kind is OptionKind.FLAG:
        return st.toggle(spec.label, value=bool(spec.default), help=spec.help or None, key=key)
    if spec.kind is OptionKind.TEXT:
        return st.text_input(spec.label, str(spec.default), help=spec.help or None, key=key)
    return _number(spec, key)


def _number(spec: Option, key: str) -> int | float:
    whole = spec.kind is OptionKind.INTEGER
    cast = int if whole else float
    low, high = spec.minimum, spec.maximum
    value = st.number_input(
        spec.label,
        min_value=None if low is None else cast(low),
        max_value=None if high is None else cast(high),
        value=cast(str(spec.default)),
        step=1 if whole else 0.5,
        help=spec.help or None,
        key=key,
    )
    return cast(value)


def credentials(fields: Sequence[CredentialField], form: str) -> dict[str, str]:
    """The fields of an account form; secret ones are write-only."""
    values = {}
    for spec in fields:
        values[spec.name] = st.text_input(
            spec.label,
            type="password" if spec.secret else "default",
            placeholder=spec.placeholder or None,
            help=spec.help or None,
            autocomplete="off",
            key=f"{form}:{spec.name}",
        )
        mark(form, spec.name)
    return values


def repeated(
    form: str,
    path: str,
    kind: str,
    was: Sequence[T],
    blank: T,
    draw: Callable[[str, str, T], T],
) -> list[T]:
    """A card for each entry of a list and a button for one more.

    `draw` gets the form, the entry's field as the engine names it (``pillars[0]``), and the entry.
    """
    count = st.session_state.setdefault(f"{form}:{kind}:count", len(was))
    found = []
    for number in range(count):
        with st.container(key=f"card-{_plain(form)}-{_plain(kind)}-{number}"):
            old = was[number] if number < len(was) else blank
            found.append(draw(form, f"{path}[{number}]", old))
    if st.button(f"Add a {kind}", icon=":material/add:", key=f"{form}:{kind}:more"):
        st.session_state[f"{form}:{kind}:count"] = count + 1
        st.rerun()
    if count:
        st.caption(f"Empty all fields of a {kind} to remove it when you save.")
    return found


def _plain(text: str) -> str:
    """Text that may stand in the name of a style class."""
    return text.replace(":", "-").replace(" ", "-")
