"""Posts and deliveries as JSON, for scripts that read."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gator_engine.domain.deliveries import DeliveryQuery
from gator_engine.errors import InvalidInput
from pages._ui.session import studio
from routes.access import reading

MOST = 500


@reading
def posts(request: Request) -> Response:
    """Posts, newest first; `?persona=` and `?limit=` narrow them."""
    found = studio().composing.list(request.query_params.get("persona"), limit=_limit(request))
    return _items(
        {
            "id": post.id,
            "persona_id": post.persona_id,
            "text": post.text,
            "language": post.language,
            "approval": post.approval.value,
            "version": post.version,
            "media": [{"asset_id": m.asset_id, "alt_text": m.alt_text} for m in post.media],
            "updated_at": post.updated_at.isoformat(),
        }
        for post in found
    )


@reading
def deliveries(request: Request) -> Response:
    """Deliveries by due time; `?post=`, `?account=` and `?limit=` narrow them."""
    given = request.query_params
    query = DeliveryQuery(
        post_id=given.get("post"), account_id=given.get("account"), limit=_limit(request)
    )
    return _items(
        {
            "id": delivery.id,
            "post_id": delivery.post_id,
            "account_id": delivery.account_id,
            "platform": delivery.platform,
            "state": delivery.state.value,
            "due_at": delivery.due_at.isoformat(),
            "local_time": delivery.local_time,
            "timezone": delivery.timezone,
            "url": delivery.remote_url,
            "reason": delivery.reason,
        }
        for delivery in studio().scheduling.calendar(query)
    )


def _items(found: Iterable[dict[str, object]]) -> Response:
    return JSONResponse({"items": list(found)})


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "100")
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise InvalidInput("limit", f"is {text!r}", f"1–{MOST}")
    return int(text)
