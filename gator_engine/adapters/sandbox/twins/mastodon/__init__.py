"""Mastodon's wire protocol, as far as clients use it to publish and to read themselves.

Source: https://docs.joinmastodon.org/methods/ (read 2026-07), behaviour of version 4.6.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gator_engine.adapters.sandbox.faults import Fault
from gator_engine.adapters.sandbox.state import Person, State, StoredFile, StoredPost
from gator_engine.adapters.sandbox.twin import Call, Desk, Picture, Refusal, Span, plain_json
from gator_engine.adapters.sandbox.twins.mastodon.entities import (
    IMAGE_BYTES,
    IMAGE_TYPES,
    INSTANCE,
    MOST_CHARACTERS,
    MOST_DESCRIPTION,
    MOST_MEDIA,
    account_json,
    error,
    file_url,
    iso,
    media_json,
    schedule_json,
    snowflake,
    status_json,
)
from gator_engine.adapters.sandbox.twins.mastodon.text import counted, spans
from gator_engine.errors import InvalidInput

SLUG = "mastodon"
KEY_LIFE_S, SCHEDULE_AHEAD_S = 3600, 300
HANDLE = re.compile(r"[a-z0-9_]{1,30}")


class MastodonTwin:
    """See sandbox.twin.Twin."""

    slug, label = SLUG, "Mastodon"
    post_path, profile_path = "/@{handle}/{key}", "/@{handle}"

    def __init__(self, state: State) -> None:
        self._state, self._desk = state, Desk(self, state)

    def routes(self) -> Sequence[Route]:
        route = self._desk.route
        return [
            route("GET", "/api/v2/instance", "connect", self._instance, public=True),
            route("GET", "/api/v1/instance", "connect", self._instance, public=True),
            route("GET", "/api/v1/accounts/verify_credentials", "connect", self._myself),
            route("GET", "/api/v1/accounts/{id}/statuses", "read", self._statuses_of),
            route("GET", "/api/v1/accounts/{id}", "read", self._account, public=True),
            route("POST", "/api/v2/media", "upload", self._upload),
            route("POST", "/api/v1/media", "upload", self._upload),
            route("GET", "/api/v1/media/{id}", "poll", self._media),
            route("POST", "/api/v1/statuses", "publish", self._publish),
            route("GET", "/api/v1/statuses", "metrics", self._statuses, public=True),
            route("GET", "/api/v1/statuses/{id}", "read", self._status, public=True),
            route("GET", "/api/v1/statuses/{id}/source", "read", self._source),
            route("DELETE", "/api/v1/statuses/{id}", "delete", self._delete),
            route("GET", "/api/v1/scheduled_statuses", "read", self._scheduled),
            route("DELETE", "/api/v1/scheduled_statuses/{id}", "delete", self._delete),
        ]

    # ------------------------------------------------------------------ accounts

    def new_person(self, handle: str, display_name: str) -> Person:
        if not HANDLE.fullmatch(handle):
            raise InvalidInput("handle", f"{handle!r} cannot be a user name", "a–z, 0–9 and _")
        return self._state.open_person(SLUG, snowflake(), handle, display_name)

    def credentials(self, person: Person, base_url: str) -> Mapping[str, str]:
        return {"base_url": base_url, "access_token": person.secret}

    def caller(self, request: Request) -> Person | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = scheme.lower() == "bearer" and token
        return self._state.person(SLUG, secret=token) if known else None

    def unknown_caller(self) -> Response:
        return error(401, "The access token is invalid")

    def faulty(self, fault: Fault) -> Response:
        if fault.base == "rate_limit":
            headers = {
                "Retry-After": f"{fault.retry_after:.0f}",
                "X-RateLimit-Limit": "300",
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": iso(time.time() + fault.retry_after),
            }
            return plain_json({"error": "Too many requests"}, 429, headers)
        status, message = {
            "reject": (422, "Validation failed: refused by a scripted fault"),
            "server_error": (500, "We're sorry, but something went wrong on our end."),
            "forbidden": (403, "This action is not allowed"),
        }.get(fault.base, (401, "The access token was revoked"))
        return error(status, message)

    async def _instance(self, call: Call) -> Response:
        return plain_json(INSTANCE)

    async def _myself(self, call: Call) -> Response:
        source = {"privacy": "public", "sensitive": False, "language": None, "note": ""}
        return plain_json({**self._account_json(call.who, call.base_url), "source": source})

    async def _account(self, call: Call) -> Response:
        person = self._state.person(SLUG, id=call.request.path_params["id"])
        if person is None:
            raise Refusal(error(404, "Record not found"))
        return plain_json(self._account_json(person, call.base_url))

    def _account_json(self, person: Person, base_url: str) -> dict[str, Any]:
        return account_json(person, self._visible(account_id=person.id), base_url)

    def _status_json(self, post: StoredPost, base_url: str) -> dict[str, Any]:
        author = self._state.person(SLUG, id=post.account_id)
        assert author is not None, "a post's author is never deleted"
        files = [file for one in post.media if (file := self._state.file(SLUG, one))]
        return status_json(post, self._account_json(author, base_url), files, base_url)

    def spans(self, post: StoredPost, base_url: str) -> Sequence[Span]:
        return spans(post.text, base_url)

    def pictures(self, post: StoredPost, base_url: str) -> Sequence[Picture]:
        files = [file for one in post.media if (file := self._state.file(SLUG, one))]
        return [Picture(file_url(file, base_url), file.description) for file in files]

    # ------------------------------------------------------------------ media

    async def _upload(self, call: Call) -> Response:
        async with call.request.form() as form:
            upload = form.get("file")
            if upload is None or isinstance(upload, str):
                raise Refusal(error(422, "Validation failed: File can't be blank"))
            data, mime = await upload.read(), upload.content_type or ""
            given = form.get("description") or call.request.query_params.get("description")
        description = str(given or "")
        if mime not in IMAGE_TYPES:
            raise Refusal(error(422, "Validation failed: File content type is not supported"))
        if len(data) > IMAGE_BYTES:
            raise Refusal(error(422, "Validation failed: File size must be less than 16 MB"))
        if len(description) > MOST_DESCRIPTION:
            raise Refusal(error(422, "Validation failed: Description is too long"))
        polls = call.fault.polls if call.fault and call.fault.kind == "processing" else 0
        file = StoredFile(
            *(SLUG, snowflake(), call.who.id, mime, data, time.time(), description, polls)
        )
        self._state.add_file(file)
        return plain_json(media_json(file, call.base_url), 202 if polls else 200)

    async def _media(self, call: Call) -> Response:
        file = self._state.file(SLUG, call.request.path_params["id"], call.who.id)
        if file is None or file.used:
            raise Refusal(error(404, "Record not found"))
        if file.polls_left:
            self._state.run(
                "update files set polls_left = polls_left - 1 where platform = ? and id = ?",
                (SLUG, file.id),
            )
        return plain_json(media_json(file, call.base_url), 206 if file.polls_left else 200)

    def _attached(self, person: Person, ids: Sequence[str]) -> None:
        if len(ids) > MOST_MEDIA:
            raise Refusal(error(422, f"Cannot attach more than {MOST_MEDIA} files"))
        for file_id in ids:
            file = self._state.file(SLUG, file_id, person.id)
            if file is None or file.used:
                raise Refusal(error(422, "Validation failed: Media could not be found"))
            if file.polls_left:
                text = "Cannot attach files that have not finished processing. Try again!"
                raise Refusal(error(422, text))

    # ------------------------------------------------------------------ statuses

    async def _publish(self, call: Call) -> Response:
        body = await parameters(call)
        key = call.request.headers.get("idempotency-key", "")
        since = time.time() - KEY_LIFE_S
        known = self._state.post_with_key(SLUG, call.who.id, key, since) if key else None
        if known is not None:
            return plain_json(self._status_json(known, call.base_url))
        text, media = str(body.get("status") or ""), [str(n) for n in body.get("media_ids") or []]
        if not text.strip() and not media:
            raise Refusal(error(422, "Validation failed: Text can't be blank"))
        if counted(text + str(body.get("spoiler_text") or "")) > MOST_CHARACTERS:
            message = f"Validation failed: Text character limit of {MOST_CHARACTERS} exceeded"
            raise Refusal(error(422, message))
        self._attached(call.who, media)
        now, new_id = time.time(), snowflake()
        due = scheduled_at(body, now)
        post = StoredPost(
            *(SLUG, new_id, new_id, call.who.id, text, body, due or now, now, media, key)
        )
        self._state.add_post(post)
        return plain_json(schedule_json(post) if due else self._status_json(post, call.base_url))

    def _visible(self, **query: Any) -> list[StoredPost]:
        now = time.time()
        return [p for p in self._state.posts(platform=SLUG, **query) if p.created_at <= now]

    async def _statuses_of(self, call: Call) -> Response:
        query = call.request.query_params
        limit = min(int(query.get("limit", 20)), 40)
        below = query.get("max_id")
        posts = self._visible(account_id=call.request.path_params["id"])
        if below:
            posts = [post for post in posts if int(post.id) < int(below)]
        return plain_json([self._status_json(post, call.base_url) for post in posts[:limit]])

    async def _statuses(self, call: Call) -> Response:
        query = call.request.query_params
        wanted = [*query.getlist("id[]"), *query.getlist("id")][:20]
        posts = [post for one in wanted for post in self._visible(post_id=one)]
        return plain_json([self._status_json(post, call.base_url) for post in posts])

    def _one(self, call: Call) -> StoredPost:
        found = self._visible(post_id=call.request.path_params["id"])
        if not found:
            raise Refusal(error(404, "Record not found"))
        return found[0]

    async def _status(self, call: Call) -> Response:
        return plain_json(self._status_json(self._one(call), call.base_url))

    async def _source(self, call: Call) -> Response:
        post = self._one(call)
        return plain_json({"id": post.id, "text": post.text, "spoiler_text": ""})

    async def _delete(self, call: Call) -> Response:
        post = self._state.post(SLUG, call.request.path_params["id"])
        if post is None or post.account_id != call.who.id:
            raise Refusal(error(404, "Record not found"))
        self._state.delete_post(SLUG, post.id)
        return plain_json(self._status_json(post, call.base_url))

    async def _scheduled(self, call: Call) -> Response:
        posts = self._state.posts(platform=SLUG, account_id=call.who.id)
        return plain_json([schedule_json(p) for p in posts if p.created_at > time.time()])


async def parameters(call: Call) -> dict[str, Any]:
    """What was sent, whether as JSON or as a form (`media_ids[]` repeats)."""
    if "json" in call.request.headers.get("content-type", ""):
        return await call.json()
    async with call.request.form() as form:
        lists = {name[:-2]: form.getlist(name) for name in form if name.endswith("[]")}
        return {**{name: form[name] for name in form if not name.endswith("[]")}, **lists}


def scheduled_at(body: Mapping[str, Any], now: float) -> float | None:
    """When a post is to appear, None for now. Refuses less than five minutes ahead."""
    text = str(body.get("scheduled_at") or "")
    if not text:
        return None
    try:
        due = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(error(422, "Validation failed: Scheduled at is invalid")) from None
    due = due if due.tzinfo else due.replace(tzinfo=UTC)
    if due.timestamp() < now + SCHEDULE_AHEAD_S:
        message = "Validation failed: Scheduled at The scheduled date must be in the future"
        raise Refusal(error(422, message))
    return due.timestamp()


TWIN = MastodonTwin
