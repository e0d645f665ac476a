"""ElevenLabs: hosted voices that tell when each character is heard.

`POST /v1/text-to-speech/{voice}/with-timestamps` and `GET /v2/voices` as documented by ElevenLabs
(read 2026-11-22).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from gator_engine.adapters.voices._asking import OPERATION, speech_service
from gator_engine.config import Settings
from gator_engine.errors import CapabilityError, ConfigError, Rejected
from gator_engine.ports import SpeechRequest, TimedToken, Utterance, VoiceInfo

NAME = "ElevenLabs"
FIX = "Set GATOR_ELEVENLABS_API_KEY."
SLOWEST, QUICKEST = 0.7, 1.2
LICENCE = "ElevenLabs terms; commercial use needs a paid plan"


class ElevenLabs:
    """The account of the settings."""

    slug, label, rank, origin = "elevenlabs", NAME, 60, "ai_generated"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def missing(self) -> str:
        """See VoiceEngine."""
        return "" if self._settings.elevenlabs_api_key.get_secret_value() else FIX

    def voices(self) -> Sequence[VoiceInfo]:
        """The voices of the account. Raises an ExternalError when it does not answer."""
        if self.missing():
            return ()
        with self._asked() as wire:
            answer = wire.call("list voices", "GET", "v2/voices", params={"page_size": 100})
        return [
            VoiceInfo(str(row.get("voice_id", "")), str(row.get("name", "")), "mul", LICENCE)
            for row in answer.rows("voices")
            if row.get("voice_id")
        ]

    def speak(self, request: SpeechRequest) -> Utterance:
        """See VoiceEngine."""
        if fault := self.missing():
            raise ConfigError("GATOR_ELEVENLABS_API_KEY", "is not set.", fault)
        if not SLOWEST <= request.speed <= QUICKEST:
            allowed = f"{SLOWEST:g}–{QUICKEST:g}"
            raise CapabilityError(NAME, f"a speed of {request.speed:g}", allowed)
        with self._asked() as wire:
            answer = wire.call(
                OPERATION,
                "POST",
                f"v1/text-to-speech/{quote(request.voice, safe='')}/with-timestamps",
                params={"output_format": "mp3_44100_128"},
                json={
                    "text": request.text,
                    "model_id": self._settings.elevenlabs_model,
                    "voice_settings": {"speed": request.speed},
                },
            )
        try:
            sound = base64.b64decode(str(answer.need("audio_base64")), validate=True)
        except binascii.Error as error:
            raise Rejected(NAME, OPERATION, "The sound in the answer is damaged.") from error
        times = _tokens(request.text, answer.data.get("alignment"))
        return Utterance(sound, times, self._settings.elevenlabs_model)

    def _asked(self) -> Any:
        settings = self._settings
        key = settings.elevenlabs_api_key.get_secret_value()
        service = speech_service(settings, settings.elevenlabs_url, "", NAME)
        return _WithKey(service, key)


class _WithKey:
    """The service with its key in the header of its own, which is no bearer token."""

    def __init__(self, service: Any, key: str) -> None:
        self._service, self._key = service, key

    def __enter__(self) -> _WithKey:
        self._wire = self._service.__enter__()
        return self

    def __exit__(self, *raised: Any) -> Any:
        return self._service.__exit__(*raised)

    def call(self, operation: str, method: str, path: str, **request: Any) -> Any:
        """As Wire.call."""
        return self._wire.call(
            operation, method, path, headers={"xi-api-key": self._key}, **request
        )


def _tokens(text: str, alignment: object) -> tuple[TimedToken, ...]:
    """Words from the times of characters; none when they do not fit the text."""
    if not isinstance(alignment, Mapping):
        return ()
    letters = alignment.get("characters")
    starts = alignment.get("character_start_times_seconds")
    ends = alignment.get("character_end_times_seconds")
    if not (isinstance(letters, list) and isinstance(starts, list) and isinstance(ends, list)):
        return ()
    if "".join(map(str, letters)) != text or not len(letters) == len(starts) == len(ends):
        return ()
    found, at = [], 0
    for word in text.split(" "):
        if word:
            last = at + len(word) - 1
            found.append(TimedToken(at, float(starts[at]), float(ends[last])))
        at += len(word) + 1
    return tuple(found)


ENGINE = ElevenLabs
