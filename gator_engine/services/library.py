"""The library: everything made or uploaded, with provenance, lineage and trash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gator_engine.domain.assets import (
    Asset,
    AssetKind,
    AssetQuery,
    Facets,
    FileFacts,
    Found,
    Lineage,
    Origin,
    Provenance,
    Shelf,
)
from gator_engine.domain.personas import Rating
from gator_engine.domain.provenance import Parent
from gator_engine.domain.selections import Refusal
from gator_engine.errors import InvalidInput
from gator_engine.ports import BlobStore, MediaInspector, SecretVault, UnitOfWork
from gator_engine.services._context import Context
from gator_engine.services._sealing import Sealing
from gator_engine.services.ratings import rate_by_person

TITLE_LIMIT, ALT_TEXT_LIMIT, TAG_LIMIT, MOST_TAGS = 200, 1500, 60, 40
LARGEST_PAGE = 500
MOST_UPLOADS = 100
LEVELS, MOST_RELATIVES = 4, 100


@dataclass(frozen=True)
class LineageView:
    """Where an asset came from and where it went.

    `further_back` and `further_on` hold one entry for each level beyond the first.
    """

    made_from: Sequence[Asset]
    used_in: Sequence[Asset]
    post_ids: Sequence[str]
    further_back: Sequence[Sequence[Asset]] = ()
    further_on: Sequence[Sequence[Asset]] = ()
    project_ids: Sequence[str] = ()


@dataclass(frozen=True)
class UploadReport:
    """What several uploads came to: the assets (known ones too), and files refused by name."""

    kept: tuple[Asset, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True)
class NewAsset:
    """A file to be kept, with what is known about it.

    `path` names a file on this machine's disk instead of `data` (then b""): it is copied in pieces
    unless it has to be marked or signed, which needs the whole of it.
    `received` is the file as a provider sent it, where `data` was rewritten from that.
    """

    data: bytes
    provenance: Provenance
    title: str = ""
    alt_text: str = ""
    persona_id: str | None = None
    persona_revision_id: str | None = None
    generation_id: str | None = None
    rating: Rating | None = None
    parents: tuple[tuple[str, str], ...] = ()
    received: bytes = b""
    path: Path | None = None

    @property
    def content(self) -> bytes | Path:
        """The bytes, or where they are."""
        return self.data if self.path is None else self.path


class Library:
    """What one can do with assets."""

    def __init__(
        self,
        context: Context,
        blobs: BlobStore,
        inspector: MediaInspector,
        vault: SecretVault,
        sealing: Sealing,
        *,
        url_ttl_s: int,
    ) -> None:
        self._context, self._blobs, self._inspector = context, blobs, inspector
        self._vault, self._sealing, self._url_ttl = vault, sealing, url_ttl_s

    def upload(
        self,
        data: bytes,
        filename: str,
        persona_id: str | None = None,
        title: str = "",
        alt_text: str = "",
        only: AssetKind | None = None,
    ) -> Asset:
        """Check and keep an uploaded file; the same bytes twice give the same asset.

        Raises InvalidInput naming `file` and the limit for empty, oversized, truncated,
        mislabelled or unknown files, and for another kind than `only`.
        """
        facts = self._inspector.inspect(data, filename=filename)
        if only is not None and facts.kind is not only:
            raise InvalidInput("file", f"is {facts.mime}", f"{only.value} files here")
        label = f"Uploaded file {filename[:TITLE_LIMIT]}"
        new = NewAsset(
            data=data,
            provenance=Provenance(Origin.UPLOAD, label),
            title=title or filename[:TITLE_LIMIT],
            alt_text=alt_text,
            persona_id=persona_id,
        )
        return self._keep(new, facts)

    def upload_many(
        self,
        files: Iterable[tuple[str, bytes]],
        persona_id: str | None = None,
        progress: Callable[[int, str], None] = lambda number, name: None,
    ) -> UploadReport:
        """Check and keep several files (name, bytes), each for itself.

        `progress` hears the number and name of each before it is read. Raises InvalidInput when
        there are more than MOST_UPLOADS; a file that is refused is named in the report instead.
        """
        kept: list[Asset] = []
        refused: list[Refusal] = []
        for number, (name, data) in enumerate(files):
            if number >= MOST_UPLOADS:
                raise InvalidInput("files", "too many at once", f"{MOST_UPLOADS} files")
            progress(number, name)
            try:
                kept.append(self.upload(data, name, persona_id=persona_id))
            except InvalidInput as error:
                limit = error.problems[0].limit
                said = error.problems[0].problem + (f" (limit: {limit})" if limit else "")
                refused.append(Refusal("", name, said))
        return UploadReport(tuple(kept), tuple(refused))

    def keep(self, new: NewAsset) -> Asset:
        """Keep a file that Gator made, marked and signed as the last step.

        The same pixels and parameters twice give the same asset. Raises InvalidInput when it is
        not what it should be, ConfigError when the signing certificate cannot be used.
        """
        return self._keep(new, self._inspector.inspect(new.content))

    def _keep(self, new: NewAsset, facts: FileFacts) -> Asset:
        check_texts(new.title, new.alt_text, ())
        made = self._sealing.identified(new.provenance)
        if new.path is not None and not self._sealing.changes(facts.mime, made):
            content = _sha256(new.path)
            return self._already(content) or self._store(new, facts, made, new.path, content)
        data = new.data if new.path is None else new.path.read_bytes()
        unsigned = self._sealing.mark(data, facts.mime, made)
        if known := self._already(unsigned.content_sha256):
            return known
        data = self._sealing.sign(unsigned, facts.mime, made, new.title, self._parents(new))
        return self._store(new, facts, made, data, unsigned.content_sha256)

    def _already(self, content: str) -> Asset | None:
        with self._context.store.write() as uow:
            return _known(uow, content)

    def _store(
        self,
        new: NewAsset,
        facts: FileFacts,
        made: Provenance,
        data: bytes | Path,
        content: str,
    ) -> Asset:
        small = self._inspector.thumbnail(data, facts)
        looks = self._inspector.fingerprint(data, facts)
        sha256, thumbnail = self._put(data), self._put(small)
        context = self._context
        with context.store.write() as uow:
            # A sweep may have removed equal bytes that lay unused, just before this transaction.
            for stored, whole in ((sha256, data), (thumbnail, small)):
                if not self._blobs.exists(stored):
                    self._put(whole)
            if known := _known(uow, content):
                return known
            asset = Asset(
                id=context.ids.new(),
                sha256=sha256,
                content_sha256=content,
                facts=replace(facts, size=self._blobs.size(sha256)),
                provenance=made,
                created_at=context.now(),
                title=new.title,
                alt_text=new.alt_text,
                rating=new.rating,
                persona_id=new.persona_id,
                persona_revision_id=new.persona_revision_id,
                generation_id=new.generation_id,
                thumbnail_sha256=thumbnail,
            )
            uow.assets.add(asset, [Lineage(parent, asset.id, how) for parent, how in new.parents])
            uow.fingerprints.put(asset.id, looks)
            if new.rating is not None:
                rate_by_person(context, uow, asset, new.rating)
            context.audit(uow, "add", "asset", asset.id, origin=made.origin.value)
        return asset

    def _put(self, data: bytes | Path) -> str:
        return self._blobs.put_file(data) if isinstance(data, Path) else self._blobs.put(data)

    def _parents(self, new: NewAsset) -> list[Parent]:
        """The files it was made from, for its credentials; first the provider's own, if signed."""
        with self._context.store.read() as uow:
            found = uow.assets.many([parent for parent, _ in new.parents])
        source = self._sealing.signed_source(new.received, new.provenance.label)
        return source + [
            Parent(self._blobs.get(one.sha256), one.facts.mime, one.title or one.provenance.label)
            for one in found
        ]

    def search(self, query: AssetQuery) -> Found:
        """A page of assets, newest first. Raises InvalidInput for a page out of bounds."""
        if not 1 <= query.limit <= LARGEST_PAGE or query.offset < 0:
            raise InvalidInput("limit", f"is {query.limit}", f"1–{LARGEST_PAGE}, offset from 0")
        with self._context.store.read() as uow:
            return uow.assets.search(query)

    def facets(self, shelf: Shelf = Shelf.LIBRARY) -> Facets:
        """What there is to filter by on a shelf, with numbers of files."""
        with self._context.store.read() as uow:
            return uow.assets.facets(shelf)

    def get(self, asset_id: str) -> Asset:
        """Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.assets.get(asset_id)

    def many(self, asset_ids: Sequence[str]) -> Sequence[Asset]:
        """In the order asked for; unknown ids are left out."""
        with self._context.store.read() as uow:
            return uow.assets.many(asset_ids)

    def read(self, asset_id: str) -> bytes:
        """The file itself. Raises NotFound."""
        return self._blobs.get(self.get(asset_id).sha256)

    def thumbnail(self, asset_id: str) -> bytes:
        """A small WebP of it. Raises NotFound."""
        asset = self.get(asset_id)
        return self._blobs.get(asset.thumbnail_sha256 or asset.sha256)

    def url(self, asset_id: str, *, thumbnail: bool = False) -> str:
        """A signed path that the web app serves until it expires."""
        kind = "thumb" if thumbnail else "file"
        return f"/files/{self._vault.sign(f'{kind}:{asset_id}', ttl_s=self._url_ttl)}"

    def resolve_url(self, token: str) -> tuple[str, str]:
        """(local path, MIME type) behind a signed link.

        Raises PermissionDenied when forged or expired, NotFound when the file is gone.
        """
        kind, _, asset_id = self._vault.verify(token).partition(":")
        asset = self.get(asset_id)
        if kind == "thumb" and asset.thumbnail_sha256:
            return str(self._blobs.path(asset.thumbnail_sha256)), "image/webp"
        return str(self._blobs.path(asset.sha256)), asset.facts.mime

    def edit(
        self,
        asset_id: str,
        *,
        title: str | None = None,
        alt_text: str | None = None,
        tags: Sequence[str] | None = None,
        rating: Rating | None = None,
    ) -> Asset:
        """Change what a person may change; None leaves a field as it is."""
        check_texts(title or "", alt_text or "", tags or ())
        context = self._context
        with context.store.write() as uow:
            asset = uow.assets.get(asset_id)
            changed = replace(
                asset,
                title=asset.title if title is None else title,
                alt_text=asset.alt_text if alt_text is None else alt_text,
                tags=asset.tags if tags is None else tuple(dict.fromkeys(tags)),
            )
            uow.assets.save(changed)
            context.audit(uow, "edit", "asset", asset_id)
            if rating is not None and rating is not asset.rating:
                return rate_by_person(context, uow, changed, rating)
        return changed

    def trash(self, asset_id: str) -> None:
        """Put into the trash; posts that show it keep it and `restore` brings it back."""
        self._set_deleted(asset_id, deleted=True)

    def restore(self, asset_id: str) -> None:
        """Take out of the trash."""
        self._set_deleted(asset_id, deleted=False)

    def lineage(self, asset_id: str, levels: int = LEVELS) -> LineageView:
        """Both ways, several levels far, with the posts and video projects that show it.

        Raises NotFound.
        """
        with self._context.store.read() as uow:
            uow.assets.get(asset_id)
            back = _relatives(uow, asset_id, levels, lambda one: uow.assets.parents(one))
            on = _relatives(uow, asset_id, levels, lambda one: uow.assets.children(one))
            return LineageView(
                made_from=back[0] if back else (),
                used_in=on[0] if on else (),
                post_ids=uow.assets.used_by(asset_id),
                further_back=tuple(back[1:]),
                further_on=tuple(on[1:]),
                project_ids=uow.projects.used_by(asset_id),
            )

    def _set_deleted(self, asset_id: str, *, deleted: bool) -> None:
        context = self._context
        with context.store.write() as uow:
            asset = uow.assets.get(asset_id)
            uow.assets.save(replace(asset, deleted_at=context.now() if deleted else None))
            context.audit(uow, "trash" if deleted else "restore", "asset", asset_id)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _known(uow: UnitOfWork, content_sha256: str) -> Asset | None:
    """The asset with this content (as made, or as signed before), out of the trash again."""
    known = uow.assets.by_content(content_sha256) or uow.assets.by_sha256(content_sha256)
    if known is not None and known.deleted_at is not None:
        known = replace(known, deleted_at=None)
        uow.assets.save(known)
    return known


def _relatives(
    uow: UnitOfWork, asset_id: str, levels: int, step: Callable[[str], Sequence[Lineage]]
) -> list[Sequence[Asset]]:
    """The relatives level by level; each where it is met first, MOST_RELATIVES a level."""
    seen, here, found = {asset_id}, [asset_id], list[Sequence[Asset]]()
    for _ in range(levels):
        edges = [edge for one in here for edge in step(one)]
        ends = dict.fromkeys(end for edge in edges for end in (edge.parent_id, edge.child_id))
        here = [end for end in ends if end not in seen][:MOST_RELATIVES]
        if not here:
            break
        seen |= set(here)
        found.append(uow.assets.many(here))
    return found


def check_texts(title: str, alt_text: str, tags: Sequence[str]) -> None:
    """Raises InvalidInput naming the field and its limit."""
    if len(title) > TITLE_LIMIT:
        raise InvalidInput("title", f"has {len(title)} characters", f"{TITLE_LIMIT}")
    if len(alt_text) > ALT_TEXT_LIMIT:
        raise InvalidInput("alt_text", f"has {len(alt_text)} characters", f"{ALT_TEXT_LIMIT}")
    if len(tags) > MOST_TAGS:
        raise InvalidInput("tags", f"{len(tags)} tags", f"{MOST_TAGS}")
    for tag in tags:
        if not 1 <= len(tag) <= TAG_LIMIT:
            raise InvalidInput("tags", f"{tag[:TAG_LIMIT]!r} is too long or empty", f"{TAG_LIMIT}")
