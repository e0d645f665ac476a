"""One task of Runway: made once, followed to its end, fetched, or taken back.

From the moment it is asked for, nothing makes it a second time: what cannot be followed any longer
ends as OutcomeUnknown with the task's id, under which the account still shows it.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import runwayml

from gator_engine.adapters.generators._remote.waiting import while_waiting
from gator_engine.adapters.generators._runway.failures import OPERATION, PROVIDER, explained
from gator_engine.adapters.generators._runway.words import Asked
from gator_engine.adapters.web.guard import Network
from gator_engine.adapters.web.wire import Errors, connected
from gator_engine.config import Settings
from gator_engine.errors import (
    Cancelled,
    ExternalError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from gator_engine.ports import Run

MOST_BYTES = 512 * 1024 * 1024
# A task waits for a place and is then made; minutes are usual, a night is not.
LONGEST_S = 3600.0
# Looks that may fail one after the other before we give up on following.
MOST_FAILED_LOOKS = 20
_WORDS = {"PENDING": "in the queue", "THROTTLED": "waiting for a free place"}
_LOOK = "look at the task"


@dataclass(frozen=True)
class Film:
    """What came of a task. `credits` are what it cost."""

    data: bytes
    task_id: str
    credits: float


@dataclass
class RunwayTask:
    """One video on its way; `begin` and `share` say which part of the run it is."""

    settings: Settings
    asked: Asked
    run: Run
    begin: float
    share: float
    name: str
    _given_up: Event = field(default_factory=Event)
    _ids: list[str] = field(default_factory=list)

    def made(self) -> Film:
        """The finished video. Raises an ExternalError, or Cancelled once the task is taken back."""
        try:
            while_waiting(self._create, self.run, self.begin, f"{self.name}: asking {PROVIDER}")
            ended = self._followed()
            return Film(self._fetched(ended), ended.id, ended.cost.credits)
        except Cancelled as error:
            self._given_up.set()
            raise self._taken_back(error) from error

    def _client(self) -> Any:
        settings = self.settings
        # No second attempt of its own: of `create` that could be a second video.
        return runwayml.RunwayML(
            api_key=settings.runway_api_key.get_secret_value(),
            base_url=settings.runway_url.rstrip("/"),
            timeout=settings.image_timeout_s,
            max_retries=0,
        )

    def _create(self) -> None:
        with self._client() as client:
            kind = client.image_to_video if self.asked.from_picture else client.text_to_video
            try:
                task_id = kind.create(**self.asked.told).id
            except runwayml.RunwayMLError as error:
                raise explained(error, OPERATION, final=True) from error
            if not task_id:
                raise OutcomeUnknown(PROVIDER, OPERATION, "The answer names no task.")
            self._ids.append(task_id)
            if self._given_up.is_set():
                # Somebody stopped while it was being made: it must not go on alone.
                with suppress(runwayml.RunwayMLError):
                    client.tasks.delete(task_id)

    def _followed(self) -> Any:
        """The task once it has succeeded."""
        until, failed = time.monotonic() + LONGEST_S, 0
        while time.monotonic() < until:
            try:
                task = self._look()
            except (Transient, RateLimited) as error:
                failed += 1
                if failed >= MOST_FAILED_LOOKS:
                    raise self._out_of_sight(str(error)) from error
                self._wait(getattr(error, "retry_after", 0.0))
                continue
            failed = 0
            if task.status == "SUCCEEDED":
                return task
            self._refuse(task)
            self._tell(task)
            self._wait()
        raise self._out_of_sight(f"not finished after {LONGEST_S / 60:.0f} minutes.")

    def _look(self) -> Any:
        with self._client() as client:
            try:
                return client.tasks.retrieve(self._ids[0])
            except runwayml.RunwayMLError as error:
                raise explained(error, _LOOK, final=False) from error

    def _refuse(self, task: Any) -> None:
        if task.status == "FAILED":
            said = f"{task.failure} ({task.cost.credits:g} credits charged)"
            raise Rejected(
                PROVIDER, OPERATION, said, code=task.failure_code, correlation_id=task.id
            )
        if task.status == "CANCELLED":
            problem = f"the task was cancelled there ({task.cost.credits:g} credits charged)."
            raise Rejected(PROVIDER, OPERATION, problem, correlation_id=task.id)

    def _tell(self, task: Any) -> None:
        done = float(getattr(task, "progress", 0.0) or 0.0)
        word = _WORDS.get(task.status, f"{done:.0%}")
        fraction = self.begin + self.share * min(1.0, max(0.0, done)) * 0.95
        self.begin, self.share = fraction, self.share - (fraction - self.begin)
        self.run.progress(fraction, f"{self.name}: {word}")

    def _wait(self, asked_s: float = 0.0) -> None:
        """Until the next look, listening for a stop four times a second."""
        until = time.monotonic() + max(asked_s, self.settings.runway_poll_s)
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(0.25, left))
            self.run.check()

    def _fetched(self, task: Any) -> bytes:
        """The file; its address expires after a day or two, and a second look gives a fresh one."""
        self.run.progress(self.begin, f"{self.name}: fetching the video")
        try:
            return self._download(task)
        except Rejected:
            task = self._look()
        try:
            return self._download(task)
        except Rejected as error:
            problem = (
                f"the address of the finished video has expired ({error.message}). The task"
                f" {task.id} still stands in your Runway account: download it there, or make it"
                " anew, which costs again."
            )
            # Not passing: another try by itself would make, and pay for, a second video.
            raise Rejected(
                PROVIDER, "fetch the video", problem, code="expired", correlation_id=task.id
            ) from error

    def _download(self, task: Any) -> bytes:
        urls = [url for url in task.output or () if urlsplit(url).scheme in ("http", "https")]
        if not urls:
            raise Rejected(PROVIDER, "fetch the video", "the task names no file.", code="no_output")
        # The configured address may be private, those that answers name may not.
        network = Network(
            timeout_s=self.settings.image_timeout_s,
            allow_private=self.settings.allow_private_urls,
            sandbox_url=self.settings.runway_url,
        )
        base = f"{self.settings.runway_url.rstrip('/')}/"
        with connected(
            PROVIDER, base, network, Errors(), field="url", most_bytes=MOST_BYTES
        ) as wire:
            return while_waiting(
                lambda: wire.fetch("fetch the video", urls[0], headers={"Accept": "*/*"}),
                self.run,
                self.begin,
                f"{self.name}: fetching the video",
            )

    def _taken_back(self, stopped: Cancelled) -> Cancelled:
        """What to tell a person who stopped, after the task was taken back."""
        if not self._ids:
            return stopped
        try:
            with self._client() as client:
                client.tasks.delete(self._ids[0])
        except runwayml.NotFoundError:
            return stopped
        except runwayml.RunwayMLError as error:
            why = explained(error, "take the task back", final=False)
            return Cancelled(f"Cancelled here; the task {self._ids[0]} may go on there: {why}")
        return stopped

    def _out_of_sight(self, why: str) -> ExternalError:
        problem = f"the task {self._ids[0]} was made and can no longer be followed: {why}"
        return OutcomeUnknown(PROVIDER, _LOOK, problem, correlation_id=self._ids[0])
