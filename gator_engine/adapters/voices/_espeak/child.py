"""The process that holds eSpeak NG: reads JSON requests by line, answers with sound and events.

Run by its path, so that nothing else of ours is imported beside it; ends with its input. The calls
are those of speak_lib.h (eSpeak NG 1.52); word events carry the character they are about.
"""

from __future__ import annotations

import base64
import ctypes
import json
import sys
from collections.abc import Iterator
from typing import Any

_SYNCHRONOUS, _NO_EXIT = 2, 0x8000
_UTF8, _BY_CHARACTER = 1, 1
_WORD_EVENT, _END_OF_LIST = 1, 0
_RATE, _NORMAL_WORDS_A_MINUTE = 1, 175
_IPA = 0x02


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Library:
    """The loaded library; one voice speaks at a time."""

    def __init__(self) -> None:
        import espeakng_loader

        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        path = espeakng_loader.get_data_path().encode()
        self.rate = int(self._lib.espeak_Initialize(_SYNCHRONOUS, 0, path, _NO_EXIT))
        self._sound, self._events = bytearray(), list[tuple[int, int]]()
        self._callback = _CALLBACK(self._heard)  # kept, or ctypes would free it
        self._lib.espeak_SetSynthCallback(self._callback)
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._lib.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        self._names = self._listed()

    def _heard(self, samples: Any, count: int, events: Any) -> int:
        if samples and count:
            self._sound += ctypes.string_at(samples, count * 2)
        number = 0
        while events[number].type != _END_OF_LIST:
            event = events[number]
            if event.type == _WORD_EVENT:
                self._events.append((event.text_position - 1, event.audio_position))
            number += 1
        return 0

    def speak(self, text: str, voice: str, speed: float) -> dict[str, Any]:
        """Sound (16-bit mono, base64) and (character, milliseconds) of each word."""
        self._choose(voice)
        self._lib.espeak_SetParameter(_RATE, round(_NORMAL_WORDS_A_MINUTE * speed), 0)
        self._sound.clear()
        self._events.clear()
        data = text.encode()
        self._lib.espeak_Synth(data, len(data) + 1, 0, _BY_CHARACTER, 0, _UTF8, None, None)
        self._lib.espeak_Synchronize()
        sound = base64.b64encode(bytes(self._sound)).decode()
        return {"rate": self.rate, "sound": sound, "words": list(self._events)}

    def phonemes(self, text: str, voice: str) -> dict[str, Any]:
        """How it would be pronounced, in IPA."""
        self._choose(voice)
        rest = ctypes.c_char_p(text.encode())
        parts = []
        while rest.value:
            parts.append(self._lib.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA).decode())
        return {"ipa": " ".join(parts)}

    def voices(self) -> dict[str, Any]:
        """(language, name) of every voice."""
        return {"voices": sorted(self._names.items())}

    def _listed(self) -> dict[str, str]:
        """Language code → the library's own name of the voice."""
        found: dict[str, str] = {}
        listed, number = self._lib.espeak_ListVoices(None), 0
        while listed[number]:
            voice = listed[number].contents
            # A priority byte stands before the language's name.
            code = voice.languages[1:].split(b"\0")[0].decode()
            found.setdefault(code, voice.name.decode())
            number += 1
        return found

    def _choose(self, voice: str) -> None:
        name = self._names.get(voice)
        if name is None or self._lib.espeak_SetVoiceByName(name.encode()) != 0:
            raise LookupError(voice)


def answers(library: Library, lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """One answer for each request."""
    for line in lines:
        asked = json.loads(line)
        try:
            if "ipa" in asked:
                yield library.phonemes(asked["ipa"], asked["voice"])
            elif "text" in asked:
                yield library.speak(asked["text"], asked["voice"], asked["speed"])
            else:
                yield library.voices()
        except LookupError as error:
            yield {"unknown_voice": str(error)}


def main() -> None:
    """Answer until the input ends."""
    library = Library()
    for answer in answers(library, iter(sys.stdin.readline, "")):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
