"""What every test shares: a calm environment, tiers by folder, real services on demand.

The environment is set before anything heavy is imported: one thread for native code (the suite runs
in parallel), no model hub, and none of the developer's own `GATOR_*` settings.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TIERS = (
    "unit",
    "contracts",
    "integration",
    "media",
    "pages",
    "browser",
    "gpu",
    "notebooks",
    "house",
)

for _name in [name for name in os.environ if name.startswith("GATOR_")]:
    del os.environ[_name]
os.environ.update(
    OMP_NUM_THREADS="1",
    OPENBLAS_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
    TOKENIZERS_PARALLELISM="false",
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    TZ="UTC",
    PYTHONHASHSEED=os.environ.get("PYTHONHASHSEED", "0"),
)

pytest_plugins = [
    "tests.services.redis_service",
    "tests.services.postgres_service",
    "tests.services.browser_service",
    "tests.services.pds_service",
    "tests.services.llm_service",
]


def tier_of(path: Path) -> str | None:
    """The tier a test file belongs to: the name of its folder below tests/."""
    parts = path.relative_to(ROOT / "tests").parts if path.is_relative_to(ROOT / "tests") else ()
    return parts[0] if parts and parts[0] in TIERS else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test with its tier; the unit tier may not open a network socket."""
    for item in items:
        tier = tier_of(item.path)
        if tier is None:
            continue
        item.add_marker(getattr(pytest.mark, tier))
        if tier == "unit":
            item.add_marker(pytest.mark.disable_socket)


@pytest.fixture(autouse=True)
def gator_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test's own, also what `GATOR_HOME` names while it runs."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("GATOR_HOME", str(home))
    return home


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of an empty SQLite file of this test's own."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Runs the test once per supported database, each time on an empty one."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def free_port() -> int:
    """A loopback TCP port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def one_torch_thread() -> Iterator[None]:
    """Keeps tiny models from fighting over the cores (ask for it in tests that run torch)."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
