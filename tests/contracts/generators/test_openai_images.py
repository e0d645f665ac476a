"""The generator that asks an OpenAI-compatible images service, against a local one."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from gator_engine.adapters.generators._openai_images.asking import size_for
from gator_engine.adapters.generators.openai_images import OpenAiImages
from gator_engine.config import Settings
from gator_engine.domain.briefs import BriefKind, Fragment
from gator_engine.errors import (
    AuthExpired,
    Cancelled,
    ConfigError,
    ExternalError,
    InvalidInput,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from gator_engine.ports import GenerateRequest, GenerateResult
from tests.media.diffusers.conftest import PROFILE, PROMPT, RecordingRun
from tests.services.image_api_server import (
    KEY,
    ImageApi,
    draws,
    fails,
    image_api,
    picture,
    says,
)

OPENAI_SIZES = "1024x1024,1536x1024,1024x1536"


@pytest.fixture
def api() -> Iterator[ImageApi]:
    with image_api() as running:
        yield running


def request(**more: Any) -> GenerateRequest:
    given: dict[str, Any] = {"kind": BriefKind.IMAGE, "compiled": PROMPT, "profile": PROFILE}
    return GenerateRequest(**{**given, "size": (1024, 1024), "count": 1, "seed": 5, **more})


def make(api: ImageApi, asked: GenerateRequest | None = None, **settings: Any) -> GenerateResult:
    generator = OpenAiImages(api.settings(**settings))
    return generator.generate(asked or request(), RecordingRun())


def test_the_request_says_what_was_asked_and_nothing_else(api: ImageApi) -> None:
    make(api, request(settings={"quality": "high"}))
    told = api.asked[0]
    assert told == {
        "model": "tiny-painter",
        "prompt": "31-year-old adult, a red chair\n\nDo not show: gore.",
        "n": 1,
        "size": "1024x1024",
        "quality": "high",
        "seed": 5,
    }
    assert api.keys == [f"Bearer {KEY}"]


def test_usage_and_cost_are_recorded(api: ImageApi) -> None:
    parameters = make(api).files[0].parameters
    assert parameters["usage"] == {
        "input_tokens": 9,
        "output_tokens": 200,
        "total_tokens": 209,
        "cost": 0.04,
    }
    assert parameters["cost"] == 0.04
    assert parameters["prompt"].startswith("31-year-old adult")
    assert KEY not in repr(parameters)


def test_the_file_is_kept_byte_for_byte(api: ImageApi) -> None:
    assert make(api).files[0].data == picture(1024, 1024, 5)


@pytest.mark.parametrize(
    ("wanted", "size"),
    [
        ((1080, 1080), (1024, 1024)),
        ((1080, 1350), (1024, 1536)),
        ((1080, 1920), (1024, 1536)),
        ((1920, 1080), (1536, 1024)),
    ],
)
def test_the_nearest_offered_shape_is_asked_for(
    wanted: tuple[int, int], size: tuple[int, int]
) -> None:
    assert size_for(wanted, OPENAI_SIZES) == size


def test_any_size_is_taken_in_steps_of_sixteen() -> None:
    assert size_for((1080, 1350), "any") == (1072, 1344)


@pytest.mark.parametrize("sizes", ["1024", "0x0", "big", "1024x1024,"])
def test_sizes_that_are_none_stop_the_start(sizes: str) -> None:
    from gator_engine.config import load_settings

    with pytest.raises(ConfigError, match="GATOR_IMAGE_API_SIZES"):
        load_settings(image_api_sizes=sizes)


def test_another_shape_is_kept_and_said_aloud(api: ImageApi) -> None:
    result = make(api, request(size=(1080, 1920)))
    assert any("1024×1536 came back; nothing was cropped" in note for note in result.notes)
    assert size_of(result) == (1024, 1536)


@pytest.mark.parametrize("fit", ["crop", "letterbox"])
def test_a_person_may_choose_to_fit_it(api: ImageApi, fit: str) -> None:
    result = make(api, request(size=(1080, 1920), settings={"fit": fit}))
    assert size_of(result) == (1080, 1920)
    assert result.files[0].parameters["width"] == 1024
    assert result.files[0].parameters["shown_width"] == 1080
    assert any("content credentials, they are carried along" in note for note in result.notes)
    # The file as it came goes with it, so that its credentials can be.
    assert result.files[0].received and result.files[0].received != result.files[0].data


def test_a_service_without_seeds_says_so(api: ImageApi) -> None:
    result = make(api, image_api_takes_seed=False)
    assert "seed" not in api.asked[0]
    assert any("no seed" in note for note in result.notes)


def test_weights_are_not_passed_over_in_silence(api: ImageApi) -> None:
    compiled = replace(PROMPT, fragments=(Fragment("a chair", "brief.prompt", 1.4),))
    assert any("no weights" in note for note in make(api, request(compiled=compiled)).notes)


# ---------------------------------------------------------------------- edits


def test_a_source_goes_to_edits(api: ImageApi) -> None:
    make(api, request(pictures={"source": picture(64, 64, 2, "JPEG")}))
    assert api.files == [{"image:picture-0.jpg": picture(64, 64, 2, "JPEG")}]
    assert api.asked[0]["size"] == "1024x1024"


def test_references_come_after_the_source(api: ImageApi) -> None:
    source, reference = picture(64, 64, 2), picture(32, 32, 3, "WEBP")
    make(api, request(pictures={"source": source}, references=(reference,)))
    assert api.files == [{"image[]:picture-0.png": source, "image[]:picture-1.webp": reference}]


def test_a_mask_becomes_transparent_where_it_is_white(api: ImageApi) -> None:
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (0, 0, 32, 64))
    data = io.BytesIO()
    mask.save(data, "PNG")
    make(api, request(pictures={"source": picture(64, 64, 2), "mask": data.getvalue()}))
    sent = Image.open(io.BytesIO(api.files[0]["mask:mask.png"]))
    assert sent.getpixel((5, 5))[3] == 0 and sent.getpixel((60, 5))[3] == 255  # type: ignore[index]


@pytest.mark.parametrize("broken", [b"no picture", b"\x89PNG\r\n\x1a\n", picture(64, 64, 2)[:60]])
def test_what_is_no_picture_is_refused_by_name_and_not_sent(api: ImageApi, broken: bytes) -> None:
    whole = picture(64, 64, 2)
    for name, more in (
        ("settings.source", {"pictures": {"source": broken}}),
        ("settings.mask", {"pictures": {"source": whole, "mask": broken}}),
        ("settings.references", {"references": (whole, broken)}),
    ):
        with pytest.raises(InvalidInput, match="no picture") as caught:
            make(api, request(**more))
        assert caught.value.field == name
    assert api.files == []


def test_a_mask_of_another_size_or_without_a_picture_is_refused(api: ImageApi) -> None:
    with pytest.raises(InvalidInput, match=r"mask.*64×64"):
        make(api, request(pictures={"source": picture(64, 64, 2), "mask": picture(32, 32, 1)}))
    with pytest.raises(InvalidInput, match="needs the picture"):
        make(api, request(pictures={"mask": picture(32, 32, 1)}))
    assert api.asked == []


# ---------------------------------------------------------------------- addresses


def test_a_picture_behind_an_address_is_fetched_with_the_key_of_its_own_host(
    api: ImageApi,
) -> None:
    address = api.url.removesuffix("/v1") + "/files/picture.png"
    api.script = [says({"data": [{"url": address}]})]
    assert make(api).files[0].data == picture(64, 64, 3)
    assert api.fetched == [f"Bearer {KEY}"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/secret.png", "http://169.254.169.254/latest", "http://[::1]/x"]
)
def test_an_address_into_a_private_network_is_refused(api: ImageApi, url: str) -> None:
    api.script = [says({"data": [{"url": url}]})]
    with pytest.raises(InvalidInput, match="private network"):
        make(api)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "data:image/png;base64,AAAA", "", None])
def test_an_address_of_another_kind_is_refused(api: ImageApi, url: object) -> None:
    api.script = [says({"data": [{"url": url}]})]
    with pytest.raises(Rejected, match="neither a picture nor its address"):
        make(api)


# ---------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "moderation_blocked", Rejected),
        (400, "content_policy_violation", Rejected),
        (403, "", Rejected),
        (404, "", Rejected),
        (429, "insufficient_quota", Rejected),
        (500, "", Transient),
        (503, "", Transient),
        (504, "", OutcomeUnknown),
    ],
)
def test_refusals_come_with_the_vendors_words(
    api: ImageApi, status: int, code: str, expected: type[ExternalError]
) -> None:
    api.script = [fails(status, f"why {KEY}", code, x_request_id="r-1")]
    with pytest.raises(expected, match="why") as caught:
        make(api)
    assert type(caught.value) is expected
    assert caught.value.correlation_id == "r-1"
    assert caught.value.code == (code or "e")
    assert KEY not in str(caught.value)


def test_a_refused_key_is_named(api: ImageApi) -> None:
    api.script = [fails(401, f"Incorrect API key {KEY}", "invalid_api_key")]
    with pytest.raises(AuthExpired, match="GATOR_IMAGE_API_KEY") as caught:
        make(api)
    assert KEY not in str(caught.value)


def test_too_many_requests_say_when_to_return(api: ImageApi) -> None:
    api.script = [fails(429, "slow down", "rate_limit_exceeded", retry_after="7")]
    with pytest.raises(RateLimited) as caught:
        make(api)
    assert caught.value.retry_after == 7


def test_an_answer_that_is_no_json_may_have_been_billed(api: ImageApi) -> None:
    from starlette.responses import PlainTextResponse

    api.script = [lambda _: PlainTextResponse("<html>")]
    with pytest.raises(OutcomeUnknown, match="cannot be read"):
        make(api)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"data": []}, "no picture"),
        ({"data": None}, "no picture"),
        ([], "no picture"),
        ({"data": [{"b64_json": "no base64!"}]}, "damaged"),
        ({"data": [{"b64_json": base64.b64encode(b"GIF89a").decode()}]}, "no whole PNG"),
        (
            {"data": [{"b64_json": base64.b64encode(picture(400, 400, 1)[:60]).decode()}]},
            "no whole",
        ),
    ],
)
def test_answers_without_a_whole_picture_are_refused(
    api: ImageApi, body: object, words: str
) -> None:
    api.script = [says(body)]
    with pytest.raises(Rejected, match=words):
        make(api)


def test_a_picture_beyond_the_limit_is_refused(api: ImageApi) -> None:
    with pytest.raises(Rejected, match="1024×1024"):
        make(api, max_image_megapixels=0.5)


def test_a_stalled_service_may_have_made_it(api: ImageApi) -> None:
    def stall(asked: dict[str, Any]) -> Any:
        time.sleep(2)
        return draws(asked)

    api.script = [stall]
    with pytest.raises(OutcomeUnknown, match="no answer"):
        make(api, image_timeout_s=1)


def test_nobody_there_is_transient(api: ImageApi) -> None:
    with pytest.raises(Transient, match="not reached"):
        make(api, image_api_url="http://127.0.0.1:9/v1")


def test_stopping_does_not_wait_for_the_service(api: ImageApi) -> None:
    def slow(asked: dict[str, Any]) -> Any:
        time.sleep(1.5)
        return draws(asked)

    class Impatient(RecordingRun):
        def check(self) -> None:
            super().check()
            if self.checks > 2:
                raise Cancelled("Stopped.")

    api.script = [slow]
    with pytest.raises(Cancelled):
        OpenAiImages(api.settings()).generate(request(count=3), Impatient())
    assert len(api.asked) <= 1


def test_what_is_missing_is_named() -> None:
    assert "GATOR_IMAGE_API_URL" in OpenAiImages(Settings()).missing()
    assert "not a web address" in OpenAiImages(Settings(image_api_url="ftp://x")).missing()
    without_model = OpenAiImages(Settings(image_api_url="https://api.example/v1"))
    assert "GATOR_IMAGE_API_MODEL" in without_model.missing()
    with pytest.raises(InvalidInput):
        without_model.generate(request(), RecordingRun())


def size_of(result: GenerateResult) -> tuple[int, int]:
    with Image.open(io.BytesIO(result.files[0].data)) as opened:
        return opened.size
