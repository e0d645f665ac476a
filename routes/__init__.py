"""HTTP routes of the web process, thin as the pages: a request in, one service call, an answer."""

from __future__ import annotations

from starlette.routing import Route

from routes import api, feeds, files, health, oauth

ROUTES = [
    Route("/healthz", health.alive),
    Route("/readyz", health.ready),
    Route("/files/{token}", files.serve),
    Route("/drafts/{token}", files.draft),
    Route("/files/zip/{token}", files.zipped),
    Route("/oauth/{platform}/callback", oauth.callback),
    Route("/api/v1/personas", api.personas),
    Route("/api/v1/personas/{persona_id}", api.persona),
    Route("/api/v1/posts", api.posts),
    Route("/api/v1/deliveries", api.deliveries),
    Route("/feeds/calendar.ics", feeds.calendar),
]
