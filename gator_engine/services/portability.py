"""Portability: take a persona out as a file, and bring one in from a file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from gator_engine.domain.assets import Asset, AssetKind, Origin, Provenance
from gator_engine.domain.identity import Likeness, ReferenceImage, ReferenceState
from gator_engine.domain.persona_rules import HANDLE
from gator_engine.domain.persona_tree import from_tree
from gator_engine.domain.personas import Persona, PersonaProfile
from gator_engine.errors import FieldProblem, InvalidInput
from gator_engine.ports import (
    CardFacts,
    MediaInspector,
    Outcome,
    PersonaFiles,
    PortableImage,
    ReportLine,
)
from gator_engine.services._context import Context
from gator_engine.services._references import check_length, entry, is_whole
from gator_engine.services.library import (
    ALT_TEXT_LIMIT,
    MOST_TAGS,
    TAG_LIMIT,
    TITLE_LIMIT,
    Library,
    NewAsset,
)
from gator_engine.services.personas import Personas

LONGEST_HANDLE = 30
LONGEST_REPORT = 200
LARGEST_CARD_PICTURE = 16 * 2**20
REFERENCE = "reference"
_PNG = "image/png"
_EXTENSIONS = {_PNG: "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}


@dataclass(frozen=True)
class ImportDraft:
    """What a file would become. Nothing is stored before `Portability.accept`.

    `fields` are the fields as plain data, also where a profile cannot be made of them yet.
    `profile` is None while something is missing or of the wrong type; `problems` lists everything
    that stands in the way, `report` says what was taken over, changed and ignored.
    """

    format: str
    filename: str
    fields: Mapping[str, Any]
    profile: PersonaProfile | None
    problems: tuple[FieldProblem, ...]
    report: tuple[ReportLine, ...]
    images: tuple[PortableImage, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it can be accepted as it is."""
        return self.profile is not None and not self.problems


