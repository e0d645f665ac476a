"""The reading API: personas, posts and deliveries as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gator_engine.domain.deliveries import DeliveryQuery
from gator_engine.domain.persona_tree import to_tree
from gator_engine.errors import InvalidInput, NotFound
from pages._ui.session import studio
from routes.access import reading

MOST = 500


@reading
def personas(request: Request) -> Response:
    """Every persona that is not archived."""
    return _items(
        {
            "id": persona.id,
            "handle": persona.handle,
            "name": persona.name,
            "revision": persona.revision.number,
            "pillars": [pillar.name for pillar in persona.profile.pillars],
        }
        for persona in studio().personas.list()
    )


@reading
def persona(request: Request) -> Response:
    """One persona: its whole profile and the list of its revisions, newest first.

    `?revision=` asks for the profile of that revision (by number) in place of the current one.
    """
    found = studio().personas.get(request.path_params["persona_id"])
    revisions = studio().personas.revisions(found.id)
    number = request.query_params.get("revision", str(found.revision.number))
    shown = next((one for one in revisions if str(one.number) == number), None)
    if shown is None:
        raise NotFound("revision", number)
    return JSONResponse(
        {
            "id": found.id,
            "archived": found.archived_at is not None,
            "revision": shown.number,
            "profile": to_tree(shown.profile),
            "revisions": [
                {
                    "id": one.id,
                    "number": one.number,
                    "author": one.author,
                    "reason": one.reason,
                    "created_at": one.created_at.isoformat(),
                }
                for one in revisions
            ],
        }
    )


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
