"""Mastodon's JSON entities: https://docs.joinmastodon.org/entities/."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from gator_engine.adapters.sandbox.engagement import followers, reactions
from gator_engine.adapters.sandbox.state import Person, StoredFile, StoredPost
from gator_engine.adapters.sandbox.twin import plain_json
from gator_engine.adapters.sandbox.twins.mastodon.text import PER_URL, mentions, tags, to_html

DOMAIN, VERSION = "sandbox.mastodon.test", "4.6.0"
MOST_CHARACTERS, MOST_MEDIA, MOST_DESCRIPTION = 500, 4, 1500
IMAGE_BYTES, IMAGE_PIXELS = 16_777_216, 33_177_600
IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
INSTANCE: dict[str, Any] = {
    "domain": DOMAIN,
    "uri": DOMAIN,
    "title": "Sandbox network (simulated)",
    "version": VERSION,
    "source_url": "https://github.com/mastodon/mastodon",
    "description": "A local stand-in for a Mastodon server. Nothing here is public.",
    "languages": ["en"],
    "configuration": {
        "statuses": {
            "max_characters": MOST_CHARACTERS,
            "max_media_attachments": MOST_MEDIA,
            "characters_reserved_per_url": PER_URL,
        },
        "media_attachments": {
            "supported_mime_types": list(IMAGE_TYPES),
            "description_limit": MOST_DESCRIPTION,
            "image_size_limit": IMAGE_BYTES,
            "image_matrix_limit": IMAGE_PIXELS,
        },
    },
    "registrations": {"enabled": False, "approval_required": False},
    "api_versions": {"mastodon": 7},
    "rules": [],
}


def account_json(person: Person, own: Sequence[StoredPost], base_url: str) -> dict[str, Any]:
    """An Account; its posts newest first."""
    url = f"{base_url}/@{person.handle}"
    slug = base_url.rpartition("/")[2]
    avatar = f"{base_url.rpartition('/')[0]}/sandbox/avatars/{slug}/{person.handle}.svg"
    return {
        "id": person.id,
        "username": person.handle,
        "acct": person.handle,
        "display_name": person.display_name,
        "locked": False,
        "bot": True,
        "discoverable": True,
        "group": False,
        "created_at": iso(person.created_at),
        "note": "",
        "url": url,
        "uri": url,
        **dict.fromkeys(("avatar", "avatar_static", "header", "header_static"), avatar),
        "followers_count": followers(person.id, time.time() - person.created_at, len(own)),
        "following_count": 0,
        "statuses_count": len(own),
        "last_status_at": iso(own[0].created_at)[:10] if own else None,
        "emojis": [],
        "fields": [],
    }


def status_json(
    post: StoredPost, account: dict[str, Any], files: Sequence[StoredFile], base_url: str
) -> dict[str, Any]:
    """A Status with its simulated counts."""
    counts = reactions(post.id, time.time() - post.created_at, len(files))
    url = f"{base_url}/@{account['username']}/{post.key}"
    return {
        "id": post.id,
        "uri": url,
        "url": url,
        "created_at": iso(post.created_at),
        "account": account,
        "content": to_html(post.text, base_url),
        "visibility": post.body.get("visibility") or "public",
        "sensitive": str(post.body.get("sensitive")).lower() in ("true", "1"),
        "spoiler_text": post.body.get("spoiler_text") or "",
        "language": post.body.get("language"),
        "media_attachments": [media_json(file, base_url) for file in files],
        "mentions": [
            {"id": "0", "username": one.partition("@")[0], "acct": one, "url": f"{base_url}/@{one}"}
            for one in mentions(post.text)
        ],
        "tags": [{"name": one.lower(), "url": f"{base_url}/tags/{one}"} for one in tags(post.text)],
        "emojis": [],
        "favourites_count": counts.likes,
        "reblogs_count": counts.shares,
        "replies_count": counts.replies,
        "quotes_count": counts.quotes,
        "reblog": None,
        "poll": None,
        "card": None,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "edited_at": None,
        "application": None,
        "favourited": False,
        "reblogged": False,
        "bookmarked": False,
        "muted": False,
    }


def schedule_json(post: StoredPost) -> dict[str, Any]:
    """A ScheduledStatus."""
    return {
        "id": post.id,
        "scheduled_at": iso(post.created_at),
        "params": {**post.body, "text": post.text},
        "media_attachments": [],
    }


def media_json(file: StoredFile, base_url: str) -> dict[str, Any]:
    """A MediaAttachment; without an address while it is processed."""
    url = None if file.polls_left else file_url(file, base_url)
    return {
        "id": file.id,
        "type": "image",
        "url": url,
        "preview_url": url,
        "remote_url": None,
        "meta": {},
        "description": file.description or None,
        "blurhash": None,
    }


def file_url(file: StoredFile, base_url: str) -> str:
    """Where the sandbox serves an uploaded file."""
    root, _, slug = base_url.rpartition("/")
    return f"{root}/sandbox/files/{slug}/{file.id}"


def error(status: int, message: str) -> Response:
    """An Error entity."""
    return plain_json({"error": message}, status)


def iso(moment: float) -> str:
    """ISO 8601 with milliseconds, as Mastodon writes times."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def snowflake() -> str:
    """An id that sorts by time: milliseconds and 16 more bits, as Mastodon makes them.

    Ids of one process never repeat and always rise, so that paging by id misses nothing.
    """
    return _IDS.next()


class _Snowflakes:
    def __init__(self) -> None:
        self._newest = 0

    def next(self) -> str:
        self._newest = max(self._newest + 1, int(time.time() * 1000) << 16)
        return str(self._newest)


_IDS = _Snowflakes()
