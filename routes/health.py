"""Whether this process lives, and whether it can work."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gator_engine.errors import GatorError
from pages._ui.session import studio


async def alive(request: Request) -> Response:
    """200 as long as the process answers; looks at nothing else."""
    return PlainTextResponse("ok")


def ready(request: Request) -> Response:
    """200 when database and queue answer, else 503; says in JSON which does not, and why."""
    answers = {
        "database": _answer(lambda: studio().store.ping()),
        "queue": _answer(lambda: studio().queue.ping()),
    }
    fine = all(answer == "ok" for answer in answers.values())
    return JSONResponse(answers, status_code=200 if fine else 503)


def _answer(ping: Callable[[], None]) -> str:
    try:
        ping()
    except GatorError as error:
        return str(error)
    return "ok"
