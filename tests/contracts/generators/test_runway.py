"""The generator that asks Runway, through its official SDK, against a local stand-in."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from starlette.responses import Response

from gator_engine.adapters.generators.runway import Runway
from gator_engine.domain.briefs import BriefKind, Fragment
from gator_engine.errors import (
    AuthExpired,
    Cancelled,
    InvalidInput,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from gator_engine.ports import GenerateRequest, GenerateResult
from tests.media.diffusers.conftest import PROFILE, PROMPT, RecordingRun
from tests.services.runway_server import (
    CREDITS,
    DONE,
    KEY,
    PENDING,
    RUNNING,
    THROTTLED,
    RunwayApi,
    fails,
    film,
    runway_api,
)


@pytest.fixture
def api() -> Iterator[RunwayApi]:
    with runway_api() as running:
        yield running


def request(**more: Any) -> GenerateRequest:
    given: dict[str, Any] = {"kind": BriefKind.VIDEO, "compiled": PROMPT, "profile": PROFILE}
    return GenerateRequest(**{**given, "size": (1080, 1920), "count": 1, "seed": 5, **more})


def make(
    api: RunwayApi,
    asked: GenerateRequest | None = None,
    run: RecordingRun | None = None,
    **settings: Any,
) -> GenerateResult:
    generator = Runway(api.settings(**settings))
    return generator.generate(asked or request(), run or RecordingRun())


def picture(width: int = 64, height: int = 64, noisy: bool = False) -> bytes:
    image = Image.effect_noise((width, height), 90) if noisy else Image.new("RGB", (width, height))
    data = io.BytesIO()
    image.convert("RGB").save(data, "PNG")
    return data.getvalue()


def test_words_become_a_task_and_its_file_is_kept_byte_for_byte(api: RunwayApi) -> None:
    run = RecordingRun()
    result = make(api, request(settings={"duration": 4}), run)
    assert api.asked == [
        (
            "/v1/text_to_video",
            {
                "model": "gen4.5",
                "promptText": "31-year-old adult, a red chair",
                "ratio": "720:1280",
                "duration": 4,
                "seed": 5,
            },
        )
    ]
    assert result.files[0].data == film("720:1280", 5)
    stages = [stage for _, stage, _ in run.told]
    assert any("in the queue" in stage for stage in stages)
    assert any("50%" in stage for stage in stages)


def test_what_it_cost_and_what_came_is_on_record(api: RunwayApi) -> None:
    result = make(api)
    told = result.files[0].parameters
    assert told["credits"] == CREDITS
    assert told["task"] in api.tasks
    assert (told["width"], told["height"], told["frames"], told["fps"]) == (72, 128, 5, 24.0)
    assert KEY not in repr(result)
    assert any("gore" in note for note in result.notes)
    assert any("72×128" in note for note in result.notes)


def test_a_picture_is_sent_and_set_in_motion(api: RunwayApi) -> None:
    shown = picture()
    asked = request(settings={"source": "id"}, pictures={"source": shown})
    result = make(api, asked)
    path, body = api.asked[0]
    assert path == "/v1/image_to_video"
    assert base64.b64decode(body["promptImage"].partition("base64,")[2]) == shown
    assert body["ratio"] == "960:960"
    assert result.files[0].parameters["source"] == "id"
    assert "prompt_image" not in result.files[0].parameters


def test_a_picture_of_another_shape_is_said_to_be_cut(api: RunwayApi) -> None:
    asked = request(settings={"source": "id"}, pictures={"source": picture(200, 70)})
    assert any("cuts off" in note for note in make(api, asked).notes)


def test_a_picture_too_large_for_a_request_goes_as_jpeg(api: RunwayApi) -> None:
    asked = request(settings={"source": "id"}, pictures={"source": picture(1500, 1500, noisy=True)})
    make(api, asked)
    assert api.asked[0][1]["promptImage"].startswith("data:image/jpeg;base64,")


def test_a_throttled_task_is_waited_for(api: RunwayApi) -> None:
    api.looks = [THROTTLED, THROTTLED, PENDING, DONE]
    run = RecordingRun()
    assert make(api, run=run).files
    assert any("waiting for a free place" in stage for _, stage, _ in run.told)


def test_a_moderated_task_is_told_in_the_vendors_words(api: RunwayApi) -> None:
    said = "Our moderators think otherwise."
    api.looks = [
        PENDING,
        {"status": "FAILED", "failure": said, "failureCode": "SAFETY.INPUT.TEXT"},
    ]
    with pytest.raises(Rejected, match=said) as caught:
        make(api)
    assert caught.value.code == "SAFETY.INPUT.TEXT"


def test_a_task_cancelled_elsewhere_is_no_video(api: RunwayApi) -> None:
    api.looks = [{"status": "CANCELLED"}]
    with pytest.raises(Rejected, match="cancelled there"):
        make(api)


@pytest.mark.parametrize("at", ["in the queue", "50%", "fetching"])
def test_a_stop_takes_the_task_back(api: RunwayApi, at: str) -> None:
    with pytest.raises(Cancelled):
        make(api, run=RecordingRun(stop_when=lambda stage: at in stage))
    assert api.deleted == list(api.tasks)


def test_a_stop_while_the_task_is_being_made_takes_it_back_too(api: RunwayApi) -> None:
    with pytest.raises(Cancelled):
        make(api, run=RecordingRun(stop_when=lambda stage: "asking" in stage))
    until = time.monotonic() + 10
    while not (api.tasks and api.deleted) and time.monotonic() < until:
        time.sleep(0.02)
    assert api.deleted == list(api.tasks)


def test_a_stop_that_runway_does_not_hear_is_said(api: RunwayApi) -> None:
    api.replies["delete"] = [fails(500, "Try later")]
    with pytest.raises(Cancelled, match="may go on there"):
        make(api, run=RecordingRun(stop_when=lambda stage: "50%" in stage))


def slow() -> Response:
    time.sleep(1.5)
    return Response(status_code=504)


@pytest.mark.parametrize("reply", [slow, fails(504, "Gateway"), fails(500, "Oops")])
def test_no_answer_to_create_is_an_unknown_outcome_and_never_a_second_task(
    api: RunwayApi, reply: Any
) -> None:
    api.replies["create"] = [reply]
    with pytest.raises(OutcomeUnknown):
        make(api, image_timeout_s=1)
    assert len(api.asked) == 1


def test_a_service_that_is_not_there_made_nothing(api: RunwayApi) -> None:
    with pytest.raises(Transient, match="not reached"):
        make(api, runway_url="http://127.0.0.1:9")


def test_looks_may_fail_and_the_task_is_followed_on(api: RunwayApi) -> None:
    api.replies["look"] = [fails(502, "Bad gateway"), fails(429, "Slow down", retry_after="1")]
    assert make(api).files
    assert len(api.asked) == 1


def test_a_task_out_of_sight_is_an_unknown_outcome_with_its_id(api: RunwayApi) -> None:
    api.replies["look"] = [fails(502, "Bad gateway")] * 50
    with pytest.raises(OutcomeUnknown) as caught:
        make(api)
    assert caught.value.correlation_id in api.tasks
    assert len(api.asked) == 1


def test_an_expired_address_is_asked_for_once_more(api: RunwayApi) -> None:
    api.replies["file"] = [fails(403, "Request has expired")]
    assert make(api).files
    assert len(api.asked) == 1


def test_an_address_that_stays_expired_says_what_to_do(api: RunwayApi) -> None:
    api.replies["file"] = [fails(403, "Request has expired")] * 2
    with pytest.raises(Rejected, match="still stands in your Runway account") as caught:
        make(api)
    assert caught.value.code == "expired"


def test_the_key_goes_to_the_api_alone(api: RunwayApi) -> None:
    make(api)
    assert api.headers[0]["authorization"] == f"Bearer {KEY}"
    assert api.fetched == [""]


def test_an_output_inside_a_private_network_is_not_fetched(api: RunwayApi) -> None:
    api.outputs = ["http://127.0.0.2:8/secret.mp4"]
    with pytest.raises(InvalidInput, match="private network"):
        make(api)


def test_what_is_no_video_is_refused(api: RunwayApi) -> None:
    api.replies["file"] = [lambda: Response(b"<html>no video</html>")]
    with pytest.raises(Rejected, match="no whole video"):
        make(api)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Rejected), (401, AuthExpired), (402, Rejected), (429, RateLimited)]
)
def test_refusals_carry_the_vendors_words(api: RunwayApi, status: int, kind: Any) -> None:
    api.replies["create"] = [fails(status, "You shall not pass", retry_after="7")]
    with pytest.raises(kind, match="You shall not pass") as caught:
        make(api)
    if kind is RateLimited:
        assert caught.value.retry_after == 7


def test_a_validation_problem_names_the_field(api: RunwayApi) -> None:
    body = b'{"error": "Validation failed", "issues": [{"path": ["ratio"], "message": "Bad"}]}'
    api.replies["create"] = [lambda: Response(body, 400, media_type="application/json")]
    with pytest.raises(Rejected, match="ratio: Bad"):
        make(api)


def test_a_prompt_beyond_the_limit_is_refused_before_anything_is_sent(api: RunwayApi) -> None:
    long = replace(PROMPT, fragments=(Fragment("x" * 1001, "brief.prompt"),))
    with pytest.raises(InvalidInput, match="1000") as caught:
        make(api, request(compiled=long))
    assert caught.value.field == "prompt"
    assert not api.asked


def test_several_videos_are_several_tasks(api: RunwayApi) -> None:
    api.looks = [RUNNING, DONE]
    result = make(api, request(count=2))
    assert [body["seed"] for _, body in api.asked] == [5, 6]
    assert len({file.parameters["task"] for file in result.files}) == 2


def test_it_says_what_is_missing() -> None:
    from gator_engine.config import Settings

    assert "GATOR_RUNWAY_API_KEY" in Runway(Settings()).missing()
    assert "not a web" in Runway(Settings(runway_api_key=KEY, runway_url="nowhere")).missing()
