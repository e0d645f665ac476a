"""From a stored post to the message and payload of one account: preview and publish share this."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from gator_engine.domain.accounts import Account
from gator_engine.domain.assets import Asset, AssetKind, FileFacts, Origin, Rendition
from gator_engine.domain.capabilities import MediaRule
from gator_engine.domain.deliveries import Delivery
from gator_engine.domain.personas import Rating
from gator_engine.domain.posts import Post
from gator_engine.domain.provenance import Parent
from gator_engine.domain.rating_policy import rating_of
from gator_engine.errors import CapabilityError, InvalidInput
from gator_engine.ports import (
    BlobStore,
    Connector,
    MediaInspector,
    MediaItem,
    Message,
    Payload,
)
from gator_engine.services._context import Context
from gator_engine.services._sealing import Sealing

# Signing adds a few kilobytes that nobody can tell before; a second round leaves room for them.
ROUNDS, SLACK = 2, 1024


@dataclass(frozen=True)
class _Original:
    """What a copy is made from."""

    sha256: str
    facts: FileFacts
    origin: Origin
    title: str


class Messages:
    """Resolves posts for platforms."""

    def __init__(
        self,
        context: Context,
        connectors: Mapping[str, Connector],
        blobs: BlobStore,
        inspector: MediaInspector,
        sealing: Sealing,
        *,
        require_alt_text: bool,
    ) -> None:
        self._context, self._connectors = context, connectors
        self._blobs, self._inspector, self._sealing = blobs, inspector, sealing
        self._require_alt_text = require_alt_text
        # Fitting a picture re-encodes it; a preview on each keystroke must not do that again.
        self._fitted = lru_cache(maxsize=256)(self._fit)

    def payload(self, delivery: Delivery, account: Account) -> Payload:
        """What a delivery sends: the post exactly as it was approved."""
        with self._context.store.read() as uow:
            post = uow.posts.at_version(delivery.post_id, delivery.post_version)
        return self.compose(post, account)

    def compose(self, post: Post, account: Account) -> Payload:
        """The payload of a post for one account.

        Raises InvalidInput naming the field and the platform's limit, or CapabilityError.
        """
        connector = self._connectors[account.platform]
        return connector.compose(self.message(post, account), account)

    def message(self, post: Post, account: Account) -> Message:
        """The post as it will read on the account's platform."""
        can = self._connectors[account.platform].capabilities_for(account)
        rule, label = can.media, can.label
        with self._context.store.read() as uow:
            profile = uow.personas.revision(post.persona_revision_id).profile
            assets = {a.id: a for a in uow.assets.many([m.asset_id for m in post.media])}
        media = []
        for number, shown in enumerate(post.media):
            asset = assets.get(shown.asset_id)
            if asset is None:
                raise InvalidInput(f"media[{number}]", "is not in the library any more")
            _refuse_moving(asset, f"media[{number}]", label)
            if not shown.alt_text.strip() and (self._require_alt_text or rule.alt_text_required):
                raise InvalidInput(
                    f"media[{number}].alt_text", "describe the picture for people who cannot see it"
                )
            media.append(self._item(asset, shown.alt_text, rule))
        return Message(
            text=post.text_for(account.platform),
            media=tuple(media),
            language=post.language,
            ai_disclosure=post.ai_disclosure,
            disclosure_text=profile.boundaries.disclosure_text,
            sensitive=rating_of(post, list(assets.values())) not in (None, Rating.GENERAL),
        )

    def _item(self, asset: Asset, alt_text: str, rule: MediaRule) -> MediaItem:
        original = _Original(
            asset.sha256, asset.facts, asset.provenance.origin, asset.title or asset.id
        )
        sha256, facts = self._fitted(original, rule)
        # Nothing stored refers to a converted picture: it must be young while it is on its way.
        if not self._blobs.touch(sha256):
            self._fitted.cache_clear()
            sha256, facts = self._fitted(original, rule)
        return MediaItem(
            asset_id=asset.id,
            sha256=sha256,
            mime=facts.mime,
            size=facts.size,
            width=facts.width or 0,
            height=facts.height or 0,
            alt_text=alt_text,
        )

    def _fit(self, original: _Original, rule: MediaRule) -> tuple[str, FileFacts]:
        """The picture as the platform takes it: untouched when it already fits.

        A copy is made once and kept: signatures carry chance, and every try of a delivery must
        send the same bytes, whichever worker makes it.
        """
        facts = original.facts
        pixels = (facts.width or 0) * (facts.height or 0)
        small_enough = facts.size <= rule.max_image_bytes and (
            rule.max_image_pixels is None or pixels <= rule.max_image_pixels
        )
        if facts.mime in rule.mime_types and small_enough:
            return original.sha256, facts
        if not rule.mime_types:
            raise CapabilityError("The platform", "pictures", "text only")
        signed = any(self._sealing.signs(mime) for mime in rule.mime_types)
        key = _rendition_key(original, rule, signed=signed)
        with self._context.store.read() as uow:
            kept = uow.assets.rendition(key)
        if kept is None:
            data, fitted = self._copy(original, rule)
            made = Rendition(key, self._blobs.put(data), fitted)
            with self._context.store.write() as uow:
                kept = uow.assets.keep_rendition(made)
        return kept.sha256, kept.facts

    def _copy(self, original: _Original, rule: MediaRule) -> tuple[bytes, FileFacts]:
        """Rewritten within the rule, with room for the signature, and signed as the last step."""
        data = self._blobs.get(original.sha256)
        parent = Parent(data, original.facts.mime, original.title)
        room = 0
        for _ in range(ROUNDS):
            copy, facts = self._inspector.convert(
                data,
                original.facts,
                mime_types=rule.mime_types,
                max_bytes=rule.max_image_bytes - room,
                max_pixels=rule.max_image_pixels,
            )
            signed = self._sealing.rendition(copy, facts.mime, parent, original.origin)
            if len(signed) <= rule.max_image_bytes:
                return signed, replace(facts, size=len(signed))
            room = len(signed) - len(copy) + SLACK
        raise InvalidInput(
            "picture", "leaves no room for its credentials", f"{rule.max_image_bytes} bytes"
        )


def _refuse_moving(asset: Asset, field: str, label: str) -> None:
    """Platforms are sent still pictures only, so far."""
    kind = asset.facts.kind
    if kind is not AssetKind.IMAGE:
        what = {AssetKind.VIDEO: "a video", AssetKind.AUDIO: "a sound"}.get(kind, "a subtitle file")
        raise InvalidInput(field, f"is {what}; {label} takes none from here yet", "still pictures")


def _rendition_key(original: _Original, rule: MediaRule, *, signed: bool) -> str:
    """The original's content hash, then rule and whether it is signed as one short name."""
    limits = (rule.mime_types, rule.max_image_bytes, rule.max_image_pixels, signed)
    return f"{original.sha256}:{hashlib.sha256(str(limits).encode()).hexdigest()[:16]}"
