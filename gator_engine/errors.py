"""The one error tree of Gator.

    GatorError
    ├─ ConfigError         missing or contradictory setting
    ├─ InvalidInput        what the person gave cannot be used
    ├─ IllegalTransition   this state does not allow that
    ├─ NotFound
    ├─ PermissionDenied
    ├─ CapabilityError     provider or platform does not support an option
    ├─ Cancelled           a person asked for the work to stop
    ├─ StaleWrite          somebody else holds the row now (fence or version moved on)
    ├─ Unavailable         a part of ours (database, Redis, disk) cannot be reached
    └─ ExternalError       a provider or platform
       ├─ AuthExpired      → account marked, person notified, no retry
       ├─ Rejected         → vendor code and message, no retry
       ├─ RateLimited      → carries retry_after
       ├─ Transient        → failed before the vendor accepted anything: back-off
       └─ OutcomeUnknown   → the request may have landed: reconcile, never blind-retry

Every class says *when* it is raised. Front ends translate them once (``workers/runtime.py`` and
``pages/_ui/errors.py``); nobody else catches broadly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class GatorError(Exception):
    """Base of everything Gator raises on purpose; its text is fit to be shown to a person."""


class ConfigError(GatorError):
    """A setting is missing or contradicts another; names the variable and the fix."""

    def __init__(self, variable: str, problem: str, fix: str) -> None:
        self.variable, self.problem, self.fix = variable, problem, fix
        super().__init__(f"{variable}: {problem} Fix: {fix}")


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong with one field: what, and the limit it broke when there is one."""

    field: str
    problem: str
    limit: str | None = None

    def __str__(self) -> str:
        limit = f" (limit: {self.limit})" if self.limit else ""
        return f"{self.field}: {self.problem}{limit}"


class InvalidInput(GatorError):
    """What the person gave cannot be used; names each field, its problem and the limit."""

    def __init__(self, field: str, problem: str, limit: str | None = None) -> None:
        self.problems: tuple[FieldProblem, ...] = (FieldProblem(field, problem, limit),)
        super().__init__(str(self.problems[0]))

    @classmethod
    def collect(cls, problems: Sequence[FieldProblem]) -> InvalidInput:
        """One error for several fields, so that a form can mark all of them at once.

        Raises ValueError when `problems` is empty.
        """
        if not problems:
            raise ValueError("no problems to report")
        error = cls(problems[0].field, problems[0].problem, problems[0].limit)
        error.problems = tuple(problems)
        error.args = ("; ".join(map(str, problems)),)
        return error

    @property
    def field(self) -> str:
        """Name of the first field concerned."""
        return self.problems[0].field


class IllegalTransition(GatorError):
    """The thing is in a state that does not allow the step asked for."""

    def __init__(self, what: str, state: str, wanted: str) -> None:
        self.what, self.state, self.wanted = what, state, wanted
        super().__init__(f"{what} is {state}; it cannot become {wanted} from there.")


class NotFound(GatorError):
    """No such thing: it never existed, or was removed."""

    def __init__(self, kind: str, key: str) -> None:
        self.kind, self.key = kind, key
        super().__init__(f"There is no {kind} {key!r}.")


class PermissionDenied(GatorError):
    """The acting user's role does not allow this verb on this thing."""


class CapabilityError(GatorError):
    """A provider or platform does not support an option; says which one and what is allowed."""

    def __init__(self, provider: str, option: str, allowed: str) -> None:
        self.provider, self.option, self.allowed = provider, option, allowed
        super().__init__(f"{provider} does not support {option}. Allowed: {allowed}.")


class Cancelled(GatorError):
    """A person asked for the running work to stop; raised at the next safe point inside it."""


class StaleWrite(GatorError):
    """The row moved on: another worker holds the fence, or another person saved a newer version."""


class Unavailable(GatorError):
    """A part of Gator itself (database, Redis, disk) cannot be reached now; says what to start."""

    def __init__(self, part: str, problem: str, fix: str) -> None:
        self.part, self.problem, self.fix = part, problem, fix
        super().__init__(f"{part} is unavailable: {problem} {fix}")


class ExternalError(GatorError):
    """A provider or platform failed; carries who, in which operation, and a correlation id."""

    def __init__(
        self,
        provider: str,
        operation: str,
        message: str,
        *,
        code: str | None = None,
        correlation_id: str | None = None,
    ) -> None:
        self.provider, self.operation, self.message = provider, operation, message
        self.code, self.correlation_id = code, correlation_id
        shown_code = f" [{code}]" if code else ""
        super().__init__(f"{provider} ({operation}){shown_code}: {message}")


class AuthExpired(ExternalError):
    """The platform no longer accepts our credentials: a person must reconnect the account."""


class Rejected(ExternalError):
    """The platform looked at the request and said no; the same request will fail again."""


class RateLimited(ExternalError):
    """Too many requests; `retry_after` says in how many seconds the platform wants us back."""

    def __init__(
        self,
        provider: str,
        operation: str,
        message: str,
        *,
        retry_after: float,
        code: str | None = None,
        correlation_id: str | None = None,
    ) -> None:
        self.retry_after = retry_after
        super().__init__(provider, operation, message, code=code, correlation_id=correlation_id)


class Transient(ExternalError):
    """It failed before the vendor accepted anything: safe to try again after a back-off."""


class OutcomeUnknown(ExternalError):
    """The request may have landed (time-out, cut connection or 5xx on an irreversible call)."""
