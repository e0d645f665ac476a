"""Deliveries under kill -9 of every process and every fault a platform can have: what went wrong.

Posts are approved and sent through the studio while workers, work-horses, the dispatcher and Redis
are killed or stalled at random (`CHAOS_SEED`), and the sandbox network answers with every fault it
knows. When all has settled, the deliveries are compared with the sandbox's own list of posts.
`CHAOS_SABOTAGE=1` runs a careless publisher instead, to show that the comparison would see one.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

from benchmarks._chaos_plant import Plant, Setup
from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.domain.deliveries import Delivery, DeliveryQuery, DeliveryState
from gator_engine.domain.personas import Rating
from gator_engine.domain.posts import PostMedia
from gator_engine.errors import ExternalError, InvalidInput, Unavailable
from gator_engine.studio import Studio, migrate_store

S = DeliveryState
SETTLED = (S.PUBLISHED, S.REJECTED, S.NEEDS_HUMAN, S.MISSED, S.CANCELLED)
ACCOUNTS_EACH = 2
PICTURE_EVERY = 4
STRIKE_EVERY_S = (0.3, 2.0)
POST_EVERY_S = 0.25
SETTLE_WITHIN_S = 420.0
FEWEST_KILLS, KILL_FOR_S = 40, 120.0
# What goes wrong how often; `reject` and `forbidden` end a delivery for good, so they are rare.
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "timeout_after_accept", "probability": 0.06, "seconds": 3},
    {"kind": "drop_after_accept", "probability": 0.06},
    {"kind": "server_error_after_accept", "probability": 0.06},
    {"kind": "garbage_after_accept", "probability": 0.04},
    {"kind": "timeout", "probability": 0.03, "seconds": 3},
    {"kind": "drop", "probability": 0.04},
    {"kind": "server_error", "probability": 0.04},
    {"kind": "garbage", "probability": 0.03},
    {"kind": "rate_limit", "probability": 0.04, "retry_after": 1},
    {"kind": "reject", "probability": 0.02},
    {"kind": "forbidden", "probability": 0.01},
    {"kind": "unauthorized", "probability": 0.01},
    {"kind": "token_expired", "probability": 0.03},
    {"kind": "slow", "probability": 0.15, "seconds": 0.7},
    *(
        {"kind": kind, "operation": operation, "probability": 0.04, "seconds": 2.5, **more}
        for operation in ("upload", "read", "poll")
        for kind, more in (
            ("timeout", {}),
            ("drop", {}),
            ("garbage", {}),
            ("server_error", {}),
            ("rate_limit", {"retry_after": 1}),
        )
    ),
    {"kind": "processing", "operation": "upload", "probability": 0.3, "polls": 1},
)


@dataclass(frozen=True)
class Shown:
    """A post as the sandbox shows it."""

    id: str
    url: str


def run(quick: bool) -> dict[str, Any]:
    """Send, kill, wait, compare; the plant is kept for a look when something is wrong."""
    seed = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    # A short path of its own: a unix socket may not be called by a long one.
    home = Path(tempfile.mkdtemp(prefix="gator-chaos-", dir="/tmp"))
    setup = Setup(home, _free_port(), sabotage=bool(os.environ.get("CHAOS_SABOTAGE")))
    began = time.monotonic()
    figures = _figures(setup, 200 if quick else 400, seed)
    if any(figures[key] for key in ("lost", "duplicated", "wrong_state")):
        print(f"kept for a look: {home}", file=sys.stderr)
    else:
        shutil.rmtree(home, ignore_errors=True)
    return {**figures, "seed": seed, "seconds": round(time.monotonic() - began, 1)}


def _figures(setup: Setup, wanted: int, seed: int) -> dict[str, Any]:
    migrate_store(setup.settings)
    with Studio(setup.settings) as studio, Plant(setup, random.Random(seed)) as plant:
        accounts = _open_accounts(studio)
        _script_faults(setup, accounts, seed)
        with plant.under_fire(STRIKE_EVERY_S):
            _send(studio, accounts, wanted, random.Random(seed))
            _wait(studio, lambda: _enough(studio, plant, wanted), KILL_FOR_S)
        plant.wake_all()
        faults = _end_faults(setup)
        _wait(studio, lambda: not _open(studio), SETTLE_WITHIN_S)
        deliveries = _deliveries(studio)
        return {
            "deliveries": len(deliveries),
            "connectors": sorted({account.platform for account in accounts}),
            "kills": sum(plant.kills.values()),
            "killed": dict(plant.kills),
            "faults": faults,
            **_compare(studio, deliveries, accounts, setup),
            "unsettled": len(_open(studio)),
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _open_accounts(studio: Studio) -> list[Account]:
    """Accounts on the twin of every connector there is."""
    return [
        studio.accounts.connect_sandbox(info.capabilities.slug, f"chaos{number}")
        for info in studio.accounts.platforms()
        for number in range(ACCOUNTS_EACH)
    ]


def _script_faults(setup: Setup, accounts: Sequence[Account], seed: int) -> None:
    """Each fault once for certain, then all of them at random for ever."""
    certain = [{**fault, "times": 1, "probability": 1.0} for fault in FAULTS]
    random_ = [{**fault, "times": 0, "seed": seed + n} for n, fault in enumerate(FAULTS)]
    for platform in sorted({account.platform for account in accounts}):
        for fault in [*certain, *random_]:
            url = f"{setup.settings.sandbox_url}/sandbox/faults"
            httpx2.post(url, json={**fault, "platform": platform}, timeout=10).raise_for_status()


def _send(studio: Studio, accounts: Sequence[Account], wanted: int, rng: random.Random) -> None:
    """Approve and send posts at a steady pace, each to one account of every platform."""
    persona = studio.personas.create(studio.personas.templates()[0].profile)
    pictures = list(_pictures(studio))
    by_platform: dict[str, list[Account]] = {}
    for account in accounts:
        by_platform.setdefault(account.platform, []).append(account)
    for number in range(-(-wanted // len(by_platform))):
        with_picture = number % PICTURE_EVERY == 0
        media = (PostMedia(rng.choice(pictures), "A flat colour"),) if with_picture else ()
        text = f"{_mark(number)} is a test of delivery."
        post = studio.composing.draft(persona.id, text, media, rating=Rating.GENERAL)
        studio.composing.submit(post.id)
        studio.composing.approve(post.id)
        chosen = [rng.choice(some).id for some in by_platform.values()]
        studio.scheduling.post_now(post.id, chosen)
        _reconnect(studio)
        time.sleep(POST_EVERY_S)


def _mark(number: int) -> str:
    return f"Chaos-{number:05d}"


def _pictures(studio: Studio) -> Iterator[str]:
    for hue in range(5):
        buffer = io.BytesIO()
        Image.new("RGB", (64, 64), (hue * 50, 90, 120)).save(buffer, "PNG")
        yield studio.library.upload(buffer.getvalue(), f"flat-{hue}.png").id


def _wait(studio: Studio, over: Callable[[], bool], seconds: float) -> None:
    """Wait, for so long at most, and meanwhile do what only a person can."""
    until = time.monotonic() + seconds
    while not over() and time.monotonic() < until:
        _reconnect(studio)
        time.sleep(0.5)


def _enough(studio: Studio, plant: Plant, wanted: int) -> bool:
    """Nearly everything has settled under fire, and there was enough of it."""
    return sum(plant.kills.values()) >= FEWEST_KILLS and len(_open(studio)) <= wanted // 10


def _open(studio: Studio) -> list[Delivery]:
    return [d for d in _deliveries(studio) if d.state not in SETTLED]


def _reconnect(studio: Studio) -> None:
    """What a person does when an account says that it must be connected again."""
    for account in studio.accounts.list():
        if account.health is AccountHealth.NEEDS_AUTH:
            try:
                handle = account.handle.split(".")[0].split("@")[0]
                studio.accounts.connect_sandbox(account.platform, handle)
            except (ExternalError, Unavailable, InvalidInput):
                continue  # the sandbox struck here too; the next round tries again


def _deliveries(studio: Studio) -> Sequence[Delivery]:
    with studio.store.read() as uow:
        return uow.deliveries.list(DeliveryQuery(limit=100_000))


def _compare(
    studio: Studio, deliveries: Sequence[Delivery], accounts: Sequence[Account], setup: Setup
) -> dict[str, Any]:
    """The deliveries against the sandbox's own list of posts."""
    shown = _shown(setup)
    texts = {post.id: post.text for post in studio.composing.list(limit=100_000)}
    handles = {account.id: account for account in accounts}
    lost, wrong = 0, 0
    expected: Counter[tuple[str, str, str]] = Counter()
    for delivery in deliveries:
        account = handles[delivery.account_id]
        mark = texts[delivery.post_id].split()[0]
        found = shown.get((account.platform, _plain(account.handle), mark), [])
        expected[(account.platform, _plain(account.handle), mark)] += 1
        lost += _is_lost(studio, delivery, found)
        wrong += _is_wrong(delivery, found)
    duplicated = sum(max(0, len(posts) - expected[key]) for key, posts in shown.items())
    states = Counter(delivery.state.value for delivery in deliveries)
    return {"lost": lost, "duplicated": duplicated, "wrong_state": wrong, "states": dict(states)}


