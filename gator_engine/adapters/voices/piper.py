"""Piper: neural voices for a CPU (VITS), each an .onnx file with its .onnx.json beside it.

Voices lie in the models folder under voices/piper, or anywhere below it. Piper's program is
GPL-3.0-or-later and is run as a program of its own; voices carry their own licences.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from gator_engine.adapters.voices._programs import spoken_by
from gator_engine.config import Settings
from gator_engine.errors import ConfigError, InvalidInput
from gator_engine.ports import SpeechRequest, Utterance, VoiceInfo

FOLDER = Path("voices") / "piper"
NOTE = "A neural voice on this machine; natural."


class Piper:
    """The program `piper` with the voices that are here."""

    slug, label, rank, origin = "piper", "Piper", 20, "ai_generated"

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.models_folder / FOLDER

    def missing(self) -> str:
        """See VoiceEngine."""
        if not _program():
            return "Install it with: pip install piper-tts"
        if not self._found():
            return f"Put a voice (.onnx and .onnx.json) into {self._folder}, or download one."
        return ""

    def voices(self) -> Sequence[VoiceInfo]:
        """The voices in the folder; those whose description cannot be read are left out."""
        if not _program():
            return ()
        return [info for path in self._found() if (info := _described(path)) is not None]

    def speak(self, request: SpeechRequest) -> Utterance:
        """See VoiceEngine."""
        if fault := self.missing():
            raise ConfigError("voice.engine", "Piper is not ready.", fault)
        chosen = next((path for path in self._found() if path.stem == request.voice), None)
        if chosen is None:
            known = ", ".join(path.stem for path in self._found())
            raise InvalidInput("voice", f"{request.voice!r} is not here", known)
        wav = spoken_by(
            self.label,
            lambda words, sound: (
                *_program(),
                *("--model", str(chosen), "--length-scale", f"{1 / request.speed:.4f}"),
                *("--input-file", str(words), "--output-file", str(sound)),
            ),
            request.text,
        )
        return Utterance(wav, model=chosen.stem)

    def _found(self) -> list[Path]:
        files = sorted(self._folder.rglob("*.onnx")) if self._folder.is_dir() else []
        return [path for path in files if path.with_name(f"{path.name}.json").is_file()]


def _program() -> tuple[str, ...]:
    """How it is called: its own command, or the module of this environment."""
    if command := shutil.which("piper"):
        return (command,)
    return (sys.executable, "-m", "piper") if find_spec("piper") else ()


def _described(path: Path) -> VoiceInfo | None:
    try:
        about = json.loads(path.with_name(f"{path.name}.json").read_text("utf-8"))
        code = str(about["language"]["code"]).replace("_", "-")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    licence = path.with_name("MODEL_CARD")
    told = "see MODEL_CARD beside it" if licence.is_file() else "see where you got it"
    return VoiceInfo(path.stem, path.stem.replace("_", " "), code, told, NOTE)


ENGINE = Piper
