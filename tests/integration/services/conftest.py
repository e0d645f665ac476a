"""A studio over a real database, with a scripted platform and a clock that tests move."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gator_engine import Delivery, DeliveryState, Persona, Post, Rating, Studio, open_studio
from tests.integration.services.scripted import ScriptedConnector


class MovableClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class Desk:
    """What the tests of the services share."""

    studio: Studio
    clock: MovableClock
    platform: ScriptedConnector
    persona: Persona
    account_id: str

    def approved(self, text: str = "Hello") -> Post:
        post = self.studio.composing.draft(self.persona.id, text, rating=Rating.GENERAL)
        return self.studio.composing.approve(post.id)

    def due(self, text: str = "Hello") -> Delivery:
        """A delivery that is due and waits in the queue."""
        [delivery] = self.studio.scheduling.post_now(self.approved(text).id, [self.account_id])
        self.studio.publishing.sweep()
        return delivery

    def step(self, delivery: Delivery) -> DeliveryState:
        """One claim by a worker; the state afterwards."""
        self.studio.publishing.step(delivery.id, "worker-1")
        return self.state(delivery)

    def state(self, delivery: Delivery) -> DeliveryState:
        return self.studio.publishing.get(delivery.id).state


@pytest.fixture
def platform() -> ScriptedConnector:
    return ScriptedConnector()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of an empty studio, to be copied: migrating takes longer than most tests."""
    home = tmp_path_factory.mktemp("migrated") / "studio"
    with open_studio(home=home, queue="inline"):
        pass
    return home / "gator.db"


@pytest.fixture
def desk(tmp_path: Path, migrated: Path, platform: ScriptedConnector) -> Iterator[Desk]:
    clock = MovableClock()
    adapters = {"clock": clock, "connectors": {platform.slug: platform}}
    home = tmp_path / "studio"
    home.mkdir()
    shutil.copy(migrated, home)
    with open_studio(home=home, queue="inline", adapters=adapters) as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile)
        account = studio.accounts.connect(platform.slug, {"token": "t"})
        yield Desk(studio, clock, platform, persona, account.id)
