"""One suite for every speech engine: found by discovery, ready ones really speak."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, Response

from gator_engine.adapters.voices import discover
from gator_engine.config import Settings
from gator_engine.errors import (
    AuthExpired,
    CapabilityError,
    ConfigError,
    GatorError,
    InvalidInput,
    RateLimited,
    Rejected,
    Transient,
)
from gator_engine.ports import SpeechRequest, VoiceEngine
from tests.services.speech_server import KEY, SpeechApi, speech_api

SLUGS = [engine.slug for engine in discover(Settings())]
REMOTE = ("openai_speech", "elevenlabs")
TEXT = "The kiln opens at seven."


@pytest.fixture
def api() -> Iterator[SpeechApi]:
    with speech_api() as running:
        yield running


@pytest.fixture
def engine(request: pytest.FixtureRequest, api: SpeechApi, gator_home: Path) -> VoiceEngine:
    """The engine of the test's parameter, with the stand-in services set up."""
    found = {one.slug: one for one in discover(api.settings(home=gator_home))}
    return found[request.param]


def test_the_engines_are_found_best_first() -> None:
    assert {"espeak", "flite", "piper", "kokoro", *REMOTE} <= set(SLUGS)
    assert SLUGS[-1] == "espeak"


@pytest.mark.parametrize("engine", SLUGS, indirect=True)
def test_what_is_missing_is_said_and_no_voice_is_promised(engine: VoiceEngine) -> None:
    missing = engine.missing()
    assert bool(missing) != bool(engine.voices())
    if missing:
        with pytest.raises(ConfigError):
            engine.speak(SpeechRequest(TEXT, "any", "en"))


@pytest.mark.parametrize("engine", SLUGS, indirect=True)
def test_a_ready_engine_speaks_and_tells_who(engine: VoiceEngine) -> None:
    if engine.missing():
        pytest.skip(f"{engine.label}: {engine.missing()}")
    voice = next(v for v in engine.voices() if v.language.split("-")[0] in ("en", "mul"))
    assert voice.licence
    said = engine.speak(SpeechRequest(TEXT, voice.slug, "en"))
    with wave.open(io.BytesIO(said.wav)) as sound:
        length = sound.getnframes() / sound.getframerate()
    assert 0.5 < length < 10
    assert said.model
    for token, later in pairwise(said.tokens):
        assert 0 <= token.start_s <= token.end_s <= length + 0.05
        assert token.at < later.at and token.start_s <= later.start_s


@pytest.mark.parametrize("engine", ["espeak"], indirect=True)
def test_slower_speech_takes_longer(engine: VoiceEngine) -> None:
    slow, quick = (
        len(engine.speak(SpeechRequest(TEXT, "en-us", "en", speed)).wav) for speed in (0.6, 1.6)
    )
    assert slow > 1.8 * quick


@pytest.mark.parametrize("engine", ["espeak"], indirect=True)
def test_every_voice_that_is_offered_is_taken(engine: VoiceEngine) -> None:
    """Some know no Latin letters and stay silent; none may be refused."""
    silent = []
    for voice in engine.voices():
        said = engine.speak(SpeechRequest("1 2", voice.slug, voice.language))
        silent += [voice.slug] if len(said.wav) < 2000 else []
    assert not {"en-gb", "en-us", "de", "fr-fr", "es", "it", "pt-br", "ru", "cmn"} & set(silent)


@pytest.mark.parametrize("engine", ["espeak"], indirect=True)
def test_an_unknown_voice_is_named(engine: VoiceEngine) -> None:
    with pytest.raises(InvalidInput, match="nobody"):
        engine.speak(SpeechRequest(TEXT, "nobody", "en"))


FAULTS = [
    (
        lambda asked: JSONResponse({"error": {"code": "bad_key", "message": "No."}}, 401),
        AuthExpired,
    ),
    (lambda asked: JSONResponse({"detail": {"status": "busy"}}, 429), RateLimited),
    (lambda asked: JSONResponse({"error": {"message": "no such voice"}}, 404), Rejected),
    (lambda asked: Response("<html>oh</html>", 502), Transient),
]


@pytest.mark.parametrize("engine", REMOTE, indirect=True)
@pytest.mark.parametrize("reply,kind", FAULTS, ids=["401", "429", "404", "502"])
def test_a_service_that_refuses_is_told_apart(
    engine: VoiceEngine, api: SpeechApi, reply: object, kind: type[GatorError]
) -> None:
    api.script.append(reply)  # type: ignore[arg-type]
    with pytest.raises(kind) as raised:
        engine.speak(SpeechRequest(TEXT, "alloy", "en"))
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("engine", REMOTE, indirect=True)
def test_a_service_gets_the_text_the_voice_and_the_key(engine: VoiceEngine, api: SpeechApi) -> None:
    engine.speak(SpeechRequest(TEXT, "nova", "en", 1.1))
    assert KEY in api.keys[0]
    told = api.asked[0]
    assert TEXT in (told.get("input"), told.get("text"))
    assert told["voice"] == "nova"


@pytest.mark.parametrize("engine", ["elevenlabs"], indirect=True)
def test_times_of_characters_become_times_of_words(engine: VoiceEngine) -> None:
    said = engine.speak(SpeechRequest("one two three", "v1", "en"))
    assert [token.at for token in said.tokens] == [0, 4, 8]
    assert [round(token.start_s, 2) for token in said.tokens] == [0.15, 0.55, 0.95]


@pytest.mark.parametrize("engine", ["elevenlabs"], indirect=True)
def test_a_damaged_answer_and_an_impossible_speed_are_refused(
    engine: VoiceEngine, api: SpeechApi
) -> None:
    api.script.append(lambda asked: JSONResponse({"audio_base64": "not base64!"}))
    with pytest.raises(Rejected, match="damaged"):
        engine.speak(SpeechRequest(TEXT, "v1", "en"))
    with pytest.raises(CapabilityError, match="speed of 2"):
        engine.speak(SpeechRequest(TEXT, "v1", "en", 2.0))


def test_a_piper_voice_in_the_folder_is_found_and_read(
    gator_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program is a stand-in at the border of our house: it writes what it was told."""
    program = tmp_path / "piper"
    program.write_text(
        "#!/usr/bin/env python3\n"
        "import sys, wave, pathlib\n"
        "args = dict(zip(sys.argv[1::2], sys.argv[2::2]))\n"
        "said = pathlib.Path(args['--input-file']).read_text().split()\n"
        "with wave.open(args['--output-file'], 'wb') as out:\n"
        "    out.setnchannels(1); out.setsampwidth(2); out.setframerate(22050)\n"
        "    out.writeframes(b'\\x10\\x20' * 4000 * len(said))\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    folder = gator_home / "models" / "voices" / "piper"
    folder.mkdir(parents=True)
    (folder / "en_GB-alba-medium.onnx").write_bytes(b"weights")
    (folder / "en_GB-alba-medium.onnx.json").write_text('{"language": {"code": "en_GB"}}')
    piper = {one.slug: one for one in discover(Settings(home=gator_home))}["piper"]
    (voice,) = piper.voices()
    assert (voice.slug, voice.language) == ("en_GB-alba-medium", "en-GB")
    said = piper.speak(SpeechRequest("--version one two", voice.slug, "en"))
    with wave.open(io.BytesIO(said.wav)) as sound:
        assert sound.getnframes() == 12_000
