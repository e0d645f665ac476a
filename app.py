"""The web app. Served as `uvicorn app:app`; Streamlit runs the same file for every page.

Imported by the server it is the ASGI application: pages and HTTP routes in one process. Run by
Streamlit (as ``__main__``) it is the router: theme, navigation, and the error boundary.
"""

from __future__ import annotations

import importlib
import threading
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent


def _pages() -> dict[str, list[st.Page]]:
    def page(name: str, symbol: str, *, default: bool = False) -> st.Page:
        script = _HERE / "pages" / f"{name}.py"
        return st.Page(
            script, title=name.title(), icon=f":material/{symbol}:", default=default, url_path=name
        )

    return {
        "": [page("home", "home", default=True)],
        "Make": [
            page("personas", "face"),
            page("create", "auto_awesome"),
            page("video", "movie"),
            page("library", "photo_library"),
        ],
        "Publish": [
            page("schedule", "calendar_month"),
            page("analytics", "monitoring"),
            page("accounts", "link"),
        ],
        "Studio": [page("jobs", "bolt"), page("settings", "tune")],
    }


def run() -> None:
    """Draw the page that is open."""
    from pages._ui import style
    from pages._ui.errors import boundary

    brand = _HERE / "static" / "brand"
    st.set_page_config(page_icon=str(brand / "favicon.png"), layout="wide")
    style.apply()
    st.logo(str(brand / "logo.svg"), size="large", icon_image=str(brand / "mark.svg"))
    page = st.navigation(_pages(), expanded=True)
    with boundary():
        page.run()


def _warm() -> None:
    """Import what the first page needs while the browser still loads the shell of the app."""
    for module in ("sql", "queue.rq_queue", "secrets.vault", "storage.blobs_local"):
        importlib.import_module(f"gator_engine.adapters.{module}")
    for module in ("home_view", "session", "shell"):
        importlib.import_module(f"pages._ui.{module}")


def build() -> st.App:
    """The ASGI application."""
    from streamlit import config
    from streamlit.runtime.pages_manager import PagesManager

    from gator_engine.config import load_settings
    from pages._ui.errors import show
    from routes import ROUTES
    from workers.logs import configure_logging

    settings = load_settings()
    configure_logging(settings)
    largest = max(settings.max_upload_mb, settings.max_media_mb)
    config.set_option("server.maxUploadSize", largest)
    # Until st.navigation has run once, Streamlit takes the folder pages/ for its own kind of pages
    # and a deep link opens the bare script, without navigation and style.
    PagesManager.uses_pages_directory = False
    threading.Thread(target=_warm, name="warm", daemon=True).start()
    return st.App(Path(__file__), routes=ROUTES, on_script_error=show)


if __name__ == "__main__":
    run()
else:
    app = build()
