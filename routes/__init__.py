"""HTTP routes of the web process, thin as the pages: a request in, one service call, an answer."""

from __future__ import annotations

from starlette.routing import Route

from routes import api, feeds, files, health, oauth, personas

_ALL, _ONE = "/api/v1/personas", "/api/v1/personas/{persona_id}"
_PERSONAS = [
    Route(_ALL, personas.listed),
    Route(_ALL, personas.create, methods=["POST"]),
    Route(f"{_ALL}/templates", personas.templates),
    Route(f"{_ALL}/import", personas.bring_in, methods=["POST"]),
    Route(_ONE, personas.one),
    Route(_ONE, personas.replace, methods=["PUT"]),
    Route(_ONE, personas.change, methods=["PATCH"]),
    Route(f"{_ONE}/revisions", personas.revisions),
    Route(f"{_ONE}/revisions/{{number}}/restore", personas.restore_revision, methods=["POST"]),
    Route(f"{_ONE}/diff", personas.diff),
    Route(f"{_ONE}/export", personas.export),
    Route(f"{_ONE}/compile", personas.compiled, methods=["POST"]),
    Route(f"{_ONE}/voice-check", personas.voice_check, methods=["POST"]),
    Route(f"{_ONE}/duplicate", personas.duplicate, methods=["POST"]),
    Route(f"{_ONE}/archive", personas.archive, methods=["POST"]),
    Route(f"{_ONE}/restore", personas.restore, methods=["POST"]),
]

ROUTES = [
    Route("/healthz", health.alive),
    Route("/readyz", health.ready),
    Route("/files/{token}", files.serve),
    Route("/drafts/{token}", files.draft),
    Route("/files/zip/{token}", files.zipped),
    Route("/oauth/{platform}/callback", oauth.callback),
    *_PERSONAS,
    Route("/api/v1/posts", api.posts),
    Route("/api/v1/deliveries", api.deliveries),
    Route("/feeds/calendar.ics", feeds.calendar),
]
