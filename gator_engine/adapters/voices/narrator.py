"""Voice-overs: each sentence synthesised, timed, trimmed and levelled by itself, then joined.

A sentence is cached by everything that its sound depends on, so that changing one sentence of a
script makes only that one anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from zipfile import BadZipFile

import numpy as np

from gator_engine.adapters.voices import _alignment, discover
from gator_engine.adapters.voices._waves import (
    RATE,
    Samples,
    levelled,
    louder,
    samples_of,
    silence,
    voiced,
    wav_of,
)
from gator_engine.config import Settings
from gator_engine.domain.video.script import (
    STRESS_DB,
    Sentence,
    SpokenWord,
    VoiceChoice,
    sentences,
    spread,
)
from gator_engine.errors import ConfigError, InvalidInput
from gator_engine.ports import (
    NarratedSentence,
    Narration,
    Run,
    SpeechRequest,
    TimedToken,
    VoiceEngine,
    VoiceInfo,
)

VERSION = 1
# Left on both sides of a trimmed line: consonants begin and end below what counts as sound.
_MARGIN_S = 0.03
MOST_CACHED = 5_000
ENGINE_TIMES, ALIGNED, ESTIMATED = "engine", "aligned", "estimated"


@dataclass(frozen=True)
class _Line:
    """One sentence as made: its sound, the times of its words in it, and where they come from."""

    samples: Samples
    words: tuple[SpokenWord, ...]
    timing: str


class SentenceNarrator:
    """Narrator over the engines of this installation."""

    def __init__(self, settings: Settings, engines: Sequence[VoiceEngine] | None = None) -> None:
        self._cache = settings.home / "cache" / "speech"
        self._engines = tuple(discover(settings) if engines is None else engines)

    def engines(self) -> Sequence[VoiceEngine]:
        """See Narrator."""
        return self._engines

    def choose(self, wanted: VoiceChoice) -> VoiceChoice:
        """See Narrator: the engine asked for, or the best that is ready and has the language."""
        engine = self._engine(wanted)
        return replace(wanted, engine=engine.slug, voice=_voice(engine, wanted).slug)

    def narrate(self, script: str, choice: VoiceChoice, run: Run) -> Narration:
        """See Narrator."""
        if problems := choice.problems():
            raise InvalidInput.collect(problems)
        lines = sentences(script, choice.lexicon)
        engine = self._engine(choice)
        voice = _voice(engine, choice)
        parts, told, timing = list[Samples](), list[NarratedSentence](), ENGINE_TIMES
        at = 0.0
        for number, sentence in enumerate(lines):
            run.progress(number / len(lines), f"Speaking sentence {number + 1} of {len(lines)}")
            if not sentence.spoken:
                # Only a pause, or an emoji to be shown while nobody speaks.
                parts.append(silence(sentence.pause_s))
                told += _unspoken(sentence, at)
                at += len(parts[-1]) / RATE
                continue
            line, anew = self._line(engine, voice, sentence, choice)
            timing = max(timing, line.timing, key=(ENGINE_TIMES, ALIGNED, ESTIMATED).index)
            told.append(_placed(sentence, line, at, anew))
            last = number == len(lines) - 1
            parts += [line.samples, silence(0.0 if last else sentence.pause_s)]
            at += (len(parts[-2]) + len(parts[-1])) / RATE
        self._bounded()
        whole = np.concatenate(parts)
        return Narration(
            wav=wav_of(whole),
            duration_s=len(whole) / RATE,
            sentences=tuple(told),
            engine=engine.slug,
            voice=voice.slug,
            licence=voice.licence,
            timing=timing,
            notes=(voice.note,) if voice.note else (),
        )

    # ------------------------------------------------------------------ inside

    def _engine(self, wanted: VoiceChoice) -> VoiceEngine:
        if wanted.engine:
            for engine in self._engines:
                if engine.slug == wanted.engine:
                    if fault := engine.missing():
                        raise ConfigError("voice.engine", f"{engine.label} is not ready.", fault)
                    return engine
            known = ", ".join(engine.slug for engine in self._engines)
            raise InvalidInput("voice.engine", f"{wanted.engine!r} is unknown", known)
        for engine in self._engines:
            if not engine.missing() and _speaks(engine, wanted.language):
                return engine
        raise InvalidInput(
            "voice.language", f"no voice here speaks {wanted.language!r}", "another language"
        )

    def _line(
        self, engine: VoiceEngine, voice: VoiceInfo, sentence: Sentence, choice: VoiceChoice
    ) -> tuple[_Line, bool]:
        """The sentence from the cache, or made now; True when it was made."""
        words = [[word.text, word.spoken, word.stressed] for word in sentence.words]
        asked = [VERSION, engine.slug, voice.slug, choice.language, round(choice.speed, 3), words]
        key = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
        if (kept := self._kept(key)) is not None:
            return kept, False
        made = _made(engine, voice, sentence, choice)
        self._keep(key, made)
        return made, True

    def _kept(self, key: str) -> _Line | None:
        """A line made before. The file is young again, so that it is not the next to go."""
        path = self._cache / f"{key}.npz"
        try:
            os.utime(path)
            with path.open("rb") as stored, np.load(stored, allow_pickle=False) as file:
                about = json.loads(str(file["about"]))
                words = tuple(SpokenWord(**word) for word in about["words"])
                return _Line(file["samples"].astype(np.float32) / 32767, words, about["timing"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None  # not there, or cut off by a crash: it is made again

    def _keep(self, key: str, line: _Line) -> None:
        self._cache.mkdir(parents=True, exist_ok=True)
        about = {"words": [asdict(word) for word in line.words], "timing": line.timing}
        arriving = self._cache / f".{key}.{os.getpid()}.part"
        with arriving.open("wb") as file:
            samples = np.round(line.samples * 32767).astype(np.int16)
            np.savez(file, samples=samples, about=np.array(json.dumps(about)))
        arriving.replace(self._cache / f"{key}.npz")

    def _bounded(self) -> None:
        """Forget the lines that were not used for longest, and what crashes left behind."""
        if not self._cache.is_dir():
            return
        files = list(self._cache.iterdir())
        old = time.time() - 3600
        for path in files:
            if path.suffix == ".part" and path.stat().st_mtime < old:
                path.unlink(missing_ok=True)
        lines = sorted(
            (path for path in files if path.suffix == ".npz"), key=lambda path: path.stat().st_mtime
        )
        for path in lines[: max(0, len(lines) - MOST_CACHED)]:
            path.unlink(missing_ok=True)


def _speaks(engine: VoiceEngine, language: str) -> bool:
    return any(_same(info.language, language) for info in engine.voices())


def _same(voice: str, wanted: str) -> bool:
    """Whether a voice's language serves the one wanted ("mul": it reads any)."""
    return voice == "mul" or voice.split("-")[0].lower() == wanted.split("-")[0].lower()