class Portability:
    """What one can do with personas as files."""

    def __init__(
        self,
        context: Context,
        personas: Personas,
        library: Library,
        inspector: MediaInspector,
        files: PersonaFiles,
    ) -> None:
        self._context, self._personas, self._library = context, personas, library
        self._inspector, self._files = inspector, files

    def export_archive(self, persona_id: str, assets: Mapping[str, str] | None = None) -> bytes:
        """A zip of the persona and pictures of the library; `assets` are roles by asset id.

        A role says what a picture is for ("reference", "avatar", or ""). Raises NotFound, or
        InvalidInput for an asset that is no picture and for too many or too large ones.
        """
        persona = self._personas.get(persona_id)
        images = [self._image(asset_id, role) for asset_id, role in (assets or {}).items()]
        data = self._files.archive(persona.profile, images)
        self._exported(persona, "archive")
        return data

    def export_card(self, persona_id: str, picture: bytes | None = None, version: int = 3) -> bytes:
        """A Character Card V2 or V3 as PNG around `picture`, or as JSON without one.

        A picture of another format becomes a PNG first. Raises NotFound, or InvalidInput naming
        `version` or `picture`.
        """
        persona = self._personas.get(persona_id)
        revision = persona.revision
        facts = CardFacts(revision.number, persona.created_at, revision.created_at)
        png = None if picture is None else self._png(picture)
        data = self._files.card(persona.profile, facts, png, version)
        self._exported(persona, f"character card V{version}")
        return data

    def export_text(self, persona_id: str, kind: str = "yaml") -> str:
        """The profile alone as "yaml" or "json". Raises NotFound, or InvalidInput naming `kind`."""
        persona = self._personas.get(persona_id)
        text = self._files.text(persona.profile, kind)
        self._exported(persona, kind)
        return text

    def read(self, data: bytes, filename: str = "") -> ImportDraft:
        """What a file holds, checked but not stored; its kind is told from the bytes.

        A handle that is taken, or that the file does not have, is replaced by a free one and
        reported. Raises InvalidInput for what is damaged, hostile, too large or too new.
        """
        content = self._files.read(data, filename)
        images, left_out = self._usable(content.images)
        report = [line for line in content.report if line.source not in left_out]
        draft = ImportDraft(
            format=content.format,
            filename="".join(filter(str.isprintable, PurePath(filename).name))[:TITLE_LIMIT],
            fields={},
            profile=None,
            problems=(),
            report=(*report, *left_out.values()),
            images=images,
        )
        fields, lines = self._with_free_handle(content.fields)
        checked = _checked(replace(draft, fields=fields, report=(*draft.report, *lines)))
        unknown = (
            ReportLine(Outcome.IGNORED, path[:120], note="this Gator has no such field")
            for path in from_tree(fields).unknown
        )
        return replace(checked, report=_shortened([*checked.report, *unknown]))

    def fill(self, draft: ImportDraft, values: Mapping[str, object]) -> ImportDraft:
        """The draft with fields that a person gave, by path: ``{"identity.age": 29}``.

        Raises InvalidInput naming a path that leads nowhere.
        """
        fields = deepcopy(dict(draft.fields))
        for path, value in values.items():
            *parents, name = path.split(".")
            part = fields
            for parent in parents:
                part = part.setdefault(parent, {})
                if not isinstance(part, dict):
                    raise InvalidInput(path, "leads nowhere", "a path such as identity.age")
            part[name] = value
        lines = [ReportLine(Outcome.CHANGED, path, path, "given by you") for path in values]
        return _checked(replace(draft, fields=fields, report=(*draft.report, *lines)))

    def accept(self, draft: ImportDraft, handle: str | None = None) -> Persona:
        """Store the draft as a new persona with its pictures; `handle` replaces the proposed one.

        Raises InvalidInput with every problem of the draft, or when the handle is taken.
        """
        if handle is not None:
            draft = self.fill(draft, {"identity.handle": handle})
        if draft.profile is None or draft.problems:
            raise InvalidInput.collect(draft.problems)
        persona = self._personas.create(draft.profile, f"imported from {draft.format}")
        for image in draft.images:
            self._keep(image, persona)
        context = self._context
        with context.store.write() as uow:
            facts = {"format": draft.format, "filename": draft.filename}
            context.audit(uow, "import", "persona", persona.id, **facts, images=len(draft.images))
        return persona

    def _exported(self, persona: Persona, form: str) -> None:
        context = self._context
        with context.store.write() as uow:
            number = persona.revision.number
            context.audit(uow, "export", "persona", persona.id, format=form, revision=number)

    def _image(self, asset_id: str, role: str) -> PortableImage:
        asset = self._library.get(asset_id)
        with self._context.store.read() as uow:
            marked = [one.likeness for one in uow.looks.of_assets([asset_id]) if one.likeness]
        if asset.facts.kind is not AssetKind.IMAGE or asset.facts.mime not in _EXTENSIONS:
            raise InvalidInput("assets", f"{asset.title!r} is {asset.facts.mime}", "still pictures")
        return PortableImage(
            self._library.read(asset_id),
            f"{role or 'picture'}.{_EXTENSIONS[asset.facts.mime]}",
            role=role,
            title=asset.title,
            alt_text=asset.alt_text,
            tags=tuple(tag for tag in asset.tags if tag != role),
            rating=asset.rating,
            provenance=asset.provenance,
            # A mark that lacks the consent outweighs one that has it.
            likeness=min(marked, key=lambda likeness: likeness.given, default=None),
        )

    def _png(self, picture: bytes) -> bytes:
        facts = self._inspector.inspect(picture, field="picture")
        wanted = {"mime_types": (_PNG,), "max_bytes": LARGEST_CARD_PICTURE}
        return self._inspector.convert(picture, facts, **wanted)[0]  # type: ignore[arg-type]

    def _usable(
        self, images: Sequence[PortableImage]
    ) -> tuple[tuple[PortableImage, ...], dict[str, ReportLine]]:
        """The pictures that the library would keep, and why not the others."""
        usable, left_out = [], {}
        for image in images:
            try:
                facts = self._inspector.inspect(image.data, field=image.name)
                if facts.kind is not AssetKind.IMAGE:
                    raise InvalidInput(image.name, f"is {facts.mime}", "still pictures")
                _check_words(image)
                usable.append(image)
            except InvalidInput as error:
                note = f"left out: {error}"
                left_out[image.name] = ReportLine(Outcome.IGNORED, image.name, note=note)
        return tuple(usable), left_out

    def _keep(self, image: PortableImage, persona: Persona) -> Asset:
        unknown = Provenance(Origin.UPLOAD, "Picture of an imported character card")
        asset = self._library.keep(
            NewAsset(
                data=image.data,
                provenance=image.provenance or unknown,
                title=image.title if image.provenance else image.title or image.name,
                alt_text=image.alt_text,
                persona_id=persona.id,
                persona_revision_id=persona.revision.id,
                rating=image.rating,
            )
        )
        tags = [*image.tags, *([image.role] if image.role else [])]
        if image.role == REFERENCE:
            self._refer(asset, image.likeness, persona)
        # The same bytes may have been in the library before: that asset stays as it is.
        if tags and asset.persona_id == persona.id and not asset.tags:
            return self._library.edit(asset.id, tags=tags)
        return asset

    def _refer(self, asset: Asset, likeness: Likeness | None, persona: Persona) -> None:
        """A reference here as it was there; a candidate where the consent is not whole."""
        context = self._context
        with context.store.write() as uow:
            elsewhere = [one for one in uow.looks.of_assets([asset.id]) if not one.usable]
            lacks = elsewhere or (likeness and not is_whole(likeness, context.now().date()))
            image = ReferenceImage(
                id=context.ids.new(),
                persona_id=persona.id,
                asset_id=asset.id,
                state=ReferenceState.CANDIDATE if lacks else ReferenceState.ACCEPTED,
                at=context.now(),
                by=context.actor,
                reason="imported with the persona",
                likeness=likeness,
            )
            if uow.looks.add_reference(image, entry(context, image)):
                said = str(likeness or "")
                context.audit(uow, "import", "reference", image.id, likeness=said)

    def _with_free_handle(
        self, fields: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[ReportLine]]:
        """The fields with a handle nobody has, and what was said about it."""
        tree = deepcopy(dict(fields))
        identity = tree.get("identity")
        if not isinstance(identity, dict):
            return tree, []
        wanted, name = identity.get("handle"), identity.get("name")
        if wanted is None and isinstance(name, str):
            wanted, why = _handle_of(name), "made of the name"
        else:
            why = f"@{wanted} is taken"
        if not isinstance(wanted, str) or not HANDLE.fullmatch(wanted):
            return tree, []
        free = self._free(wanted)
        if free == identity.get("handle"):
            return tree, []
        identity["handle"] = free
        note = f"{why}; @{free} is proposed"
        return tree, [ReportLine(Outcome.CHANGED, "handle", "identity.handle", note)]

    def _free(self, handle: str) -> str:
        """The handle, or the first of handle-2, handle-3 … that nobody has."""
        free, number = handle, 1
        with self._context.store.read() as uow:
            while uow.personas.by_handle(free) is not None:
                number += 1
                tail = f"-{number}"
                free = handle[: LONGEST_HANDLE - len(tail)] + tail
        return free


