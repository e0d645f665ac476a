"""Flite: CMU's small English voices, as Debian packages them; clearer than eSpeak NG."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from gator_engine.adapters.voices._programs import spoken_by
from gator_engine.config import Settings
from gator_engine.errors import ConfigError, InvalidInput
from gator_engine.ports import SpeechRequest, Utterance, VoiceInfo

LICENCE = "CMU Flite licence (BSD-like)"
NOTE = "Built in; clear, with a flat melody."
VOICES = {"rms": "Rms (man)", "slt": "Slt (woman)", "awb": "Awb (man, Scottish)"}


class Flite:
    """The program `flite`; times come from alignment."""

    slug, label, rank, origin = "flite", "Flite", 50, "designed"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def missing(self) -> str:
        """See VoiceEngine."""
        there = shutil.which("flite")
        return "" if there else "Install the program, on Debian and Ubuntu: apt install flite"

    def voices(self) -> Sequence[VoiceInfo]:
        """Three English voices."""
        if self.missing():
            return ()
        return [VoiceInfo(slug, label, "en", LICENCE, NOTE) for slug, label in VOICES.items()]

    def speak(self, request: SpeechRequest) -> Utterance:
        """See VoiceEngine."""
        if fault := self.missing():
            raise ConfigError("voice.engine", "Flite is not installed.", fault)
        if request.voice not in VOICES:
            raise InvalidInput("voice", f"{request.voice!r} is unknown", ", ".join(VOICES))
        stretch = f"duration_stretch={1 / request.speed:.4f}"
        wav = spoken_by(
            self.label,
            lambda words, sound: (
                *("flite", "-voice", request.voice, "--setf", stretch),
                *("-f", str(words), "-o", str(sound)),
            ),
            request.text,
        )
        return Utterance(wav, model=f"flite {request.voice}")


ENGINE = Flite
