"""Voice-overs by the engine that is always there: heard when they say, made anew when changed."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from gator_engine.adapters.voices._alignment import align
from gator_engine.adapters.voices._waves import RATE, levels, samples_of
from gator_engine.adapters.voices.espeak import Espeak
from gator_engine.adapters.voices.narrator import SentenceNarrator
from gator_engine.config import Settings
from gator_engine.domain.video.script import VoiceChoice
from gator_engine.errors import Cancelled, ConfigError, InvalidInput
from gator_engine.ports import Narration, SpeechRequest, Utterance, VoiceInfo
from tests.services.speech_server import GAP_S, TONE_S, tones

ENGLISH = VoiceChoice("espeak", "en-us")


class Quiet:
    """A run that nobody watches, or that is stopped after so many looks."""

    def __init__(self, looks: int = 10_000) -> None:
        self.looks = looks

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        self.looks -= 1
        self.check()

    def check(self) -> None:
        if self.looks < 0:
            raise Cancelled


class Beeper:
    """A hand-written engine at the port: a tone for each word, and no times of its own."""

    slug, label, rank, origin = "beeper", "Beeper", 1, "designed"

    def __init__(self, language: str = "sv") -> None:
        self._language = language

    def missing(self) -> str:
        return ""

    def voices(self) -> list[VoiceInfo]:
        return [VoiceInfo("a", "A", self._language, "none")]

    def speak(self, request: SpeechRequest) -> Utterance:
        return Utterance(tones(request.text), model="beeper")


@pytest.fixture
def narrator(gator_home: Path) -> SentenceNarrator:
    return SentenceNarrator(Settings(home=gator_home))


def sound(made: Narration) -> np.ndarray:
    with wave.open(io.BytesIO(made.wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32767


def test_a_fresh_machine_speaks_every_word_in_order(narrator: SentenceNarrator) -> None:
    script = "Good morning. Today we glaze *three* bowls!\n\nSee you."
    made = narrator.narrate(script, VoiceChoice(""), Quiet())
    said = [word.text for word in made.words]
    assert " ".join(said) == "Good morning. Today we glaze three bowls! See you."
    starts = [word.start_s for word in made.words]
    assert starts == sorted(starts) and made.words[-1].end_s <= made.duration_s + 0.01
    assert len(sound(made)) == pytest.approx(made.duration_s * RATE, abs=1)
    assert made.licence and made.engine


def test_words_begin_where_the_sound_does(narrator: SentenceNarrator) -> None:
    """Words with silence around them: the onset of energy is a judge of its own."""
    made = narrator.narrate("Tap. [pause 1] Cup. [pause 1] Pot.", ENGLISH, Quiet())
    heard = levels(sound(made)) > 0.03
    edges = np.flatnonzero(heard[1:] & ~heard[:-1]) + 1
    onsets = [0.0 if heard[0] else float(edges[0]) * 0.005]
    for edge in edges * 0.005:
        if edge - onsets[-1] > 0.6:
            onsets.append(float(edge))
    assert len(onsets) == 3
    for word, onset in zip(made.words, onsets, strict=True):
        assert abs(word.start_s - onset) <= 0.08


def test_alignment_agrees_with_the_engines_own_times(gator_home: Path) -> None:
    text = "My name is Villeneuve and the kiln opens at seven every morning"
    said = Espeak(Settings(home=gator_home)).speak(SpeechRequest(text, "en-us", "en"))
    found = align(samples_of(said.wav, "espeak"), text, "en-GB")
    assert [token.at for token in found] == [token.at for token in said.tokens]
    gaps = [abs(a.start_s - b.start_s) for a, b in zip(found, said.tokens, strict=True)]
    assert max(gaps) <= 0.08


def test_words_that_run_together_share_their_time(narrator: SentenceNarrator) -> None:
    made = narrator.narrate("It opens in the morning of the third day.", ENGLISH, Quiet())
    assert made.timing == "engine"
    starts = [word.start_s for word in made.words]
    assert starts == sorted(set(starts))


def test_a_language_nobody_aligns_is_estimated_and_says_so(gator_home: Path) -> None:
    narrator = SentenceNarrator(Settings(home=gator_home), [Beeper()])
    made = narrator.narrate("ett två tre", VoiceChoice("", language="sv"), Quiet())
    assert made.timing == "estimated"
    assert made.words[0].start_s == pytest.approx(0.03, abs=0.02)
    assert made.words[-1].end_s == pytest.approx(made.duration_s - 0.03, abs=0.02)
    assert made.duration_s == pytest.approx(3 * TONE_S + 2 * GAP_S + 0.06, abs=0.03)


def test_only_the_sentence_that_changed_is_made_anew(narrator: SentenceNarrator) -> None:
    first = narrator.narrate("One day. Two bowls. Three cups.", ENGLISH, Quiet())
    assert [one.made_anew for one in first.sentences] == [True, True, True]
    second = narrator.narrate("One day. Two plates. Three cups.", ENGLISH, Quiet())
    assert [one.made_anew for one in second.sentences] == [False, True, False]
    whole, again = sound(first), sound(second)
    one = first.sentences[0]
    assert np.array_equal(whole[: int(one.end_s * RATE)], again[: int(one.end_s * RATE)])


def test_a_damaged_cache_is_made_again(narrator: SentenceNarrator, gator_home: Path) -> None:
    first = narrator.narrate("One day.", ENGLISH, Quiet())
    for path in (gator_home / "cache" / "speech").glob("*.npz"):
        path.write_bytes(path.read_bytes()[:40])
    second = narrator.narrate("One day.", ENGLISH, Quiet())
    assert second.sentences[0].made_anew
    assert second.duration_s == pytest.approx(first.duration_s, abs=0.01)


def test_pauses_stress_and_speed_are_heard(narrator: SentenceNarrator) -> None:
    plain = narrator.narrate("We use clay. And water.", ENGLISH, Quiet())
    longer = narrator.narrate("We use clay. [pause 2] And water.", ENGLISH, Quiet())
    assert longer.duration_s - plain.duration_s == pytest.approx(2 - 0.28, abs=0.01)
    stressed = narrator.narrate("We use *clay*. And water.", ENGLISH, Quiet())
    word = stressed.words[2]
    span = slice(int((word.start_s + 0.03) * RATE), int((word.end_s - 0.03) * RATE))
    loud, quiet = (np.abs(sound(made)[span]).mean() for made in (stressed, plain))
    assert 1.25 < loud / quiet < 1.45
    slow = narrator.narrate("We use clay.", VoiceChoice("espeak", "en-us", speed=0.6), Quiet())
    assert slow.duration_s > 1.3 * plain.sentences[0].end_s


def test_lines_come_out_equally_loud_and_unclipped(narrator: SentenceNarrator) -> None:
    made = narrator.narrate("Ah. Sixty six sticks in the fire, brother!", ENGLISH, Quiet())
    samples = sound(made)
    loud = []
    for one in made.sentences:
        part = samples[int(one.start_s * RATE) : int(one.end_s * RATE)]
        voice = part[np.abs(part) > np.abs(part).max() * 0.02]
        loud.append(10 * np.log10((voice**2).mean()))
    assert abs(loud[0] - loud[1]) < 2.5
    assert np.abs(samples).max() <= 0.9


def test_stopping_works_between_sentences(narrator: SentenceNarrator) -> None:
    with pytest.raises(Cancelled):
        narrator.narrate("One. Two. Three.", ENGLISH, Quiet(looks=1))


def test_a_choice_is_filled_in_or_refused(narrator: SentenceNarrator) -> None:
    german = narrator.choose(VoiceChoice("", language="de"))
    assert german.engine == "espeak" and german.voice == "de"
    assert narrator.choose(VoiceChoice("espeak", language="en")).voice == "en-us"
    with pytest.raises(InvalidInput, match="unknown"):
        narrator.choose(VoiceChoice("nobody"))
    with pytest.raises(InvalidInput, match="no voice here speaks"):
        narrator.choose(VoiceChoice("", language="xx"))
    with pytest.raises(ConfigError, match="pip install"):
        narrator.choose(VoiceChoice("kokoro"))
    with pytest.raises(InvalidInput, match="has no"):
        narrator.choose(VoiceChoice("espeak", "nobody"))
