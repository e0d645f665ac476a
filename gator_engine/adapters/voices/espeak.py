"""eSpeak NG: small, quick, in over a hundred languages; the voice that is always there.

The library and its data come with the package espeakng-loader; it runs in a process of its own.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec

from gator_engine.adapters.voices._espeak.process import Speaker
from gator_engine.adapters.voices._waves import to_wav
from gator_engine.config import Settings
from gator_engine.errors import ConfigError, InvalidInput
from gator_engine.ports import SpeechRequest, TimedToken, Utterance, VoiceInfo

LICENCE = "GPL-3.0 (program and voices; what they say is yours)"
NOTE = "Built in; understandable, but it sounds like a machine."


class Espeak:
    """The engine that needs nothing else."""

    slug, label, rank, origin = "espeak", "eSpeak NG (built in)", 90, "designed"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def missing(self) -> str:
        """See VoiceEngine."""
        there = find_spec("espeakng_loader") is not None
        return "" if there else "Install it with: pip install espeakng-loader"

    def voices(self) -> Sequence[VoiceInfo]:
        """One for each language and accent."""
        if self.missing():
            return ()
        return _voices(os.getpid())

    def speak(self, request: SpeechRequest) -> Utterance:
        """See VoiceEngine; word times are the library's own events."""
        if fault := self.missing():
            raise ConfigError("voice.engine", "eSpeak NG is not installed.", fault)
        answer = _speaker(os.getpid()).ask(
            text=request.text, voice=request.voice, speed=request.speed
        )
        if "unknown_voice" in answer:
            raise InvalidInput("voice", f"{request.voice!r} is unknown", "a voice of eSpeak NG")
        rate, sound = int(answer["rate"]), base64.b64decode(answer["sound"])
        length = len(sound) / 2 / rate
        starts = [(at, ms / 1000) for at, ms in answer["words"]]
        ends = [*(start for _, start in starts[1:]), *([length] if starts else [])]
        tokens = [
            TimedToken(at, start, end)
            for (at, start), end in zip(starts, ends, strict=True)
            if end >= start
        ]
        return Utterance(to_wav(sound, rate), tuple(tokens), "eSpeak NG 1.52")


def phonemes(text: str, language: str) -> str:
    """How eSpeak NG would pronounce it, in IPA; "" when it is not there or cannot say."""
    if find_spec("espeakng_loader") is None:
        return ""
    return str(_speaker(os.getpid()).ask(ipa=text, voice=language).get("ipa", ""))


@cache
def _speaker(pid: int) -> Speaker:
    """One process for each of ours: a fork must not talk on its parent's pipe."""
    return Speaker()


@cache
def _voices(pid: int) -> tuple[VoiceInfo, ...]:
    found = _speaker(pid).ask()["voices"]
    return tuple(VoiceInfo(code, name, code, LICENCE, NOTE) for code, name in found)


ENGINE = Espeak
