"""Any service with OpenAI's speech endpoint (`POST /audio/speech`), local or hosted.

Fields as in OpenAI's API reference (read 2026-11-22); Kokoro-FastAPI, LocalAI and others speak it.
"""

from __future__ import annotations

from collections.abc import Sequence

from gator_engine.adapters.voices._asking import asked_sound
from gator_engine.config import Settings
from gator_engine.errors import ConfigError
from gator_engine.ports import SpeechRequest, Utterance, VoiceInfo

FIX = "Set GATOR_SPEECH_API_URL and GATOR_SPEECH_API_MODEL."


class OpenAiSpeech:
    """The speech service of the settings."""

    slug, label, rank, origin = "openai_speech", "Speech service", 40, "ai_generated"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def missing(self) -> str:
        """See VoiceEngine."""
        there = self._settings.speech_api_url and self._settings.speech_api_model
        return "" if there else FIX

    def voices(self) -> Sequence[VoiceInfo]:
        """The names of the settings: such services do not tell their voices."""
        if self.missing():
            return ()
        named = [one.strip() for one in self._settings.speech_api_voices.split(",")]
        terms = "the terms of the service"
        return [VoiceInfo(one, one.capitalize(), "mul", terms, "") for one in named if one]

    def speak(self, request: SpeechRequest) -> Utterance:
        """See VoiceEngine."""
        if fault := self.missing():
            raise ConfigError("GATOR_SPEECH_API_URL", "is not set.", fault)
        settings = self._settings
        sound = asked_sound(
            settings,
            settings.speech_api_url,
            settings.speech_api_key.get_secret_value(),
            "audio/speech",
            {
                "model": settings.speech_api_model,
                "input": request.text,
                "voice": request.voice,
                "response_format": "wav",
                "speed": round(request.speed, 3),
            },
        )
        return Utterance(sound, model=settings.speech_api_model)


ENGINE = OpenAiSpeech
