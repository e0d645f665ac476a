"""Mastodon (and servers that speak its API): https://docs.joinmastodon.org/methods/statuses/.

Publishing: upload each picture (`POST /api/v2/media`), wait until the server has processed them
(202 and 206 mean "not yet"), then the one irreversible call, `POST /api/v1/statuses` with an
Idempotency-Key, which the server honours for one hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import regex

from gator_engine.adapters.connectors._numbers import counts, whole
from gator_engine.adapters.connectors._richtext import LINK, MENTION, Syntax, detect, from_html
from gator_engine.adapters.connectors._rules import (
    media_problems,
    refuse,
    text_problems,
    with_disclosure,
)
from gator_engine.adapters.web.wire import Errors, Network, Wire, connected, instant
from gator_engine.domain.accounts import Account
from gator_engine.domain.capabilities import (
    CredentialField,
    MediaRule,
    PlatformCapabilities,
    TextRule,
)
from gator_engine.domain.metrics import Metric
from gator_engine.domain.text import collapsed, graphemes, substituted
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
    Message,
    MetricReading,
    Payload,
    Reconciliation,
    StepResult,
    StepStatus,
    TextMeasure,
    Verdict,
)

SLUG = "mastodon"
POLL_S = 3.0
STATUSES_PER_CALL = 20
PAGE, MOST_PAGES = 40, 25
# The server's clock is read from its answers; this covers what remains.
CLOCK_MARGIN = timedelta(seconds=30)

KNOWN_LIMITS = (
    *("max_characters", "max_media_attachments", "characters_reserved_per_url", "version"),
    *("supported_mime_types", "image_size_limit", "image_matrix_limit", "description_limit"),
)

COUNTS = {
    "favourites_count": Metric.LIKES,
    "reblogs_count": Metric.SHARES,
    "replies_count": Metric.REPLIES,
    "quotes_count": Metric.QUOTES,
}
FOLLOWERS = {"followers": Metric.FOLLOWERS}

# As Mastodon's own Account::MENTION_RE and Tag::HASHTAG_RE (v4.6) read them.
SYNTAX = Syntax(
    mention=regex.compile(
        r"(?<![=/\w])(?P<shown>@(?P<value>[a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?"
        r"(?:@[\p{L}\p{N}][\p{L}\p{N}.-]*[\p{L}\p{N}])?))",
        regex.IGNORECASE,
    ),
    tag=regex.compile(
        r"(?<![\p{L}\p{N}\p{M}_/)])(?P<shown>[#＃]"
        r"(?P<value>[\p{L}\p{N}\p{M}_·]*[\p{L}\p{M}_][\p{L}\p{N}\p{M}_]*))"
    ),
)
CAPABILITIES = PlatformCapabilities(
    slug=SLUG,
    label="Mastodon",
    # Graphemes, an address as 23, a mention without its domain: StatusLengthValidator of v4.6.
    text=TextRule(500, "characters"),
    media=MediaRule(
        max_images=4,
        mime_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        max_image_bytes=16 * 1024 * 1024,
        max_image_pixels=33_177_600,
        alt_text_limit=1500,
    ),
    source="https://docs.joinmastodon.org/methods/media/ and the server's /api/v2/instance",
    as_of=date(2026, 7, 1),
    can_delete=True,
    metrics=(*COUNTS.values(), Metric.FOLLOWERS),
    api_version="v1 (media v2)",
    idempotent=True,
    sensitive_warning="marked as sensitive",
)
CREDENTIALS = (
    CredentialField("base_url", "Server", placeholder="https://mastodon.social"),
    CredentialField(
        "access_token",
        "Access token",
        secret=True,
        help="Preferences → Development → New application, with the scopes read and write.",
    ),
)


def _read_error(body: Any) -> tuple[str, str]:
    """Mastodon gives a sentence, not a code (https://docs.joinmastodon.org/entities/Error/)."""
    if not isinstance(body, dict):
        return "", ""
    return "", str(body.get("error_description") or body.get("error") or "")[:500]


ERRORS = Errors(read=_read_error, wait_headers=("x-ratelimit-reset",))


class Mastodon:
    """The connector; see ports.Connector."""

    slug = SLUG
    capabilities = CAPABILITIES
    credential_fields = CREDENTIALS

    def __init__(self, network: Network | None = None) -> None:
        self._network = network or Network()

    # ------------------------------------------------------------------ limits and payload

    def capabilities_for(self, account: Account) -> PlatformCapabilities:
        """The limits the account's server gave when it was connected, else Mastodon's defaults."""
        given = account.limits
        media, text = CAPABILITIES.media, CAPABILITIES.text
        return replace(
            CAPABILITIES,
            text=replace(text, limit=whole(given, "max_characters", text.limit)),
            media=replace(
                media,
                max_images=whole(given, "max_media_attachments", media.max_images),
                max_image_bytes=whole(given, "image_size_limit", media.max_image_bytes),
                max_image_pixels=whole(given, "image_matrix_limit", media.max_image_pixels or 0),
                alt_text_limit=whole(given, "description_limit", media.alt_text_limit),
                mime_types=_mimes(given) or media.mime_types,
            ),
        )

    def measure(self, text: str, account: Account | None = None) -> TextMeasure:
        """Graphemes with each address as 23 and a remote mention without its domain.

        Source: app/validators/status_length_validator.rb of Mastodon 4.6.
        """
        rule = (self.capabilities_for(account) if account else CAPABILITIES).text
        per_url = whole(account.limits if account else {}, "characters_reserved_per_url", 23)
        shortened = []
        for facet in detect(text, SYNTAX):
            if facet.kind == LINK:
                shortened.append((facet.start, facet.end, "x" * per_url))
            elif facet.kind == MENTION:
                shortened.append((facet.start, facet.end, "@" + facet.value.partition("@")[0]))
        return TextMeasure(graphemes(substituted(text, shortened)), rule.limit, rule.unit)

    def compose(self, message: Message, account: Account) -> Payload:
        """See ports.Connector. Raises InvalidInput naming every field that is wrong."""
        text, disclosure = with_disclosure(message)
        rule = self.capabilities_for(account).media
        refuse(
            [
                *text_problems(message, [self.measure(text, account)]),
                *media_problems(message.media, rule),
            ]
        )
        body: dict[str, Any] = {
            "status": text,
            "visibility": "public",
            "sensitive": message.sensitive,
            "language": message.language,
        }
        if message.media:
            body["media_ids"] = [f"media:{n}" for n in range(len(message.media))]
        return Payload(body, text, detect(text, SYNTAX), message.media, disclosure)

    # ------------------------------------------------------------------ account

    def connect(self, fields: Mapping[str, str]) -> ConnectedProfile:
        """Check the token with the server and read its limits."""
        base_url = self._network.given_url(fields.get("base_url", ""), "base_url")
        token = fields.get("access_token", "").strip()
        if not token:
            raise InvalidInput("access_token", "is missing")
        with connected(SLUG, base_url, self._network, ERRORS, token) as wire:
            try:
                me = wire.call("connect", "GET", "/api/v1/accounts/verify_credentials")
            except AuthExpired as error:
                raise InvalidInput("access_token", "is not accepted by this server") from error
            except Rejected as error:
                if error.code != "404":
                    raise
                raise InvalidInput("base_url", "is not a Mastodon server") from error
            limits, domain = self._instance(wire)
        return ConnectedProfile(
            remote_id=f"{me.need('id')}@{domain}",
            handle=f"{me.need('username')}@{domain}",
            display_name=str(me.data.get("display_name") or me.need("username")),
            profile_url=str(me.need("url")),
            avatar_url=str(me.data.get("avatar") or ""),
            base_url=base_url,
            credentials={"access_token": token},
            limits=limits,
        )

    def refresh(self, session: ConnectorSession) -> None:
        """Nothing to do: Mastodon's tokens do not expire."""

    # ------------------------------------------------------------------ publishing

    def start(self, payload: Payload, session: ConnectorSession) -> StepResult:
        """Upload the pictures that have no id yet; ids are remembered one by one."""
        with self._wire(session) as wire:
            for number, item in enumerate(payload.media):
                if session.remote.get(f"media_{number}"):
                    continue
                session.note_request(f"POST /api/v2/media: {item.mime}, {item.size} bytes")
                answer = wire.call(
                    "upload",
                    "POST",
                    "/api/v2/media",
                    files={"file": (item.sha256[:16], session.read_media(item), item.mime)},
                    data={"description": item.alt_text} if item.alt_text else {},
                )
                session.remember(**{f"media_{number}": str(answer.need("id"))})
        return self.poll(payload, session)

    def poll(self, payload: Payload, session: ConnectorSession) -> StepResult:
        """Ready once the server has processed every picture."""
        with self._wire(session) as wire:
            for number in range(len(payload.media)):
                if not self._processed(wire, session, number):
                    note = f"The server is processing picture {number + 1}."
                    return StepResult(StepStatus.WAIT, wait_s=POLL_S, note=note)
        return StepResult(StepStatus.READY)

    def finalize(self, payload: Payload, session: ConnectorSession) -> StepResult:
        """Post it, with the delivery's own Idempotency-Key."""
        body = _filled(payload, session.remote)
        media = body.get("media_ids", [])
        session.note_request(f"POST /api/v1/statuses: {len(payload.text)} characters, {media=}")
        with self._wire(session) as wire:
            answer = wire.call(
                "publish",
                "POST",
                "/api/v1/statuses",
                final=True,
                json=body,
                headers={"Idempotency-Key": session.idempotency_key},
            )
        if not isinstance(answer.data, dict) or not answer.data.get("id"):
            raise OutcomeUnknown(SLUG, "publish", "the answer names no post", code="unreadable")
        url = str(answer.data.get("url") or answer.data.get("uri") or "")
        return StepResult(StepStatus.PUBLISHED, remote_id=str(answer.data["id"]), remote_url=url)

    def reconcile(self, payload: Payload, session: ConnectorSession) -> Reconciliation:
        """Look through the account's own posts since the attempt began, newest first.

        A post is ours when it carries the pictures we uploaded, or, without pictures, the same
        text (mentions without domain, blank space collapsed, since the server returns HTML).
        """
        try:
            with self._wire(session) as wire:
                for status in self._own_since(wire, session):
                    if _same(status, payload, session.remote):
                        when, url = str(status["created_at"]), str(status.get("url") or "")
                        evidence = f"The account shows this very post, made at {when}."
                        return Reconciliation(Verdict.FOUND, evidence, str(status["id"]), url)
        except (AuthExpired, RateLimited):
            raise
        except ExternalError as error:
            return Reconciliation(Verdict.UNKNOWN, f"The account's posts cannot be read: {error}.")
        since = f"{session.attempt_started_at:%Y-%m-%d %H:%M:%S} UTC"
        return Reconciliation(Verdict.ABSENT, f"The account shows no such post since {since}.")

    def delete(self, session: ConnectorSession) -> None:
        """Delete the post; one that is gone already counts as deleted."""
        with self._wire(session) as wire:
            try:
                wire.call("delete", "DELETE", f"/api/v1/statuses/{session.remote['post_id']}")
            except Rejected as error:
                if error.code != "404":
                    raise

    def metrics(
        self, remote_ids: Sequence[str], session: ConnectorSession
    ) -> Sequence[MetricReading]:
        """Counts of posts, twenty per call, and of followers; deleted posts are absent."""
        with self._wire(session) as wire:
            me = wire.call("metrics", "GET", "/api/v1/accounts/verify_credentials")
            readings = counts("", {"followers": me.need("followers_count")}, FOLLOWERS)
            for first in range(0, len(remote_ids), STATUSES_PER_CALL):
                wanted = {"id[]": list(remote_ids[first : first + STATUSES_PER_CALL])}
                for status in wire.call("metrics", "GET", "/api/v1/statuses", params=wanted).rows():
                    readings += counts(str(status.get("id")), status, COUNTS)
        return readings

    # ------------------------------------------------------------------ inside

    def _wire(self, session: ConnectorSession) -> AbstractContextManager[Wire]:
        base_url = self._network.base_url(session.account)
        return connected(SLUG, base_url, self._network, ERRORS, session.credentials["access_token"])

    def _instance(self, wire: Wire) -> tuple[dict[str, Any], str]:
        """Limits and domain, from v2 or, on older and other servers, v1 of the instance call."""
        try:
            data = wire.call("connect", "GET", "/api/v2/instance").data
        except Rejected:
            data = wire.call("connect", "GET", "/api/v1/instance").data
        configuration = data.get("configuration") or {}
        given = {
            **(configuration.get("statuses") or {}),
            **(configuration.get("media_attachments") or {}),
            "version": data.get("version"),
        }
        domain = str(data.get("domain") or data.get("uri") or "")
        return {name: given[name] for name in KNOWN_LIMITS if given.get(name)}, domain

    def _processed(self, wire: Wire, session: ConnectorSession, number: int) -> bool:
        name = f"media_{number}"
        try:
            answer = wire.call("poll", "GET", f"/api/v1/media/{session.remote[name]}")
        except Rejected as error:
            if error.code != "404":
                raise
            # Servers drop pictures that stay unused for a day: the next start uploads it again.
            session.remember(**{name: ""})
            raise Transient(SLUG, "poll", "the uploaded picture is gone", code="404") from error
        return answer.status == 200

    def _own_since(self, wire: Wire, session: ConnectorSession) -> Iterator[dict[str, Any]]:
        """Own posts made since the attempt began, by the server's clock."""
        path = f"/api/v1/accounts/{session.account.remote_id.partition('@')[0]}/statuses"
        params: dict[str, Any] = {"limit": PAGE, "exclude_reblogs": "true"}
        for _ in range(MOST_PAGES):
            answer = wire.call("reconcile", "GET", path, params=params)
            ahead = (answer.date or session.now()) - session.now()
            earliest = session.attempt_started_at + ahead - CLOCK_MARGIN
            rows = answer.rows()
            for status in rows:
                made = instant(str(status.get("created_at")))
                if made is None:
                    raise Transient(SLUG, "reconcile", "a post has no time", code="unreadable")
                if made < earliest:
                    return
                yield status
            if len(rows) < PAGE:
                return
            params["max_id"] = rows[-1].get("id")
        raise Transient(SLUG, "reconcile", "too many posts since the attempt to look through")


def _filled(payload: Payload, remote: Mapping[str, str]) -> dict[str, Any]:
    """The body with the ids of the uploads in place of `media:<n>`."""
    body = dict(payload.body)
    if payload.media:
        body["media_ids"] = [remote[f"media_{n}"] for n in range(len(payload.media))]
    return body


def _same(status: Mapping[str, Any], payload: Payload, remote: Mapping[str, str]) -> bool:
    shown = [str(item["id"]) for item in status.get("media_attachments", [])]
    if payload.media:
        return shown == [remote.get(f"media_{n}", "") for n in range(len(payload.media))]
    return not shown and _fingerprint(from_html(status["content"])) == _fingerprint(payload.text)


def _fingerprint(text: str) -> str:
    """What survives the way to HTML and back: domains of mentions and blank space do not."""
    mentions = [f for f in detect(text, SYNTAX) if f.kind == MENTION]
    short = [(f.start, f.end, "@" + f.value.partition("@")[0].lower()) for f in mentions]
    return collapsed(substituted(text, short))


def _mimes(limits: Mapping[str, object]) -> tuple[str, ...]:
    """Picture types the server takes, without those that only some of its clients can show."""
    given = limits.get("supported_mime_types")
    listed = given if isinstance(given, list | tuple) else ()
    return tuple(mime for mime in CAPABILITIES.media.mime_types if mime in listed)


CONNECTOR = Mastodon
