"""The marks a generated picture carries."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from gator_engine.adapters.provenance import (
    MADE_BY_AI,
    parameters_text,
    png_bytes,
    source_type,
    xmp_packet,
)


def test_parameters_follow_the_convention() -> None:
    text = parameters_text(
        "a bowl", "blurry", {"Steps": 4, "CFG scale": 7.0, "Model": "a, b: c", "Sampler": ""}
    )
    assert text == ('a bowl\nNegative prompt: blurry\nSteps: 4, CFG scale: 7, Model: "a, b: c"')


def test_no_negative_prompt_leaves_no_line() -> None:
    assert parameters_text("a bowl", "", {"Seed": 1}) == "a bowl\nSeed: 1"


def test_a_png_carries_both_marks_and_is_repeatable() -> None:
    image = Image.new("RGB", (8, 8), "teal")
    xmp = xmp_packet(MADE_BY_AI, "Gator <0.1> & co")
    data = png_bytes(image, parameters="été ✨\nSeed: 1", xmp=xmp)
    assert data == png_bytes(image, parameters="été ✨\nSeed: 1", xmp=xmp)
    info = Image.open(BytesIO(data)).info
    assert info["parameters"] == "été ✨\nSeed: 1"
    assert source_type(info["xmp"]) == MADE_BY_AI


def test_the_source_type_is_read_from_an_attribute_too() -> None:
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf='
        b'"http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:Iptc4xmpExt='
        b'"http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType="x:y"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )
    assert source_type(packet) == "x:y"


def test_foreign_or_hostile_xmp_declares_nothing() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    assert [source_type(data) for data in (b"", b"<a/>", b"<a", bomb)] == ["", "", "", ""]
