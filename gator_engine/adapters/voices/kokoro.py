"""Kokoro 82M: natural voices in nine languages by ONNX Runtime (package kokoro-onnx).

The model (kokoro*.onnx) and its voices (voices*.bin) lie in the models folder under voices/kokoro;
both are Apache-2.0, the package is MIT.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from gator_engine.adapters.voices._waves import to_wav
from gator_engine.config import Settings
from gator_engine.errors import ConfigError, InvalidInput
from gator_engine.ports import SpeechRequest, Utterance, VoiceInfo

FOLDER = Path("voices") / "kokoro"
LICENCE = "Apache-2.0"
NOTE = "A neural voice on this machine; natural."
# The first letter of a voice's name is its language (model card of Kokoro-82M).
LANGUAGES = {
    "a": "en-US", "b": "en-GB", "e": "es", "f": "fr", "h": "hi", "i": "it", "j": "ja",
    "p": "pt-BR", "z": "zh",
}  # fmt: skip


class Kokoro:
    """The model of the folder, loaded once a process."""

    slug, label, rank, origin = "kokoro", "Kokoro", 10, "ai_generated"

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.models_folder / FOLDER

    def missing(self) -> str:
        """See VoiceEngine."""
        if find_spec("kokoro_onnx") is None:
            return "Install it with: pip install kokoro-onnx"
        if self._files() is None:
            return (
                f"Put kokoro-v1.0.onnx and voices-v1.0.bin (Apache-2.0, about 340 MB) into"
                f" {self._folder}."
            )
        return ""

    def voices(self) -> Sequence[VoiceInfo]:
        """The voices of the file."""
        if self.missing():
            return ()
        names = sorted(_model(*self._needed()).get_voices())
        return [
            VoiceInfo(name, name, LANGUAGES.get(name[:1], "en-US"), LICENCE, NOTE) for name in names
        ]

    def speak(self, request: SpeechRequest) -> Utterance:
        """See VoiceEngine."""
        if fault := self.missing():
            raise ConfigError("voice.engine", "Kokoro is not ready.", fault)
        model = _model(*self._needed())
        if request.voice not in model.get_voices():
            known = ", ".join(sorted(model.get_voices())[:12])
            raise InvalidInput("voice", f"{request.voice!r} is unknown", known)
        language = LANGUAGES.get(request.voice[:1], "en-US").lower()
        sound, rate = model.create(
            request.text, voice=request.voice, speed=request.speed, lang=language
        )
        pcm = np.round(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
        return Utterance(to_wav(pcm, int(rate)), model="Kokoro-82M")

    def _needed(self) -> tuple[Path, Path]:
        found = self._files()
        assert found is not None
        return found

    def _files(self) -> tuple[Path, Path] | None:
        if not self._folder.is_dir():
            return None
        models, voices = sorted(self._folder.glob("*.onnx")), sorted(self._folder.glob("*.bin"))
        return (models[0], voices[0]) if models and voices else None


@cache
def _model(model: Path, voices: Path) -> Any:
    from kokoro_onnx import Kokoro as Loaded

    return Loaded(str(model), str(voices))


ENGINE = Kokoro