def _checked(draft: ImportDraft) -> ImportDraft:
    reading = from_tree(draft.fields)
    return replace(draft, profile=reading.profile, problems=reading.problems)


def _shortened(report: Sequence[ReportLine]) -> tuple[ReportLine, ...]:
    """The report as people can read it: the last line counts what is not shown."""
    more = len(report) - LONGEST_REPORT
    if more <= 0:
        return tuple(report)
    return (*report[:LONGEST_REPORT], ReportLine(Outcome.IGNORED, f"{more} more things"))


def _handle_of(name: str) -> str:
    """ "Luna Reyes" → "luna.reyes"; "" when the name has no letters a handle may have."""
    plain = unicodedata.normalize("NFKD", name[:200]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", ".", plain).strip(".")[:LONGEST_HANDLE].strip(".")


def _check_words(image: PortableImage) -> None:
    """Raises InvalidInput for what the library could not keep about a picture."""
    tags = [*image.tags, *([image.role] if image.role else [])]
    if image.likeness is not None:
        check_length(image.likeness)
    for field, size, limit in (
        ("title", len(image.title or image.name), TITLE_LIMIT),
        ("alt_text", len(image.alt_text), ALT_TEXT_LIMIT),
        ("tags", len(tags), MOST_TAGS),
        ("tag", max(map(len, tags), default=0), TAG_LIMIT),
    ):
        if size > limit:
            raise InvalidInput(field, f"has {size}", f"{limit}")
    if not all(tags):
        raise InvalidInput("tag", "is empty")