def _voice(engine: VoiceEngine, choice: VoiceChoice) -> VoiceInfo:
    """The voice asked for, or the engine's first of the language, its own accent preferred."""
    voices = engine.voices()
    if choice.voice:
        for info in voices:
            if info.slug == choice.voice:
                return info
        known = ", ".join(info.slug for info in voices[:12])
        raise InvalidInput("voice.voice", f"{engine.label} has no {choice.voice!r}", known)
    wanted = choice.language.lower()
    exact = [info for info in voices if info.language.lower() == wanted]
    near = [info for info in voices if _same(info.language, wanted)]
    if wanted == "en":
        # Of the many accents the one that most languages' learners know.
        exact = [info for info in near if info.language.lower() == "en-us"] or exact
    if not (exact or near):
        raise InvalidInput("voice.language", f"{engine.label} has no voice for {choice.language!r}")
    return (exact or near)[0]


def _made(engine: VoiceEngine, voice: VoiceInfo, sentence: Sentence, choice: VoiceChoice) -> _Line:
    """Synthesise, time, trim, level and stress one sentence."""
    text = sentence.spoken
    said = engine.speak(SpeechRequest(text, voice.slug, choice.language, choice.speed))
    samples = samples_of(said.wav, engine.label)
    tokens, timing = said.tokens, ENGINE_TIMES
    if not tokens:
        tokens, timing = _alignment.align(samples, text, choice.language), ALIGNED
    start, end = voiced(samples)
    if words := _words(sentence, tokens, end):
        timed = words
    else:
        timed, timing = spread(sentence, start, end), ESTIMATED
    first, last = max(0.0, start - _MARGIN_S), min(len(samples) / RATE, end + _MARGIN_S)
    cut = levelled(samples[round(first * RATE) : round(last * RATE)])
    length = len(cut) / RATE
    moved = tuple(
        SpokenWord(
            word.text,
            min(max(0.0, word.start_s - first), length),
            min(max(0.0, word.end_s - first), length),
        )
        for word in timed
    )
    for word, script in zip(moved, sentence.words, strict=True):
        if script.stressed:
            louder(cut, word.start_s, word.end_s, STRESS_DB)
    return _Line(cut, moved, timing)


