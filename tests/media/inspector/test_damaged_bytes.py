"""Whatever happens to the bytes of a file, it is kept or refused by name: nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from gator_engine.adapters.media.files import FileInspector
from gator_engine.config import Settings
from gator_engine.errors import InvalidInput
from tests.media.sources.films import ffmpeg, film, numbered

ROUNDS = 40
INSPECTOR = FileInspector(Settings())
FILMS = {
    "a.mp4": (),
    "a.mkv": (),
    "a.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime"),
    "a.mov": ("-c:v", "prores_ks"),
}
SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\nBye\n"
SOUNDS = ("a.mp3", "a.wav", "a.flac", "a.aac", "a.opus", "a.m4a")


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, lost or put in, mostly where the headers are."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 10, 40))):
        at = chance.randrange(min(len(changed), chance.choice((64, 512, len(changed)))))
        if chance.random() < 0.7:
            changed[at] = chance.choice((0xFF, chance.randrange(256)))
        else:
            changed[at : at + chance.randrange(1, 20)] = bytes(chance.randrange(8))
    return bytes(changed)


@pytest.mark.parametrize("name", [*FILMS, *SOUNDS, "a.srt"])
def test_nothing_but_a_refusal_comes_of_damage(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name in FILMS:
        film(path, numbered(6), *FILMS[name])
    elif name == "a.srt":
        path.write_text(SRT)
    else:
        ffmpeg("-f", "lavfi", "-i", "sine=440:d=0.5:r=16000", str(path))
    data, chance = path.read_bytes(), random.Random(name)
    refused = 0
    for _ in range(ROUNDS):
        broken = damaged(data, chance)
        try:
            facts = INSPECTOR.inspect(broken)
            assert INSPECTOR.thumbnail(broken, facts, 64)
            INSPECTOR.fingerprint(broken, facts)
        except InvalidInput:
            refused += 1
    assert refused > 0
