"""A local service that speaks OpenAI's and ElevenLabs' speech protocols, with scripted faults.

Its voice is one tone a word with silence between, so that times can be checked.
"""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gator_engine.config import Settings
from tests.services.local_app import served

KEY = "sk-speech-0123456789"
RATE, TONE_S, GAP_S = 22_050, 0.25, 0.15
Reply = Callable[[dict[str, Any]], Response]


def tones(text: str) -> bytes:
    """A WAV with a tone for each word."""
    tone = np.sin(np.arange(int(RATE * TONE_S)) * 2 * np.pi * 440 / RATE) * 9000
    gap = np.zeros(int(RATE * GAP_S))
    sound = np.concatenate([part for _ in text.split() for part in (gap, tone)] + [gap])
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.astype("<i2").tobytes())
    return data.getvalue()


def alignment(text: str) -> dict[str, Any]:
    """When each character is heard, as ElevenLabs tells it."""
    starts, ends, at = [], [], 0.0
    for word in text.split(" "):
        at += GAP_S
        for number in range(len(word)):
            starts.append(at + TONE_S * number / len(word))
            ends.append(at + TONE_S * (number + 1) / len(word))
        at += TONE_S
        starts.append(at)
        ends.append(at)
    return {
        "characters": list(text),
        "character_start_times_seconds": starts[: len(text)],
        "character_end_times_seconds": ends[: len(text)],
    }


@dataclass
class SpeechApi:
    """Answers with the next reply of the script; without a script it speaks."""

    url: str = ""
    script: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def openai(self, request: Request) -> Response:
        self.keys.append(request.headers.get("authorization", ""))
        return self._answer(
            await request.json(),
            lambda asked: Response(tones(asked["input"]), media_type="audio/wav"),
        )

    async def elevenlabs(self, request: Request) -> Response:
        self.keys.append(request.headers.get("xi-api-key", ""))
        asked = {**await request.json(), "voice": request.path_params["voice"]}

        def speaks(asked: dict[str, Any]) -> Response:
            sound = base64.b64encode(tones(asked["text"])).decode()
            return JSONResponse({"audio_base64": sound, "alignment": alignment(asked["text"])})

        return self._answer(asked, speaks)

    async def voices(self, request: Request) -> Response:
        return JSONResponse({"voices": [{"voice_id": "v1", "name": "Ada"}], "has_more": False})

    def _answer(self, asked: dict[str, Any], otherwise: Reply) -> Response:
        self.asked.append(asked)
        return (self.script.pop(0) if self.script else otherwise)(asked)

    def settings(self, **more: Any) -> Settings:
        given = {
            "speech_api_url": f"{self.url}/v1",
            "speech_api_key": KEY,
            "speech_api_model": "tiny-voice",
            "speech_api_voices": "alloy,nova",
            "elevenlabs_api_key": KEY,
            "elevenlabs_url": self.url,
            "http_timeout_s": 5,
        }
        return Settings(**{**given, **more})


@contextmanager
def speech_api() -> Iterator[SpeechApi]:
    """The running service."""
    api = SpeechApi()
    routes = [
        Route("/v1/audio/speech", api.openai, methods=["POST"]),
        Route("/v1/text-to-speech/{voice}/with-timestamps", api.elevenlabs, methods=["POST"]),
        Route("/v2/voices", api.voices),
    ]
    with served(Starlette(routes=routes)) as url:
        api.url = url
        yield api
