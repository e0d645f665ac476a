"""What `up` would run: which processes, told what, at which addresses."""

from __future__ import annotations

import pytest

from gator_engine.config import Settings, load_settings
from gator_engine.errors import ConfigError
from workers.parts import _devices, address, background_parts, environment, web_command
from workers.rq_worker import run_worker, unique_name


def settings(**values: object) -> Settings:
    return load_settings(**values)


def test_every_queue_has_a_worker() -> None:
    from gator_engine.jobs import QUEUES

    parts = background_parts(settings(), {})
    served = {q for part in parts for q in part.argv[-1].split(",") if "worker" in part.argv}
    assert served == set(QUEUES)


def test_as_many_workers_as_asked_for_each_with_a_name_of_its_own() -> None:
    parts = background_parts(
        settings(publish_workers=3, default_workers=2, render_workers=2, gpu_workers=0), {}
    )
    names = [part.name for part in parts]
    assert sorted(names) == sorted(
        [
            "dispatcher",
            *(f"publish-{n}" for n in (1, 2, 3)),
            *(f"default-{n}" for n in (1, 2)),
            *(f"render-{n}" for n in (1, 2)),
            "downloads",
        ]
    )


def test_parts_are_told_what_was_worked_out_once() -> None:
    env = environment(settings(home="/srv/gator"), redis_url="unix:///r", sandbox_url="http://s")
    assert env == {
        "GATOR_HOME": "/srv/gator",
        "GATOR_DATABASE_URL": "sqlite:////srv/gator/gator.db",
        "GATOR_REDIS_URL": "unix:///r",
        "GATOR_SANDBOX_URL": "http://s",
    }


@pytest.mark.parametrize(
    ("workers", "visible", "devices"),
    [
        (0, "", []),
        (1, "", [{}]),
        (1, "3", [{}]),
        (2, "", [{"CUDA_VISIBLE_DEVICES": "0"}, {"CUDA_VISIBLE_DEVICES": "1"}]),
        (2, "4, 6", [{"CUDA_VISIBLE_DEVICES": "4"}, {"CUDA_VISIBLE_DEVICES": "6"}]),
    ],
)
def test_one_device_for_each_generation_worker(
    workers: int, visible: str, devices: list[dict[str, str]]
) -> None:
    assert _devices(settings(gpu_workers=workers), {"CUDA_VISIBLE_DEVICES": visible}) == devices


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8501"),
        ("0.0.0.0", "http://127.0.0.1:8501"),
        ("::1", "http://[::1]:8501"),
        ("::", "http://127.0.0.1:8501"),
    ],
)
def test_the_url_to_open_can_be_opened(host: str, url: str) -> None:
    assert address(host, 8501) == url


def test_the_web_app_is_told_where_to_listen() -> None:
    argv = web_command(settings(host="0.0.0.0"), 8600)
    assert argv[argv.index("--host") + 1] == "0.0.0.0"
    assert argv[argv.index("--port") + 1] == "8600"


@pytest.mark.parametrize(
    ("queues", "problem"),
    [((), "none named"), (("dance",), "dance named"), (("gpu", "default"), "gpu needs a worker")],
)
def test_a_worker_for_impossible_queues_is_refused(queues: tuple[str, ...], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        run_worker("redis://127.0.0.1:1", queues)


def test_worker_names_are_unique() -> None:
    assert len({unique_name(["publish"]) for _ in range(100)}) == 100