def _words(
    sentence: Sentence, tokens: Sequence[TimedToken], end_s: float
) -> tuple[SpokenWord, ...]:
    """Script words with the times of the spoken text that each stands for; () when none fit.

    Engines run small words together ("in the"): those without a time of their own share that of
    the word before, by their letters. What is not spoken (an emoji) is shown with it.
    """
    starts: list[tuple[float, float] | None] = []
    at = 0
    for word in sentence.words:
        until = at + len(word.spoken)
        mine = [token for token in tokens if at <= token.at < until]
        last = min(mine[-1].end_s, max(end_s, mine[0].start_s)) if mine else 0.0
        starts.append((mine[0].start_s, last) if mine else None)
        at = until + 1 if word.spoken else at
    if starts[_first_spoken(sentence)] is None:
        return ()
    return tuple(
        SpokenWord(word.text, start, end)
        for word, (start, end) in zip(sentence.words, _shared(sentence, starts), strict=True)
    )


def _first_spoken(sentence: Sentence) -> int:
    return next(number for number, word in enumerate(sentence.words) if word.spoken)


def _shared(
    sentence: Sentence, known: Sequence[tuple[float, float] | None]
) -> list[tuple[float, float]]:
    """A span for every word: each known one is divided among itself and those that follow it."""
    first = next(span for span in known if span is not None)
    found: list[tuple[float, float]] = []
    number = 0
    while number < len(known):
        span = known[number]
        group = number + 1
        while group < len(known) and known[group] is None:
            group += 1
        # What stands before the first word that is heard begins and ends with it.
        start, end = span or (first[0], first[0])
        letters = [len(word.spoken) for word in sentence.words[number:group]]
        length, total = end - start, sum(letters) or 1
        for count in letters:
            until = start + length * count / total
            found.append((start, until))
            start = until
        number = group
    return found


def _unspoken(sentence: Sentence, at: float) -> list[NarratedSentence]:
    """What is only shown, for as long as the silence lasts."""
    if not sentence.words:
        return []
    end = at + sentence.pause_s
    words = tuple(SpokenWord(word.text, at, end) for word in sentence.words)
    return [NarratedSentence(sentence.text, at, end, words, False)]


def _placed(sentence: Sentence, line: _Line, at: float, anew: bool) -> NarratedSentence:
    words = tuple(SpokenWord(word.text, word.start_s + at, word.end_s + at) for word in line.words)
    end = at + len(line.samples) / RATE
    return NarratedSentence(sentence.text, at, end, words, anew)
