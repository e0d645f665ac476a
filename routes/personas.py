"""Personas over HTTP: read, made, revised, tried out, taken out as files and brought in again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gator_engine.domain.briefs import CompiledPrompt, Dialect, Fragment
from gator_engine.domain.persona_tree import to_tree
from gator_engine.domain.personas import Persona, PersonaProfile, PersonaRevision
from gator_engine.errors import InvalidInput, NotFound
from gator_engine.services.previews import Scene
from pages._ui.session import studio
from routes.access import READ, WRITE, reading, sending
from routes.bodies import LARGEST_JSON, Fields, fields_of

_EXPORTS = {
    "archive": ("application/zip", "zip"),
    "yaml": ("application/yaml", "yaml"),
    "json": ("application/json", "json"),
    "card-v2": ("application/json", "card-v2.json"),
    "card-v3": ("application/json", "card-v3.json"),
}


def _json() -> int:
    return LARGEST_JSON


def _files() -> int:
    """As much as an archive may unpack to (see docs/portability.md)."""
    return 4 * studio().settings.max_upload_mb * 2**20


# ---------------------------------------------------------------------- reading


@reading
def listed(request: Request) -> Response:
    """Every persona that is not archived; `?archived=true` gives those that are."""
    archived = request.query_params.get("archived", "false")
    if archived not in ("true", "false"):
        raise InvalidInput("archived", f"is {archived!r}", "true or false")
    found = studio().personas.list(archived=archived == "true")
    return JSONResponse({"items": [_line(persona) for persona in found]})


@reading
def templates(request: Request) -> Response:
    """What a new persona can start from."""
    found = studio().personas.templates()
    items = [{"slug": t.slug, "title": t.title, "tagline": t.tagline, "own": t.own} for t in found]
    return JSONResponse({"items": items})


@reading
def one(request: Request) -> Response:
    """A persona: its whole profile and the list of its revisions, newest first.

    `?revision=` asks for the profile of that revision (by number) in place of the current one.
    """
    persona = _named(request)
    number = request.query_params.get("revision")
    shown = persona.revision if number is None else _revision(persona, "revision", number)
    return JSONResponse(_whole(persona, shown))


@reading
def revisions(request: Request) -> Response:
    """Every revision, newest first."""
    found = studio().personas.revisions(_named(request).id)
    return JSONResponse({"items": [_entry(revision) for revision in found]})


@reading
def diff(request: Request) -> Response:
    """What changed between two revisions; `?from=` and `?to=` are their numbers."""
    persona, given = _named(request), request.query_params
    before, after = (_revision(persona, name, given.get(name, "")) for name in ("from", "to"))
    changes = studio().personas.difference(persona.id, before.number, after.number)
    items = [{"path": change.path, "description": change.description} for change in changes]
    return JSONResponse({"from": before.number, "to": after.number, "items": items})


@reading
def export(request: Request) -> Response:
    """The persona as a file; `?kind=` is archive (the default), yaml, json, card-v2 or card-v3."""
    persona = _named(request)
    kind = request.query_params.get("kind", "archive")
    if kind not in _EXPORTS:
        raise InvalidInput("kind", f"is {kind!r}", ", ".join(_EXPORTS))
    mime, ending = _EXPORTS[kind]
    name = f'attachment; filename="{persona.handle}.{ending}"'
    return Response(_file(persona, kind), media_type=mime, headers={"Content-Disposition": name})


@sending(READ, _json)
def compiled(request: Request, body: bytes) -> Response:
    """A scene as the prompt of a picture: its pieces with weights and the fields they came from."""
    given = fields_of(body).only("prompt", "outfit", "pillar", "dialect")
    dialect = given.text("dialect", Dialect.TAGS.value)
    if dialect not in list(Dialect):
        raise InvalidInput("dialect", f"is {dialect!r}", ", ".join(Dialect))
    prompt, outfit, pillar = (given.text(name, "") for name in ("prompt", "outfit", "pillar"))
    scene = Scene(prompt, outfit, pillar, Dialect(dialect))
    found = studio().previews.compiled(_named(request).profile, scene)
    budget = found.budget.message if found.budget else ""
    return JSONResponse({**_prompt(found.prompt), "budget": budget})


@sending(READ, _json)
def voice_check(request: Request, body: bytes) -> Response:
    """Where a text leaves the persona's voice: the rule, the place, and how to mend it."""
    given = fields_of(body).only("text", "language", "recent")
    found = studio().personas.voice_findings(
        given.text("text"),
        _named(request).profile,
        given.texts("recent"),
        given.text("language", ""),
    )
    return JSONResponse({"items": [asdict(finding) for finding in found]})


# ---------------------------------------------------------------------- writing


@sending(WRITE, _json)
def create(request: Request, body: bytes) -> Response:
    """A new persona from `profile`, or from a `template` (its slug) with `profile` on top."""
    given = fields_of(body).only("profile", "template", "reason", "author")
    slug = given.text("template", "")
    base = None if not slug else _template(slug)
    profile = studio().personas.profile_of(given.inner("profile", {} if base else None), base)
    made = studio().personas.create(
        profile, given.text("reason", "created"), given.text("author", "")
    )
    return _made(made)


