"""Bluesky, and any server of the AT protocol: https://docs.bsky.app/docs/advanced-guides/posts.

Publishing: resolve mentions and upload pictures (`uploadBlob`), then the one irreversible call,
`createRecord` under a record key of our own. The key is chosen and stored before anything is sent,
so that a lost answer is settled by one read of that key, and a repeat can never make a second post.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date
from typing import Any

import regex

from gator_engine.adapters.connectors._atproto import ERRORS, Xrpc, tid
from gator_engine.adapters.connectors._numbers import counts
from gator_engine.adapters.connectors._richtext import LINK, MENTION, TAG, Syntax, detect
from gator_engine.adapters.connectors._rules import (
    media_problems,
    refuse,
    text_problems,
    with_disclosure,
)
from gator_engine.adapters.connectors._tokens import expiry, near_end
from gator_engine.adapters.web.wire import Network, connected
from gator_engine.domain.accounts import Account
from gator_engine.domain.capabilities import (
    CredentialField,
    MediaRule,
    PlatformCapabilities,
    TextRule,
)
from gator_engine.domain.metrics import Metric
from gator_engine.domain.text import graphemes, utf8_bytes, utf8_range
from gator_engine.errors import (
    AuthExpired,
    ExternalError,
    InvalidInput,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from gator_engine.ports import (
    ConnectedProfile,
    ConnectorSession,
    Facet,
    MediaItem,
    Message,
    MetricReading,
    Payload,
    Reconciliation,
    StepResult,
    StepStatus,
    TextMeasure,
    Verdict,
)

SLUG = "bluesky"
DEFAULT_SERVICE, WEB = "https://bsky.social", "https://bsky.app"
POST, POSTS_PER_CALL = "app.bsky.feed.post", 25
# Values that are known only when publishing starts stand in the payload as "late:…".
LATE_KEY, LATE_TIME, LATE_DID = "late:rkey", "late:created_at", "late:did:"
# As `detectFacets` of @atproto/api (packages/api/src/rich-text/util.ts).
SYNTAX = Syntax(
    mention=regex.compile(
        r"(?:^|(?<=[\s(]))(?P<shown>@(?P<value>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+"
        r"[a-z](?:[a-z0-9-]*[a-z0-9])?))",
        regex.IGNORECASE,
    ),
    tag=regex.compile(
        r"(?:^|(?<=\s))(?P<shown>[#＃](?!\ufe0f)(?P<value>[^\s\u200b-\u200d\u2060\u00ad\u20e2]*"
        r"[^\d\s\p{P}\u200b-\u200d\u2060\u00ad\u20e2]))"
    ),
    accept=lambda facet: facet.kind != TAG or graphemes(facet.value) <= 64,
)
FOLLOWERS = {"followers": Metric.FOLLOWERS}
COUNTS = {
    "likeCount": Metric.LIKES,
    "repostCount": Metric.SHARES,
    "replyCount": Metric.REPLIES,
    "quoteCount": Metric.QUOTES,
    "bookmarkCount": Metric.SAVES,
}
CAPABILITIES = PlatformCapabilities(
    slug=SLUG,
    label="Bluesky",
    text=TextRule(300, "characters", byte_limit=3000),
    media=MediaRule(
        max_images=4,
        mime_types=("image/jpeg", "image/png", "image/webp"),
        max_image_bytes=2_000_000,
        alt_text_limit=2000,
        # The lexicon requires `alt`; an empty one would fulfil it and tell nobody anything.
        alt_text_required=True,
    ),
    source="lexicons app.bsky.feed.post, app.bsky.embed.images, com.atproto.label.defs",
    as_of=date(2026, 8, 20),
    can_delete=True,
    metrics=(*COUNTS.values(), Metric.FOLLOWERS),
    api_version="com.atproto / app.bsky",
    idempotent=True,
    sensitive_warning="self-label: sexual",
)
CREDENTIALS = (
    CredentialField("identifier", "Handle", placeholder="name.bsky.social"),
    CredentialField(
        "app_password",
        "App password",
        secret=True,
        help="Settings → Privacy and security → App passwords; it is used once and not kept.",
    ),
    CredentialField(
        "service",
        "Server",
        help="Only for accounts on a server of their own.",
        placeholder=DEFAULT_SERVICE,
        optional=True,
    ),
)


class Bluesky:
    """The connector; see ports.Connector."""

    slug = SLUG
    capabilities = CAPABILITIES
    credential_fields = CREDENTIALS

    def __init__(self, network: Network | None = None) -> None:
        self._network = network or Network()
        self._xrpc = Xrpc(SLUG, self._network)

    # ------------------------------------------------------------------ limits and payload

    def capabilities_for(self, account: Account) -> PlatformCapabilities:
        """The protocol's own limits: they stand in its lexicons, not on a server."""
        return CAPABILITIES

    def measure(self, text: str, account: Account | None = None) -> TextMeasure:
        """Graphemes; UTF-8 bytes only when those alone are too many."""
        shown, in_bytes = _measures(text)
        return in_bytes if in_bytes.over and not shown.over else shown

    def compose(self, message: Message, account: Account) -> Payload:
        """See ports.Connector. Raises InvalidInput naming every field that is wrong."""
        text, disclosure = with_disclosure(message)
        refuse(
            [
                *text_problems(message, _measures(text)),
                *media_problems(message.media, CAPABILITIES.media),
            ]
        )
        facets = detect(text, SYNTAX)
        record: dict[str, Any] = {
            "$type": POST,
            "text": text,
            "createdAt": LATE_TIME,
            "langs": [message.language],
        }
        if facets:
            record["facets"] = [_facet(text, facet) for facet in facets]
        if message.media:
            images = [_image(number, item) for number, item in enumerate(message.media)]
            record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
        if message.sensitive:
            labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "sexual"}]}
            record["labels"] = labels
        body = {"repo": account.remote_id, "collection": POST, "rkey": LATE_KEY, "record": record}
        return Payload(body, text, facets, message.media, disclosure)

    # ------------------------------------------------------------------ account

    def connect(self, fields: Mapping[str, str]) -> ConnectedProfile:
        """Log in once; the session's tokens are kept, the app password is not."""
        service = self._network.given_url(fields.get("service") or DEFAULT_SERVICE, "service")
        identifier = fields.get("identifier", "").strip().removeprefix("@").lower()
        password = fields.get("app_password", "").strip()
        for name, value in (("identifier", identifier), ("app_password", password)):
            if not value:
                raise InvalidInput(name, "is missing")
        opened = self._xrpc.log_in(service, identifier, password)
        handle, did = str(opened.need("handle")), str(opened.need("did"))
        access, renewal = str(opened.need("accessJwt")), str(opened.need("refreshJwt"))
        pds = self._xrpc.home_of(did, opened.data.get("didDoc"), service)
        profile = self._profile(pds, access, did)
        return ConnectedProfile(
            remote_id=did,
            handle=handle,
            display_name=str(profile.get("displayName") or handle),
            profile_url=f"{self._web(pds)}/profile/{handle}",
            avatar_url=str(profile.get("avatar") or ""),
            base_url=pds,
            credentials={"access_jwt": access, "refresh_jwt": renewal},
            token_expires_at=expiry(renewal),
        )

    def refresh(self, session: ConnectorSession) -> None:
        """Renew the session when four fifths of the access token's life are over."""
        if near_end(session.credentials["access_jwt"], session.now()):
            self._xrpc.renew(session)

    # ------------------------------------------------------------------ publishing

    def start(self, payload: Payload, session: ConnectorSession) -> StepResult:
        """Fix the record key and time, resolve mentions, upload pictures; each is remembered.

        A mention of a handle that does not exist goes out as plain text, as the official app does.
        """
        if not session.remote.get("rkey"):
            now = session.now()
            stamp = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            session.remember(rkey=tid(now, session.idempotency_key), created_at=stamp)
        for handle in _handles(payload):
            if f"did_{handle}" not in session.remote:
                session.remember(**{f"did_{handle}": self._resolve(session, handle)})
        for number, item in enumerate(payload.media):
            if not session.remote.get(f"media_{number}"):
                self._upload(session, number, item)
        lost = [f"@{h}" for h in _handles(payload) if not session.remote[f"did_{h}"]]
        note = f"Not found, so plain text: {', '.join(lost)}." if lost else ""
        return StepResult(StepStatus.READY, note=note)

    def poll(self, payload: Payload, session: ConnectorSession) -> StepResult:
        """Nothing is processed after an upload, so this is ready at once."""
        return StepResult(StepStatus.READY)

    def finalize(self, payload: Payload, session: ConnectorSession) -> StepResult:
        """Create the record under the key chosen in `start`."""
        body = _filled(payload, session.remote)
        session.note_request(
            f"createRecord {body['rkey']}: {len(payload.text)} characters,"
            f" {len(payload.media)} pictures"
        )
        try:
            answer = self._xrpc.call(
                session, "publish", "POST", "com.atproto.repo.createRecord", final=True, json=body
            )
        except Transient as error:
            if error.code == "BlobNotFound":
                # Servers drop pictures that stay unused: the next start uploads them again.
                session.remember(**{f"media_{n}": "" for n in range(len(payload.media))})
            raise
        uri = answer.data.get("uri") if isinstance(answer.data, dict) else None
        if not uri:
            raise OutcomeUnknown(SLUG, "publish", "the answer names no post", code="unreadable")
        url = self._post_url(session.account, session.remote["rkey"])
        return StepResult(StepStatus.PUBLISHED, remote_id=str(uri), remote_url=url)

    def reconcile(self, payload: Payload, session: ConnectorSession) -> Reconciliation:
        """Read the record key: whatever stands there is the answer."""
        rkey, did = session.remote.get("rkey", ""), session.account.remote_id
        if not rkey:
            return Reconciliation(Verdict.ABSENT, "Nothing was sent: no record key was chosen yet.")
        params = {"repo": did, "collection": POST, "rkey": rkey}
        try:
            nsid = "com.atproto.repo.getRecord"
            record = self._xrpc.call(session, "reconcile", "GET", nsid, params=params)
            uri, stored = str(record.need("uri")), record.need("value")
        except (AuthExpired, RateLimited):
            raise
        except ExternalError as error:
            if error.code in ("RecordNotFound", "RecordNotFoundError"):
                return Reconciliation(Verdict.ABSENT, f"There is no record under the key {rkey}.")
            return Reconciliation(Verdict.UNKNOWN, f"The record cannot be read: {error}.")
        if not isinstance(stored, dict) or stored.get("text") != payload.text:
            session.remember(rkey="")
            return Reconciliation(Verdict.ABSENT, f"A different post stands under the key {rkey}.")
        url = self._post_url(session.account, rkey)
        evidence = f"The record stands under its key {rkey}."
        return Reconciliation(Verdict.FOUND, evidence, uri, url)

    def delete(self, session: ConnectorSession) -> None:
        """Delete the post; the protocol answers the same when it is already gone."""
        rkey = session.remote["post_id"].rpartition("/")[2]
        body = {"repo": session.account.remote_id, "collection": POST, "rkey": rkey}
        self._xrpc.call(session, "delete", "POST", "com.atproto.repo.deleteRecord", json=body)

    def metrics(
        self, remote_ids: Sequence[str], session: ConnectorSession
    ) -> Sequence[MetricReading]:
        """Counts of posts, 25 per call, and the account's followers; deleted posts are absent."""
        did = session.account.remote_id
        nsid = "app.bsky.actor.getProfile"
        profile = self._xrpc.call(session, "metrics", "GET", nsid, params={"actor": did})
        readings = counts("", {"followers": profile.need("followersCount")}, FOLLOWERS)
        for first in range(0, len(remote_ids), POSTS_PER_CALL):
            wanted = {"uris": list(remote_ids[first : first + POSTS_PER_CALL])}
            nsid = "app.bsky.feed.getPosts"
            for post in self._xrpc.call(session, "metrics", "GET", nsid, params=wanted).rows(
                "posts"
            ):
                readings += counts(str(post.get("uri")), post, COUNTS)
        return readings

    # ------------------------------------------------------------------ calls

    def _upload(self, session: ConnectorSession, number: int, item: MediaItem) -> None:
        session.note_request(f"uploadBlob: {item.mime}, {item.size} bytes")
        answer = self._xrpc.call(
            session,
            "upload",
            "POST",
            "com.atproto.repo.uploadBlob",
            content=session.read_media(item),
            headers={"Content-Type": item.mime},
        )
        blob = json.dumps(answer.need("blob"), sort_keys=True)
        session.remember(**{f"media_{number}": blob})

    def _resolve(self, session: ConnectorSession, handle: str) -> str:
        """The DID of a handle, or "" when there is no such account."""
        nsid, params = "com.atproto.identity.resolveHandle", {"handle": handle}
        try:
            answer = self._xrpc.call(session, "resolve", "GET", nsid, params=params)
        except Rejected:
            return ""
        return str(answer.need("did"))

    def _profile(self, pds: str, token: str, did: str) -> Mapping[str, Any]:
        """The public profile; a bare server without an AppView has none."""
        with connected(SLUG, pds, self._network, ERRORS, token) as wire:
            path = "/xrpc/app.bsky.actor.getProfile"
            try:
                return dict(wire.call("connect", "GET", path, params={"actor": did}).data)
            except (Rejected, Transient):
                return {}

    def _web(self, server: str) -> str:
        return server if self._network.is_sandbox(server) else WEB

    def _post_url(self, account: Account, rkey: str) -> str:
        server = self._network.base_url(account)
        return f"{self._web(server)}/profile/{account.handle}/post/{rkey}"


