"""A generator's settings are checked against what it declares."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind
from gator_engine.domain.options import check_options, check_pictures, with_defaults
from gator_engine.errors import CapabilityError, InvalidInput

CAPABILITIES = GeneratorCapabilities(
    slug="g",
    label="G",
    description="",
    kinds=(BriefKind.IMAGE,),
    ratios=(AspectRatio.SQUARE,),
    options=(
        Option("steps", "Steps", OptionKind.INTEGER, 4, minimum=1, maximum=50),
        Option("guidance", "Guidance", OptionKind.NUMBER, 1.0, minimum=0, maximum=20),
        Option("mode", "Mode", OptionKind.CHOICE, "a", choices=("a", "b")),
        Option("fast", "Fast", OptionKind.FLAG, False),
        Option("loras", "LoRAs", OptionKind.LORAS, ()),
        Option("references", "References", OptionKind.REFERENCES, ()),
        Option("picture", "Picture", OptionKind.PICTURE, "", required=True),
    ),
)


def test_left_out_options_get_their_defaults() -> None:
    settings = with_defaults(CAPABILITIES, {"steps": 9})
    assert settings == {"steps": 9, "guidance": 1.0, "mode": "a", "fast": False} | {
        "loras": (),
        "references": (),
        "picture": "",
    }


def test_an_unknown_option_names_what_is_allowed() -> None:
    with pytest.raises(
        CapabilityError, match="fast, guidance, loras, mode, picture, references, steps"
    ):
        check_options(CAPABILITIES, {"sampler": "x"})


@pytest.mark.parametrize(
    "settings",
    [
        {"steps": 0},
        {"steps": 51},
        {"steps": 1.5},
        {"steps": True},
        {"steps": "4"},
        {"guidance": -1},
        {"guidance": float("nan")},
        {"mode": "c"},
        {"fast": 1},
        {"loras": "a.safetensors"},
        {"loras": [["a.safetensors", 2.5]]},
        {"loras": [["a.safetensors", True]]},
        {"loras": [["", 1.0]]},
        {"loras": [["a.safetensors"]]},
        {"loras": [["a.safetensors", 1.0]] * 9},
        {"references": "a1"},
        {"references": [5]},
        {"references": [" "]},
        {"picture": 5},
    ],
    ids=str,
)
def test_a_value_out_of_bounds_is_refused_by_name(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_options(CAPABILITIES, settings)
    assert caught.value.field == f"settings.{next(iter(settings))}"


def test_attachments_are_taken_as_pairs_and_as_ids() -> None:
    attached = {"loras": [["a.safetensors", -0.5], ("b.safetensors", 1)], "references": ["a1"]}
    check_options(CAPABILITIES, attached)
    assert CAPABILITIES.takes_loras and CAPABILITIES.takes_references
    assert [o.name for o in CAPABILITIES.options if o.kind.attached] == ["loras", "references"]


def test_a_generator_without_them_refuses_attachments() -> None:
    plain = replace(CAPABILITIES, options=CAPABILITIES.options[:1])
    assert not plain.takes_loras and not plain.takes_references
    with pytest.raises(CapabilityError, match="'loras'"):
        check_options(plain, {"loras": []})


def test_a_picture_that_is_needed_is_asked_for_by_name() -> None:
    for given in ({}, {"picture": ""}):
        with pytest.raises(InvalidInput) as caught:
            check_pictures(CAPABILITIES, given)
        assert caught.value.field == "settings.picture"
    check_pictures(CAPABILITIES, {"picture": "a1"})
