"""Where platforms send people back after they signed in there."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pages._ui.session import studio

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title} · Gator</title>
<style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui;max-width:34rem;
margin:18vh auto;padding:0 1.5rem}}a{{color:light-dark(#11694A,#7FDDB4)}}</style>
<h1>{title}</h1><p>{text}</p><p><a href="/accounts">Back to the accounts</a></p></html>"""


def callback(request: Request) -> Response:
    """No platform on board signs in this way yet, so no sign-in can be pending: says so (400).

    404 for a platform that is not on board.
    """
    slug = request.path_params["platform"]
    labels = {
        info.capabilities.slug: info.capabilities.label for info in studio().accounts.platforms()
    }
    if slug not in labels:
        return _page("Unknown platform", "Gator knows no platform of that name.", 404)
    refused = request.query_params.get("error_description") or request.query_params.get("error")
    if refused:
        return _page("The sign-in was refused", f"{labels[slug]} said: {refused[:300]}", 400)
    text = (
        f"Nobody is signing in to {labels[slug]} right now. Accounts there are connected "
        "with the form on the Accounts page."
    )
    return _page("No sign-in is waiting", text, 400)


def _page(title: str, text: str, status: int) -> Response:
    return HTMLResponse(_PAGE.format(title=escape(title), text=escape(text)), status_code=status)
