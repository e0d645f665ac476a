"""Scripted faults: what goes wrong, where, how often; drawn repeatably from a seed."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gator_engine.adapters.sandbox.state import State
from gator_engine.errors import InvalidInput

LONGEST_HANG_S = 60.0
AFTER = "_after_accept"
# Refusals are answered instead of doing the work; the others cut the answer itself.
REFUSALS = ("reject", "rate_limit", "server_error", "unauthorized", "forbidden", "token_expired")
CUTS = ("timeout", "drop", "garbage")
KINDS = (
    *REFUSALS,
    *CUTS,
    *(kind + AFTER for kind in ("server_error", *CUTS)),
    "slow",
    "processing",
)
OPERATIONS = (
    *("connect", "refresh", "resolve", "upload", "poll"),
    *("publish", "read", "metrics", "delete"),
)


@dataclass(frozen=True)
class Fault:
    """One scripted fault.

    It applies to `operation` ("*": any) of `platform` and, if given, of one `account` (handle), or
    to one `endpoint` (path). `times` is how often it may strike (0: for ever), `probability` how
    likely it strikes each time, repeatably by `seed`. `retry_after` is for rate_limit, `seconds`
    for slow and timeout (60 at most), `polls` for processing.
    """

    platform: str
    kind: str
    operation: str = "publish"
    endpoint: str = ""
    account: str = ""
    times: int = 1
    probability: float = 1.0
    seed: int = 0
    retry_after: float = 5.0
    seconds: float = 30.0
    polls: int = 1

    @property
    def after(self) -> bool:
        """Whether the work is done before the answer goes wrong."""
        return self.kind.endswith(AFTER)

    @property
    def base(self) -> str:
        """What goes wrong, whether before or after the work."""
        return self.kind.removesuffix(AFTER)

    @property
    def hang_s(self) -> float:
        """How long an answer is held back."""
        return max(0.0, min(self.seconds, LONGEST_HANG_S))


def parse_fault(spec: Mapping[str, Any]) -> Fault:
    """A fault from JSON. Raises InvalidInput naming the field."""
    known = {field.name for field in fields(Fault)}
    for name in spec:
        if name not in known:
            raise InvalidInput(str(name), "is unknown", ", ".join(sorted(known)))
    for name in ("platform", "kind"):
        if not spec.get(name):
            raise InvalidInput(name, "is missing")
    fault = Fault(**spec)
    if fault.kind not in KINDS:
        raise InvalidInput("kind", f"{fault.kind!r} is unknown", ", ".join(KINDS))
    if fault.operation not in (*OPERATIONS, "*"):
        raise InvalidInput("operation", f"{fault.operation!r} is unknown", ", ".join(OPERATIONS))
    if not 0 <= fault.probability <= 1:
        raise InvalidInput("probability", f"is {fault.probability}", "0 to 1")
    return fault


def add_fault(state: State, fault: Fault) -> None:
    """Script a fault."""
    state.run("insert into faults (spec) values (?)", (json.dumps(asdict(fault)),))


def clear_faults(state: State) -> None:
    """Forget every scripted fault."""
    state.run("delete from faults")


def listed_faults(state: State) -> list[dict[str, Any]]:
    """Every scripted fault with how often it struck."""
    rows = state.rows("select spec, taken from faults order by number")
    return [{**json.loads(row["spec"]), "taken": row["taken"]} for row in rows]


def draw(state: State, platform: str, operation: str, path: str, handle: str) -> Fault | None:
    """The fault that strikes this request, if any; the oldest that applies goes first."""
    with state.transaction() as db:
        for row in db.execute("select * from faults order by number").fetchall():
            fault = Fault(**json.loads(row["spec"]))
            if not _applies(fault, platform, operation, path, handle):
                continue
            if fault.times and row["taken"] >= fault.times:
                continue
            db.execute("update faults set asked = asked + 1 where number = ?", (row["number"],))
            # Repeatable, not secret.
            dice = random.Random(f"{fault.seed}:{row['asked']}")  # nosec B311
            if dice.random() < fault.probability:
                db.execute("update faults set taken = taken + 1 where number = ?", (row["number"],))
                return fault
    return None


def _applies(fault: Fault, platform: str, operation: str, path: str, handle: str) -> bool:
    if fault.platform not in (platform, "*") or (fault.account and fault.account != handle):
        return False
    if fault.endpoint:
        return path.endswith(fault.endpoint)
    return fault.operation in (operation, "*")


class CutAnswer(Response):
    """An answer that never arrives whole: held back and cut, cut at once, or unreadable."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(b"<html>Bad gateway?", media_type="application/json")
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._fault.base == "garbage":
            await super().__call__(scope, receive, send)
            return
        if self._fault.base == "timeout":
            await _hang(receive, self._fault.hang_s)
        # The server's own transport, put there by the outermost app (see server.create_app).
        transport = scope.get("gator.transport")
        if transport is not None:
            transport.abort()
            await asyncio.sleep(0.05)


async def _hang(receive: Receive, seconds: float) -> None:
    """Wait, but no longer than the client does."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return