def _is_lost(studio: Studio, delivery: Delivery, found: Sequence[Shown]) -> bool:
    """It says published but nobody can see it, it never settled, or it was given up unrefused."""
    if delivery.state is S.PUBLISHED:
        return not found
    if delivery.state is S.REJECTED:
        answers = {attempt.outcome for attempt in studio.publishing.attempts(delivery.id)}
        return "Rejected" not in answers
    return delivery.state is not S.NEEDS_HUMAN


def _is_wrong(delivery: Delivery, found: Sequence[Shown]) -> bool:
    """It is live but not known to be, or known under the address of another post."""
    if delivery.state is S.PUBLISHED:
        return bool(found) and delivery.remote_url not in {post.url for post in found}
    return bool(found) and delivery.state is not S.NEEDS_HUMAN


def _shown(setup: Setup) -> Mapping[tuple[str, str, str], list[Shown]]:
    """What is live on the sandbox: (platform, handle, mark of the text) → posts."""
    live: dict[tuple[str, str, str], list[Shown]] = {}
    for post in _ask(setup, "posts"):
        if not post["deleted_at"]:
            key = (post["platform"], _plain(post["handle"]), post["text"].split()[0])
            live.setdefault(key, []).append(Shown(post["id"], post["url"]))
    return live


def _ask(setup: Setup, what: str) -> list[dict[str, Any]]:
    answer = httpx2.get(f"{setup.settings.sandbox_url}/sandbox/{what}", timeout=60)
    answer.raise_for_status()
    return list(answer.json())


def _plain(handle: str) -> str:
    """A handle without its server."""
    return handle.split("@")[0].split(".")[0]


def _end_faults(setup: Setup) -> dict[str, int]:
    """Let the platforms work again, so that all can settle; kind of fault → how often it struck."""
    taken: Counter[str] = Counter()
    for fault in _ask(setup, "faults"):
        taken[fault["kind"]] += fault["taken"]
    url = f"{setup.settings.sandbox_url}/sandbox/faults"
    httpx2.delete(url, timeout=60).raise_for_status()
    return dict(sorted(taken.items()))
