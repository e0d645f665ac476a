"""The AT protocol as a Bluesky account meets it: its own server, and the AppView parts it reads.

Sources: the lexicons (2026-08) and the behaviour of @atproto/pds 0.4.217.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import regex
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gator_engine.adapters.sandbox.faults import Fault
from gator_engine.adapters.sandbox.state import Person, State, StoredFile, StoredPost
from gator_engine.adapters.sandbox.twin import Call, Desk, Picture, Refusal, Span, plain_json
from gator_engine.adapters.sandbox.twins.bluesky.tokens import (
    ACCESS,
    REFRESH,
    Claims,
    content_id,
    did_of,
    read,
    record_id,
    sign,
)
from gator_engine.adapters.sandbox.twins.bluesky.views import (
    blob_cid,
    images_of,
    pictures,
    post_view,
    profile_detailed,
    spans,
)
from gator_engine.errors import InvalidInput

SLUG, DOMAIN, POST = "bluesky", "sandbox.test", "app.bsky.feed.post"
HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
RKEY = re.compile(r"[A-Za-z0-9_~.:-]{1,512}")
MOST_GRAPHEMES, MOST_BYTES, MOST_IMAGES, IMAGE_BYTES = 300, 3000, 4, 2_000_000
# A used refresh token stays good a while, for two processes that renew at once.
GRACE_S = 7_200


class BlueskyTwin:
    """See sandbox.twin.Twin."""

    slug, label = SLUG, "Bluesky"
    post_path, profile_path = "/profile/{handle}/post/{key}", "/profile/{handle}"

    def __init__(self, state: State) -> None:
        self._state, self._desk = state, Desk(self, state)

    def routes(self) -> Sequence[Route]:
        def xrpc(method: str, name: str, operation: str, handler: Any, public: bool) -> Route:
            return self._desk.route(method, f"/xrpc/{name}", operation, handler, public=public)

        server, repo = "com.atproto.server", "com.atproto.repo"
        return [
            xrpc("GET", f"{server}.describeServer", "connect", self._describe, True),
            xrpc("POST", f"{server}.createSession", "connect", self._log_in, True),
            xrpc("POST", f"{server}.refreshSession", "refresh", self._refresh, True),
            xrpc("GET", f"{server}.getSession", "connect", self._session, False),
            xrpc("GET", "com.atproto.identity.resolveHandle", "resolve", self._resolve, True),
            xrpc("POST", f"{repo}.uploadBlob", "upload", self._upload, False),
            xrpc("POST", f"{repo}.createRecord", "publish", self._create, False),
            xrpc("GET", f"{repo}.getRecord", "read", self._record, True),
            xrpc("GET", f"{repo}.listRecords", "read", self._records, True),
            xrpc("POST", f"{repo}.deleteRecord", "delete", self._delete, False),
            xrpc("GET", "app.bsky.actor.getProfile", "metrics", self._profile, False),
            xrpc("GET", "app.bsky.feed.getPosts", "metrics", self._posts, False),
        ]

    # ------------------------------------------------------------------ accounts and sessions

    def new_person(self, handle: str, display_name: str) -> Person:
        full = handle if "." in handle else f"{handle}.{DOMAIN}"
        if not HANDLE.fullmatch(full):
            problem = f"{handle!r} cannot be a handle"
            raise InvalidInput("handle", problem, "a–z, 0–9 and -, with dots between")
        return self._state.open_person(SLUG, did_of(full), full, display_name)

    def credentials(self, person: Person, base_url: str) -> Mapping[str, str]:
        return {
            "service": base_url,
            "identifier": person.handle,
            "app_password": person.secret,
        }

    def _claims(self, request: Request) -> Claims | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return read(token, self._state.signing_key) if token else None

    def caller(self, request: Request) -> Person | None:
        claims = self._claims(request)
        if claims is None or claims.expired or claims.scope != ACCESS:
            return None
        return self._state.person(SLUG, id=claims.did)

    def unknown_caller(self) -> Response:
        return _error(401, "AuthMissing", "Authentication Required")

    def faulty(self, fault: Fault) -> Response:
        if fault.base == "rate_limit":
            headers = {
                "ratelimit-limit": "3000",
                "ratelimit-remaining": "0",
                "ratelimit-reset": f"{time.time() + fault.retry_after:.0f}",
                "ratelimit-policy": "3000;w=300",
                "retry-after": f"{fault.retry_after:.0f}",
            }
            return _error(429, "RateLimitExceeded", "Rate Limit Exceeded", headers)
        status, code, message = {
            "reject": (400, "InvalidRequest", "refused by a scripted fault"),
            "server_error": (500, "InternalServerError", "Internal Server Error"),
            "forbidden": (403, "Forbidden", "This account may not do that"),
            "token_expired": (400, "ExpiredToken", "Token has expired"),
        }.get(fault.base, (401, "AuthenticationRequired", "Invalid token"))
        return _error(status, code, message)

    async def _describe(self, call: Call) -> Response:
        domains = [f".{DOMAIN}"]
        return plain_json({"did": f"did:web:{DOMAIN}", "availableUserDomains": domains})

    async def _log_in(self, call: Call) -> Response:
        body = await call.json()
        identifier = str(body.get("identifier", "")).lower()
        person = self._find(identifier)
        if person is None or person.secret != body.get("password"):
            message = "Invalid identifier or password"
            raise Refusal(_error(401, "AuthenticationRequired", message))
        return plain_json(self._tokens(person, call.base_url))

    async def _refresh(self, call: Call) -> Response:
        claims = self._claims(call.request)
        if claims is None or claims.scope != REFRESH:
            raise Refusal(_error(400, "InvalidToken", "Token could not be verified"))
        used = self._state.rows("select value from facts where name = ?", (_used(claims),))
        if claims.expired or (used and float(used[0]["value"]) + GRACE_S < time.time()):
            raise Refusal(_error(400, "ExpiredToken", "Token has been revoked"))
        now = str(time.time())
        self._state.run("insert or ignore into facts values (?, ?)", (_used(claims), now))
        person = self._state.person(SLUG, id=claims.did)
        if person is None:
            raise Refusal(_error(401, "AuthenticationRequired", "Account not found"))
        return plain_json(self._tokens(person, call.base_url))

    async def _session(self, call: Call) -> Response:
        return plain_json(self._identity(call.who, call.base_url))

    def _tokens(self, person: Person, base_url: str) -> dict[str, Any]:
        key = self._state.signing_key
        return {
            "accessJwt": sign(person.id, ACCESS, key),
            "refreshJwt": sign(person.id, REFRESH, key),
            **self._identity(person, base_url),
        }

    def _identity(self, person: Person, base_url: str) -> dict[str, Any]:
        pds = {
            "id": "#atproto_pds",
            "type": "AtprotoPersonalDataServer",
            "serviceEndpoint": base_url,
        }
        return {
            "handle": person.handle,
            "did": person.id,
            "didDoc": {
                "@context": ["https://www.w3.org/ns/did/v1"],
                "id": person.id,
                "alsoKnownAs": [f"at://{person.handle}"],
                "verificationMethod": [],
                "service": [pds],
            },
            "active": True,
        }

    def _find(self, actor: str) -> Person | None:
        by = "id" if actor.startswith("did:") else "handle"
        return self._state.person(SLUG, **{by: actor})

    async def _resolve(self, call: Call) -> Response:
        person = self._find(call.request.query_params.get("handle", "").lower())
        if person is None:
            raise Refusal(_error(400, "InvalidRequest", "Unable to resolve handle"))
        return plain_json({"did": person.id})

    async def _profile(self, call: Call) -> Response:
        person = self._find(call.request.query_params.get("actor", "").lower())
        if person is None:
            raise Refusal(_error(400, "InvalidRequest", "Profile not found"))
        posts = len(self._state.posts(platform=SLUG, account_id=person.id))
        return plain_json(profile_detailed(person, posts, call.base_url))

    # ------------------------------------------------------------------ records

    async def _upload(self, call: Call) -> Response:
        data = await call.request.body()
        mime = call.request.headers.get("content-type", "application/octet-stream")
        if len(data) > IMAGE_BYTES * 50:
            raise Refusal(_error(400, "BlobTooLarge", "This file is too large"))
        cid = content_id(data)
        self._state.add_file(StoredFile(SLUG, cid, call.who.id, mime, data, time.time()))
        ref = {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime, "size": len(data)}
        return plain_json({"blob": ref})

    async def _create(self, call: Call) -> Response:
        body = await call.json()
        record, who = body.get("record") or {}, call.who
        rkey = str(body.get("rkey") or f"{time.time_ns():x}")
        if body.get("repo") not in (who.id, who.handle):
            raise Refusal(_error(400, "InvalidRequest", "Could not find repo"))
        if body.get("collection") != POST or not RKEY.fullmatch(rkey):
            raise Refusal(_error(400, "InvalidRequest", "Invalid collection or record key"))
        self._valid(record, who)
        uri, cid, now = f"at://{who.id}/{POST}/{rkey}", record_id(record), time.time()
        if self._state.posts(platform=SLUG, post_id=uri, deleted=True):
            # As the real server does (0.4.217): an existing key is an internal error to it.
            raise Refusal(
                _error(500, "InternalServerError", "There is already a value at that key")
            )
        media = [blob_cid(image) for image in images_of(record)]
        self._state.add_post(
            StoredPost(*(SLUG, uri, rkey, who.id, record["text"], body, now, now, media, rkey))
        )
        commit = {"cid": cid, "rev": rkey}
        return plain_json({"uri": uri, "cid": cid, "commit": commit, "validationStatus": "valid"})

    def _valid(self, record: Mapping[str, Any], who: Person) -> None:
        text, images = record.get("text"), images_of(record)
        problem = ""
        if not isinstance(text, str) or not record.get("createdAt"):
            problem = "Record must have the properties text and createdAt"
        elif len(text.encode()) > MOST_BYTES:
            problem = "Record/text must not be longer than 3000 characters"
        elif len(regex.findall(r"\X", text)) > MOST_GRAPHEMES:
            problem = "Record/text must not be longer than 300 graphemes"
        elif len(images) > MOST_IMAGES:
            problem = "Record/embed/images must not have more than 4 elements"
        if problem:
            raise Refusal(_error(400, "InvalidRequest", f"Invalid {POST} record: {problem}"))
        for image in images:
            file = self._state.file(SLUG, blob_cid(image), who.id)
            if file is None:
                cid = blob_cid(image)
                raise Refusal(_error(400, "BlobNotFound", f"Could not find blob: {cid}"))
            if len(file.data) > IMAGE_BYTES:
                raise Refusal(_error(400, "InvalidRequest", "This file is too large"))

    async def _record(self, call: Call) -> Response:
        query = call.request.query_params
        person = self._find(query.get("repo", ""))
        uri = f"at://{person.id if person else ''}/{query.get('collection')}/{query.get('rkey')}"
        post = self._state.post(SLUG, uri)
        if post is None:
            raise Refusal(_error(400, "RecordNotFound", f"Could not locate record: {uri}"))
        return plain_json(_stored(post))

    async def _records(self, call: Call) -> Response:
        query = call.request.query_params
        person = self._find(query.get("repo", ""))
        limit = min(int(query.get("limit", 50)), 100)
        own = self._state.posts(platform=SLUG, account_id=person.id) if person else []
        return plain_json({"records": [_stored(post) for post in own[:limit]]})

    async def _delete(self, call: Call) -> Response:
        body = await call.json()
        uri = f"at://{call.who.id}/{body.get('collection')}/{body.get('rkey')}"
        self._state.delete_post(SLUG, uri)
        return plain_json({})

    async def _posts(self, call: Call) -> Response:
        wanted = call.request.query_params.getlist("uris")
        if len(wanted) > 25:
            message = "Params/uris must not have more than 25 elements"
            raise Refusal(_error(400, "InvalidRequest", message))
        found = [post for uri in wanted if (post := self._state.post(SLUG, uri))]
        authors = {p.account_id: self._state.person(SLUG, id=p.account_id) for p in found}
        views = [
            post_view(post, author, call.base_url)
            for post in found
            if (author := authors[post.account_id])
        ]
        return plain_json({"posts": views})

    # ------------------------------------------------------------------ pages

    def spans(self, post: StoredPost, base_url: str) -> Sequence[Span]:
        return spans(post.body["record"], base_url)

    def pictures(self, post: StoredPost, base_url: str) -> Sequence[Picture]:
        return pictures(post, base_url)


def _stored(post: StoredPost) -> dict[str, Any]:
    record = post.body["record"]
    return {"uri": post.id, "cid": record_id(record), "value": record}


def _used(claims: Claims) -> str:
    return f"used refresh token {claims.token_id}"


def _error(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    return plain_json({"error": code, "message": message}, status, headers)


TWIN = BlueskyTwin