@sending(WRITE, _json)
def replace(request: Request, body: bytes) -> Response:
    """A new revision with `profile` in place of the old one; fields left out become standard."""
    return _revised(request, fields_of(body), whole=True)


@sending(WRITE, _json)
def change(request: Request, body: bytes) -> Response:
    """A new revision in which only the fields of `profile` differ (a JSON Merge Patch)."""
    return _revised(request, fields_of(body), whole=False)


@sending(WRITE, _json)
def duplicate(request: Request, body: bytes) -> Response:
    """A new persona with the same profile under another `handle` (and `name`)."""
    given = fields_of(body).only("handle", "name", "author")
    texts = [given.text("handle"), given.text("name", ""), given.text("author", "")]
    return _made(studio().personas.duplicate(_named(request).id, *texts))


@sending(WRITE, _json)
def archive(request: Request, body: bytes) -> Response:
    """Put away; nothing is deleted."""
    persona = _named(request)
    studio().personas.archive(persona.id)
    return JSONResponse(_line(studio().personas.get(persona.id)))


@sending(WRITE, _json)
def restore(request: Request, body: bytes) -> Response:
    """Bring an archived persona back."""
    persona = _named(request)
    studio().personas.restore(persona.id)
    return JSONResponse(_line(studio().personas.get(persona.id)))


@sending(WRITE, _json)
def restore_revision(request: Request, body: bytes) -> Response:
    """Make an earlier revision current again, as a new one; `version` as for every revision."""
    given, persona = fields_of(body).only("version"), _named(request)
    old = _revision(persona, "number", request.path_params["number"])
    after = studio().personas.restore_revision(old.id, given.whole("version"))
    return JSONResponse(_whole(after, after.revision))


@sending(WRITE, _files)
def bring_in(request: Request, body: bytes) -> Response:
    """A new persona from a file: the body is the file as it is, `?handle=` a handle for it."""
    files = studio().portability
    draft = files.read(body, request.query_params.get("filename", ""))
    made = files.accept(draft, request.query_params.get("handle"))
    return _made(made, report=[str(line) for line in draft.report])


# ---------------------------------------------------------------------- inside


def _revised(request: Request, given: Fields, *, whole: bool) -> Response:
    given.only("profile", "version", "reason", "author")
    persona, personas = _named(request), studio().personas
    version, reason = given.whole("version"), given.text("reason").strip()
    if not reason:
        raise InvalidInput("reason", "is empty; say why it changes")
    profile = personas.profile_of(given.inner("profile"), None if whole else persona.profile)
    after = personas.revise(persona.id, profile, reason, version, given.text("author", ""))
    return JSONResponse(_whole(after, after.revision))


def _template(slug: str) -> PersonaProfile:
    for template in studio().personas.templates():
        if template.slug == slug:
            return template.profile
    raise NotFound("template", slug)


def _named(request: Request) -> Persona:
    return studio().personas.get(request.path_params["persona_id"])


def _revision(persona: Persona, field: str, number: str) -> PersonaRevision:
    if not number.isdecimal() or len(number) > 9:
        raise InvalidInput(field, f"is {number[:20]!r}", "the number of a revision")
    return studio().personas.revision(persona.id, int(number))


def _file(persona: Persona, kind: str) -> bytes:
    files = studio().portability
    if kind == "archive":
        accepted = studio().identity.references(persona.id).accepted
        return files.export_archive(persona.id, {one.asset_id: "reference" for one in accepted})
    if kind.startswith("card-v"):
        return files.export_card(persona.id, None, int(kind[-1]))
    return files.export_text(persona.id, kind).encode()


def _made(persona: Persona, **more: object) -> Response:
    where = {"Location": f"/api/v1/personas/{persona.id}"}
    return JSONResponse({**_whole(persona, persona.revision), **more}, 201, where)


def _line(persona: Persona) -> dict[str, Any]:
    return {
        "id": persona.id,
        "handle": persona.handle,
        "name": persona.name,
        "archived": persona.archived_at is not None,
        "revision": persona.revision.number,
        "pillars": [pillar.name for pillar in persona.profile.pillars],
    }


def _whole(persona: Persona, shown: PersonaRevision) -> dict[str, Any]:
    """`version` is what the next revision has to name, so that nobody's work is overwritten."""
    return {
        **_line(persona),
        "revision": shown.number,
        "version": persona.version,
        "profile": to_tree(shown.profile),
        "revisions": [_entry(revision) for revision in studio().personas.revisions(persona.id)],
    }


def _entry(revision: PersonaRevision) -> Mapping[str, Any]:
    return {
        "id": revision.id,
        "number": revision.number,
        "author": revision.author,
        "reason": revision.reason,
        "created_at": revision.created_at.isoformat(),
    }


def _prompt(prompt: CompiledPrompt) -> dict[str, Any]:
    def pieces(fragments: tuple[Fragment, ...]) -> list[dict[str, Any]]:
        return [{"text": f.text, "source": f.source, "weight": f.weight} for f in fragments]

    return {
        "text": prompt.text,
        "negative_text": prompt.negative_text,
        "dialect": prompt.dialect.value,
        "fragments": pieces(prompt.fragments),
        "negative": pieces(prompt.negative),
    }