def _measures(text: str) -> list[TextMeasure]:
    rule = CAPABILITIES.text
    return [
        TextMeasure(graphemes(text), rule.limit, rule.unit),
        TextMeasure(utf8_bytes(text), rule.byte_limit or 0, "bytes"),
    ]


def _facet(text: str, facet: Facet) -> dict[str, Any]:
    start, end = utf8_range(text, facet.start, facet.end)
    kind = f"app.bsky.richtext.facet#{facet.kind}"
    value = {
        LINK: {"uri": facet.value},
        TAG: {"tag": facet.value},
        MENTION: {"did": LATE_DID + facet.value.lower()},
    }[facet.kind]
    return {
        "index": {"byteStart": start, "byteEnd": end},
        "features": [{"$type": kind, **value}],
    }


def _image(number: int, item: MediaItem) -> dict[str, Any]:
    return {
        "image": f"media:{number}",
        "alt": item.alt_text,
        "aspectRatio": {"width": item.width, "height": item.height},
    }


def _handles(payload: Payload) -> list[str]:
    """Handles mentioned, each once, in order."""
    return list(dict.fromkeys(f.value.lower() for f in payload.facets if f.kind == MENTION))


def _filled(payload: Payload, remote: Mapping[str, str]) -> dict[str, Any]:
    """The body with everything that was learnt in `start`; the same bytes on every try."""
    record = {**payload.body["record"], "createdAt": remote["created_at"]}
    if "facets" in record:
        record["facets"] = list(_known(record["facets"], remote))
        if not record["facets"]:
            del record["facets"]
    if "embed" in record:
        images = [
            {**image, "image": json.loads(remote[f"media_{number}"])}
            for number, image in enumerate(record["embed"]["images"])
        ]
        record["embed"] = {**record["embed"], "images": images}
    return {**payload.body, "rkey": remote["rkey"], "record": record}


def _known(facets: Sequence[Any], remote: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The facets with DIDs in place; a mention of nobody is left out and stays plain text."""
    for facet in facets:
        feature = facet["features"][0]
        if "did" not in feature:
            yield facet
        elif did := remote[f"did_{feature['did'].removeprefix(LATE_DID)}"]:
            yield {**facet, "features": [{**feature, "did": did}]}


CONNECTOR = Bluesky
