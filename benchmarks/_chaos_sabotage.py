"""`workers.main` with a careless publisher: proof that `publish_chaos` would see one.

It does what many schedulers do: every failure is retried blindly, a lost worker's delivery is sent
again, and each try has a key of its own.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from gator_engine.domain.accounts import Account
from gator_engine.domain.deliveries import Delivery, DeliveryState
from gator_engine.errors import GatorError, OutcomeUnknown, Transient
from gator_engine.ports import UnitOfWork
from gator_engine.services._delivering import Delivering
from gator_engine.services._sessions import DeliverySession
from gator_engine.services.publishing import Publishing
from workers.main import app

_settle_failure = Delivering._settle_failure
_wake = Publishing._wake
_open_session = DeliverySession.__init__


def _settle_blindly(
    self: Delivering, delivery: Delivery, error: GatorError, *, looking: bool
) -> Delivery:
    if isinstance(error, OutcomeUnknown):
        error = Transient(error.provider, error.operation, error.message)
    return _settle_failure(self, delivery, error, looking=looking)


def _wake_blindly(
    self: Publishing, uow: UnitOfWork, delivery: Delivery, account: Account, now: datetime
) -> bool:
    if delivery.state is DeliveryState.FINALIZING:
        uow.deliveries.move(
            delivery.id,
            from_states=(DeliveryState.FINALIZING,),
            to=DeliveryState.RETRY_WAIT,
            now=now,
            next_attempt_at=now + timedelta(seconds=1),
        )
        return False
    return _wake(self, uow, delivery, account, now)


def _open_with_a_fresh_key(self: DeliverySession, *args: Any, **options: Any) -> None:
    _open_session(self, *args, **options)
    self.idempotency_key = secrets.token_hex(13).upper()
    self.remote = {name: value for name, value in self.remote.items() if name != "rkey"}


if __name__ == "__main__":
    Delivering._settle_failure = _settle_blindly  # type: ignore[method-assign]
    Publishing._wake = _wake_blindly  # type: ignore[method-assign]
    DeliverySession.__init__ = _open_with_a_fresh_key  # type: ignore[method-assign]
    app()
