"""Settings: whether everything is there, what makes pictures and words, and where data live."""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path

import streamlit as st

from gator_engine.domain.health import Check
from pages._ui import cards, models_view, prompt_settings, provider_settings, shell, words
from pages._ui.icons import icon
from pages._ui.session import my_zone, studio
from routes import access

READY = words.Word("Ready", "check_circle", "green")
MISSING = words.Word("Missing", "error", "red")
OPTIONAL = words.Word("Not there", "info", "gray")


def health(checks: list[Check]) -> None:
    """Every part, in plain words, with the fix."""
    rows = "".join(
        f"<div>{_state(check)}<b>{escape(check.name)}</b><span>{escape(_said(check))}</span></div>"
        for check in checks
    )
    with st.container(key="card-health"):
        cards.html(f'<div class="g-list">{rows}</div>')


def _state(check: Check) -> str:
    tone = "good" if check.ok else "bad" if check.required else "quiet"
    word = READY if check.ok else MISSING if check.required else OPTIONAL
    return f'<span class="g-state {tone}">{icon(word.symbol)}{word.label}</span>'


def _said(check: Check) -> str:
    return check.message if check.ok or not check.fix else f"{check.message} {check.fix}"


def pictures() -> None:
    """Generators, and what each still needs."""
    with st.grid(min_column_width=300, gap=14):
        for info in studio().generation.generators():
            can = info.capabilities
            maker(f"generator-{can.slug}", can.label, can.description, info.missing)


def writers() -> None:
    """Who writes texts, and what each still needs."""
    with st.grid(min_column_width=220, gap=14):
        for writer in studio().writing.writers():
            maker(f"writer-{writer.slug}", writer.label, "Ready to write.", writer.missing)


def maker(key: str, label: str, about: str, missing: str) -> None:
    """One generator or writer."""
    with st.container(key=f"card-{key}"):
        words.badge(OPTIONAL if missing else READY)
        st.markdown(f"**{label}**")
        st.text(missing or about or "Works out of the box.")


def storage() -> None:
    """Where everything is kept, and the settings in force. Secrets are not shown."""
    settings = studio().settings
    cards.facts(
        {
            "Data folder": str(settings.home),
            "Database": "PostgreSQL" if settings.sql_url.startswith("postgres") else "SQLite",
            "Queue": "a Redis of your own" if settings.redis_url else "inside this process",
            "Largest picture": f"{settings.max_upload_mb} MiB",
            "Largest film": f"{settings.max_media_mb} MiB, {settings.max_media_minutes:g} minutes",
            "Time zone of new accounts": settings.timezone,
            "Your time zone": my_zone(),
            "Caption model": settings.llm_model or "none",
            "Picture model": settings.image_model or "none",
        }
    )
    st.caption("Read from GATOR_ variables and a .env file; docs/settings.md lists all.")


def _version() -> str:
    project = Path(__file__).parent.parent / "pyproject.toml"
    return str(tomllib.loads(project.read_text())["project"]["version"])


shell.heading("Settings", "What is there, what is missing, and how to get it.")
status, choice, drawn_by, written_by, prompts, kept, about = st.tabs(
    ["Health", "Models", "Pictures", "Words", "Prompts", "Storage", "About"]
)
with status:
    st.button("Check again", icon=":material/refresh:")
    with st.spinner("Looking …"):
        health(list(studio().health()))
with choice:
    models_view.show()
with drawn_by:
    pictures()
with written_by:
    writers()
    provider_settings.section()
with prompts:
    prompt_settings.section()
with kept, st.container(key="card-storage"):
    storage()
with about, st.container(key="card-about"):
    st.markdown("**Gator**, the studio for AI personas.")
    cards.facts({"Version": _version(), "Streamlit": st.__version__})
    st.caption("Runs on your machine. No page asks anything of another server.")
    st.markdown("**For scripts**")
    st.caption("/api/v1/… answers this machine, with a token good for 30 days; see docs/api.md.")
    with st.container(horizontal=True):
        reads = st.button("Make a token that reads", icon=":material/key:")
        writes = st.button("Make one that also writes", icon=":material/edit:")
    if reads or writes:
        st.code(access.issue(writes=writes), language=None)
        st.caption("It is not shown again.")
