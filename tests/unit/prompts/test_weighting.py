"""Weights in prompts: what the notation means, for every text there is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gator_engine.domain.briefs import Dialect
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.prompts import compile_picture
from gator_engine.domain.weighting import STEP, Span, escaped, parse_weights, render_weights
from gator_engine.errors import InvalidInput

MAKER = TEMPLATES[0].profile
TEXTS = st.text(st.sampled_from("ab :.,12()[]\\\n"), max_size=40) | st.text(max_size=40)
SPANS = st.lists(
    st.builds(Span, st.text("ab (:1.3)[]\\", min_size=1), st.sampled_from([0.5, 1.0, 1.1, 1.35])),
    max_size=6,
)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", ()),
        ("a red scarf", (Span("a red scarf"),)),
        ("a (red) scarf", (Span("a "), Span("red", 1.1), Span(" scarf"))),
        ("((red))", (Span("red", 1.21),)),
        ("(red:1.3)", (Span("red", 1.3),)),
        ("(red: .5 )", (Span("red", 0.5),)),
        ("[red]", (Span("red", 0.9091),)),
        ("(a (b:1.5):1.2)", (Span("a ", 1.2), Span("b", 1.8))),
        ("(a:b:1.3)", (Span("a:b", 1.3),)),
        (r"\(red\) \[x\] \\", (Span(r"(red) [x] " + "\\"),)),
        ("(red", (Span("(red"),)),
        ("red)", (Span("red)"),)),
        ("red:1.3)", (Span("red:1.3)"),)),
        ("(a [b)", (Span("a [b", 1.1),)),
        ("at 10:30", (Span("at 10:30"),)),
        ("()", ()),
    ],
)
def test_the_notation(text: str, spans: tuple[Span, ...]) -> None:
    assert parse_weights(text) == spans


def test_bare_brackets_of_prose_stay() -> None:
    assert parse_weights("85mm (f/1.4), [soft]", bare=False) == (Span("85mm (f/1.4), [soft]"),)
    assert parse_weights("x (red (dark):1.3) y", bare=False) == (
        Span("x "),
        Span("red (dark)", 1.3),
        Span(" y"),
    )


@given(TEXTS, st.booleans())
def test_every_text_is_a_prompt(text: str, bare: bool) -> None:
    spans = parse_weights(text, bare=bare)
    assert all(span.text and span.weight >= 0 for span in spans)
    # Nothing is invented, and only signs of the notation are lost.
    kept = "".join(span.text for span in spans)
    letters = [character for character in text if character not in "()[]\\:. \n\t0123456789"]
    assert [c for c in kept if c in set(letters)] == letters or not letters


@given(SPANS)
def test_what_is_written_is_read_back(spans: list[Span]) -> None:
    read = parse_weights(render_weights(spans))
    assert parse_weights(render_weights(read)) == read
    assert "".join(span.text for span in read) == "".join(span.text for span in spans)
    heavy = [(c, span.weight) for span in spans for c in span.text]
    assert [(c, span.weight) for span in read for c in span.text] == heavy


@given(st.text(max_size=40))
def test_an_escaped_text_is_only_text(text: str) -> None:
    assert parse_weights(escaped(text)) == ((Span(text),) if text else ())


@given(st.integers(0, 30), st.integers(0, 30))
def test_nested_weights_multiply(stronger: int, weaker: int) -> None:
    text = "(" * stronger + "[" * weaker + "x" + "]" * weaker + ")" * stronger
    [span] = parse_weights(text)
    assert math.isclose(span.weight, STEP ** (stronger - weaker), rel_tol=0.02, abs_tol=1e-3)


def test_many_brackets_are_read_in_no_time() -> None:
    assert parse_weights("(" * 2000 + "x")[-1].text.endswith("x")
    assert parse_weights("(" * 600 + "x" + ")" * 600)[0].weight > 1


@pytest.mark.parametrize("dialect", Dialect)
def test_a_prompt_compiles_to_weighted_fragments(dialect: Dialect) -> None:
    compiled = compile_picture(MAKER, prompt="a (blue:1.3) door, [fog]", dialect=dialect)
    scene = [part for part in compiled.fragments if part.source == "brief.prompt"]
    assert [round(part.weight, 2) for part in scene] == [1.0, 1.3, 1.0, 0.91]
    assert "(" not in "".join(part.text for part in scene)


def test_the_briefs_own_negative_comes_first_and_may_weigh() -> None:
    compiled = compile_picture(MAKER, prompt="a door", negative="(blur:1.4), text")
    assert compiled.negative[0].text == "blur"
    assert (compiled.negative[0].weight, compiled.negative[0].source) == (1.4, "brief.negative")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("prompt", "(x:9)"),
        ("prompt", "((((((((x))))))))"),
        ("negative", "(x:0.01)"),
        ("prompt", "[cat:dog:0.5]"),
        ("negative", "x" * 4001),
        ("negative", "a\x00b"),
    ],
)
def test_what_goes_too_far_is_named(field: str, text: str) -> None:
    given = {"prompt": "a door", field: text}
    with pytest.raises(InvalidInput) as caught:
        compile_picture(MAKER, **given)
    assert caught.value.field == field
