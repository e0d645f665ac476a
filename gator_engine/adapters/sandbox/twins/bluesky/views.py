"""What an AppView says about accounts and posts (lexicons app.bsky.actor and app.bsky.feed)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from gator_engine.adapters.sandbox.engagement import followers, reactions
from gator_engine.adapters.sandbox.state import Person, StoredPost
from gator_engine.adapters.sandbox.twin import Picture, Span
from gator_engine.adapters.sandbox.twins.bluesky.tokens import record_id
from gator_engine.domain.text import code_point_range


def profile_basic(person: Person, base_url: str) -> dict[str, Any]:
    """A profileViewBasic."""
    root, _, slug = base_url.rpartition("/")
    return {
        "did": person.id,
        "handle": person.handle,
        "displayName": person.display_name,
        "avatar": f"{root}/sandbox/avatars/{slug}/{person.handle}.svg",
        "createdAt": iso(person.created_at),
    }


def profile_detailed(person: Person, posts: int, base_url: str) -> dict[str, Any]:
    """A profileViewDetailed; its followers are simulated."""
    return {
        **profile_basic(person, base_url),
        "followersCount": followers(person.id, time.time() - person.created_at, posts),
        "followsCount": 0,
        "postsCount": posts,
        "indexedAt": iso(person.created_at),
        "description": "",
    }


def post_view(post: StoredPost, person: Person, base_url: str) -> dict[str, Any]:
    """A postView with simulated counts."""
    record = post.body["record"]
    shown = pictures(post, base_url)
    counts = reactions(post.id, time.time() - post.created_at, len(shown))
    view = {
        "uri": post.id,
        "cid": record_id(record),
        "author": profile_basic(person, base_url),
        "record": record,
        "replyCount": counts.replies,
        "repostCount": counts.shares,
        "likeCount": counts.likes,
        "quoteCount": counts.quotes,
        "bookmarkCount": counts.saves,
        "indexedAt": iso(post.received_at),
        "labels": [],
    }
    if shown:
        images = [{"thumb": one.src, "fullsize": one.src, "alt": one.alt} for one in shown]
        view["embed"] = {"$type": "app.bsky.embed.images#view", "images": images}
    return view


def pictures(post: StoredPost, base_url: str) -> list[Picture]:
    """The pictures of a record, from its own embed."""
    root, _, slug = base_url.rpartition("/")
    return [
        Picture(f"{root}/sandbox/files/{slug}/{blob_cid(image)}", str(image.get("alt", "")))
        for image in images_of(post.body["record"])
    ]


def images_of(record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The entries of an images embed."""
    embed = record.get("embed") or {}
    return embed.get("images", []) if embed.get("$type") == "app.bsky.embed.images" else []


def blob_cid(image: Mapping[str, Any]) -> str:
    """The content id of an entry's file."""
    return str(image["image"]["ref"]["$link"])


def spans(record: Mapping[str, Any], base_url: str) -> list[Span]:
    """The text cut at its facets; a facet outside the text or inside a character is passed over."""
    text, found, done = str(record.get("text", "")), [], 0
    for facet in sorted(record.get("facets") or [], key=lambda one: one["index"]["byteStart"]):
        try:
            start, end = code_point_range(text, *_bounds(facet))
        except ValueError:
            continue
        if start < done:
            continue
        found += [Span(text[done:start]), Span(text[start:end], _href(facet, base_url))]
        done = end
    return [span for span in [*found, Span(text[done:])] if span.text]


def iso(moment: float) -> str:
    """ISO 8601 with milliseconds, as the AT protocol writes times."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _bounds(facet: Mapping[str, Any]) -> tuple[int, int]:
    return int(facet["index"]["byteStart"]), int(facet["index"]["byteEnd"])


def _href(facet: Mapping[str, Any], base_url: str) -> str:
    feature = facet["features"][0]
    if "uri" in feature:
        return str(feature["uri"])
    if "tag" in feature:
        return f"{base_url}/hashtag/{feature['tag']}"
    return f"{base_url}/profile/{feature.get('did', '')}"
