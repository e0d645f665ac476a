"""Files of the library behind signed links, with byte ranges so that players can seek."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse

from gator_engine.domain.assets import ending_of
from gator_engine.errors import NotFound, PermissionDenied
from pages._ui.session import studio

# A stored file is data, never a page of ours: no sniffing, no scripts, no plug-ins.
_GUARD = {
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def zipped(request: Request) -> Response:
    """A selection as one ZIP, sent while it is being written; refusals as for one file."""
    try:
        pieces = studio().selection.open_zip(request.path_params["token"])
    except PermissionDenied:
        return PlainTextResponse("This link is not valid any more.", status_code=403)
    except NotFound:
        return PlainTextResponse("These files are gone.", status_code=404)
    named = {"Content-Disposition": 'attachment; filename="gator-selection.zip"'}
    return StreamingResponse(pieces, media_type="application/zip", headers={**_GUARD, **named})


def draft(request: Request) -> Response:
    """A draft preview of a video; refusals as for a file."""
    try:
        path, mime = studio().projects.resolve_draft(request.path_params["token"])
    except PermissionDenied:
        return PlainTextResponse("This link is not valid any more.", status_code=403)
    except NotFound:
        return PlainTextResponse("This draft made room for newer ones.", status_code=404)
    return FileResponse(path, media_type=mime, headers=_GUARD)


def serve(request: Request) -> Response:
    """The file (206 for a range); 403 when the link is forged or expired, 404 when it is gone.

    `?download` makes browsers keep it instead of showing it.
    """
    try:
        path, mime = studio().library.resolve_url(request.path_params["token"])
    except PermissionDenied:
        return PlainTextResponse("This link is not valid any more.", status_code=403)
    except NotFound:
        return PlainTextResponse("This file is gone.", status_code=404)
    name = f"gator.{ending_of(mime)}" if "download" in request.query_params else None
    return FileResponse(path, media_type=mime, headers=_GUARD, filename=name)
