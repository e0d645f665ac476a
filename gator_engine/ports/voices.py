"""Ports of speech: engines that read sentences aloud, and the narrator that makes a voice-over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gator_engine.domain.video.script import SpokenWord, VoiceChoice
from gator_engine.ports.generation import Run


@dataclass(frozen=True)
class VoiceInfo:
    """One voice of an engine; `language` is a BCP 47 tag. `note` says honestly how it sounds."""

    slug: str
    label: str
    language: str
    licence: str
    note: str = ""


@dataclass(frozen=True)
class SpeechRequest:
    """One sentence to be read; `text` holds only what is spoken."""

    text: str
    voice: str
    language: str
    speed: float = 1.0


@dataclass(frozen=True)
class TimedToken:
    """The word that begins at code point `at` of the text is heard from `start_s` to `end_s`."""

    at: int
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Utterance:
    """Spoken sound as WAV (any rate, 16 bit), and the engine's own times where it has them."""

    wav: bytes
    tokens: tuple[TimedToken, ...] = ()
    model: str = ""


class VoiceEngine(Protocol):
    """Reads text aloud. One file each under adapters/voices, found by its ENGINE attribute.

    Engines with a lower `rank` are preferred where a person has not chosen. `origin` is that of
    the library's files: "ai_generated" for neural voices, "designed" for those made by rules.
    """

    slug: str
    label: str
    rank: int
    origin: str

    def missing(self) -> str:
        """ "" when ready, else what to install or set, in plain words."""

    def voices(self) -> Sequence[VoiceInfo]:
        """What it can sound like now; empty when it is not ready."""

    def speak(self, request: SpeechRequest) -> Utterance:
        """Raises InvalidInput for an unknown voice, CapabilityError for a language or speed it
        cannot do, ConfigError when it is not ready, ExternalError."""


@dataclass(frozen=True)
class NarratedSentence:
    """One sentence in the voice-over: what captions show, when, and whether it was made anew."""

    text: str
    start_s: float
    end_s: float
    words: tuple[SpokenWord, ...]
    made_anew: bool


@dataclass(frozen=True)
class Narration:
    """A finished voice-over: WAV (48 kHz mono, 16 bit), its sentences, and who spoke.

    `timing` says where the words' times come from: "engine", "aligned" or "estimated".
    """

    wav: bytes
    duration_s: float
    sentences: tuple[NarratedSentence, ...]
    engine: str
    voice: str
    licence: str
    timing: str
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[SpokenWord, ...]:
        """Every word in order."""
        return tuple(word for sentence in self.sentences for word in sentence.words)


class Narrator(Protocol):
    """Turns scripts into voice-overs, sentence by sentence, with a cache by content."""

    def engines(self) -> Sequence[VoiceEngine]:
        """Every engine, the preferred one first."""

    def choose(self, wanted: VoiceChoice) -> VoiceChoice:
        """The choice with engine and voice filled in. Raises InvalidInput or ConfigError."""

    def narrate(self, script: str, choice: VoiceChoice, run: Run) -> Narration:
        """Raises what `sentences` and the engine raise; Cancelled between sentences."""
