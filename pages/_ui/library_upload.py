"""Adding files of one's own: one with its words, or many at once."""

from __future__ import annotations

import streamlit as st

from gator_engine.domain.assets import Asset
from gator_engine.services.library import MOST_UPLOADS
from pages._ui import forms, state
from pages._ui.commands import attempt
from pages._ui.session import studio

TAKEN = (
    "Pictures (PNG, JPEG, WebP or GIF), at most {settings.max_upload_mb} MiB each. Videos (MP4, "
    "MOV, WebM or MKV) and sounds (WAV, MP3, M4A, AAC, OGG, Opus or FLAC), at most "
    "{settings.max_media_mb} MiB and {settings.max_media_minutes:g} minutes each. Subtitles (SRT, "
    "VTT or ASS). {most} files at once."
)


def popover() -> None:
    """The upload form; it keeps what was typed when a file is refused."""
    form = "upload"
    round_ = st.session_state.setdefault("upload:round", 0)
    settings = studio().settings
    with st.popover("Upload", icon=":material/upload:"):
        files = st.file_uploader(
            "Files",
            key=f"upload:{round_}",
            max_upload_size=max(settings.max_upload_mb, settings.max_media_mb),
            accept_multiple_files=True,
            help=TAKEN.format(settings=settings, most=MOST_UPLOADS),
        )
        forms.mark(form, "file")
        title = alt = ""
        if len(files) < 2:
            title = forms.text(form, "title", "Title", "")
            alt = forms.area(form, "alt_text", "Description (alt text)", "")
        if st.button("Add to the library", type="primary", disabled=not files) and files:
            if len(files) == 1:
                _one(files[0], title, alt, form)
            else:
                _many(files)


def _one(file: object, title: str, alt: str, form: str) -> None:
    def open_it(asset: Asset) -> None:
        st.session_state["upload:round"] += 1
        state.link(asset=asset.id)

    attempt(
        lambda: studio().library.upload(
            file.getvalue(),
            file.name,
            title=title,
            alt_text=alt,  # type: ignore[attr-defined]
        ),
        done="Added to the library.",
        form=form,
        then=open_it,
    )


def _many(files: list[object]) -> None:
    progress = st.progress(0.0, "Checking the files")

    def seen(number: int, name: str) -> None:
        progress.progress(number / len(files), f"{number + 1} of {len(files)}: {state.plain(name)}")

    given = ((file.name, file.getvalue()) for file in files)  # type: ignore[attr-defined]
    report = studio().library.upload_many(given, progress=seen)
    kept = len(report.kept)
    said = f"{kept} file{'s' if kept != 1 else ''} added to the library."
    if report.refused:
        named = "; ".join(f"{one.name}: {one.reason}" for one in report.refused)
        said += f" Not added: {named}."
    state.tell(said, good=not report.refused)
    st.session_state["upload:round"] += 1
    st.rerun()
