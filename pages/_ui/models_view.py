"""Settings → Models: this machine, what is on it, what could be, and downloads at work."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from html import escape

import streamlit as st

from gator_engine.domain.models.installed import Verdict
from gator_engine.domain.models.kinds import Family
from gator_engine.domain.models.memory import gigabytes
from gator_engine.domain.work import JobState
from gator_engine.services.models import Download, ModelView
from pages._ui import cards, forms, job_status, model_terms, models_catalogue, shell, words
from pages._ui.commands import attempt
from pages._ui.errors import boundary
from pages._ui.session import studio

REFRESH = timedelta(seconds=1)
FORM = "model-download"


def show() -> None:
    """The whole section."""
    _machine()
    _downloads()
    _installed()
    models_catalogue.show()
    _elsewhere()


def _machine() -> None:
    device, preset = studio().models.device(), studio().models.preset()
    default = next((one for one in studio().models.choices() if one.default), None)
    memory = "not known" if device.total_bytes is None else gigabytes(device.total_bytes)
    free = "" if device.free_bytes is None else f", {gigabytes(device.free_bytes)} free now"
    name = default.label if default else "a model of your own"
    with st.container(key="card-machine"):
        cards.html(f'<div class="g-title">This machine: {escape(preset.label)}</div>')
        cards.facts(
            {
                "Pictures on": device.name,
                "Memory": memory + free,
                "Starts with": name + ("" if default and default.installed else ", to download"),
                "Keeping a face": preset.identity.label,
            }
        )
        cards.html(f'<div class="g-soft">{escape(preset.note)}</div>')


# Downloads


def _downloads() -> None:
    found = studio().models.downloads()
    if not found:
        return
    shell.chapter("Downloads")
    if any(one.job is not None and not one.job.state.final for one in found):
        _follow()
    else:
        for download in found:
            _download(download)


@st.fragment(run_every=REFRESH)
def _follow() -> None:
    """Draws itself again while something is on its way; the page when that is over."""
    with boundary():
        found = studio().models.downloads()
        if all(one.job is None or one.job.state.final for one in found):
            st.rerun(scope="app")
        for download in found:
            _download(download)


def _download(download: Download) -> None:
    job, models = download.job, studio().models
    with st.container(key=f"card-download-{download.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            if job is not None:
                words.badge(job_status.word(job))
            cards.html(f'<span class="g-title">{escape(download.order.source)}</span>')
        if job is None or job.state.final:
            cards.html(f'<div class="g-warning">{escape(job.error if job else "")}</div>')
            with st.container(horizontal=True):
                if job and st.button("Try again", key=f"again-{job.id}", icon=":material/refresh:"):
                    again = partial(
                        models.download,
                        download.order.source,
                        files=download.order.files,
                        sha256=download.order.sha256,
                    )
                    attempt(again, done="It goes on where it stopped.")
                if st.button("Forget it", key=f"forget-{download.id}", type="tertiary"):
                    attempt(lambda: models.dismiss_download(download.id), done="Forgotten.")
            return
        job_status.bar(job, waiting=job.state is not JobState.RUNNING)
        if st.button("Stop", key=f"stop-{download.id}", icon=":material/stop_circle:"):
            attempt(
                lambda: models.cancel_download(download.id),
                done="It stops; what came so far is kept for another time.",
            )


# On this machine


def _installed() -> None:
    shell.chapter("On this machine", "In the hub's cache and in the models folder.")
    with st.spinner("Looking …"):
        views = studio().models.list()
    if not views:
        folder = studio().settings.models_folder
        shell.empty(
            "deployed_code",
            "No model yet",
            f"Download one below, or put .safetensors files or diffusers folders into {folder}.",
            key="models",
        )
        return
    with st.grid(2, min_column_width=340, gap=14):
        for number, view in enumerate(views):
            with st.container(key=f"card-model-{number}"):
                _model(view, number)


def _model(view: ModelView, number: int) -> None:
    model = view.model
    chips = [model.kind.label] if model.usable else ["Refused"]
    chips += [model.family.label] if model.family is not Family.UNKNOWN else []
    cards.html(f'<div class="g-title">{escape(model.name)}</div>')
    cards.html(f"<div>{cards.chips(chips)}</div>")
    if model.problem or view.needs:
        cards.html(f'<div class="g-warning">{escape(model.problem or view.needs)}</div>')
    said_by = f" (says {model.licence_from})" if model.licence_from else ""
    cards.facts(
        {
            "Size": words.size(model.size_bytes),
            "Licence": model.licence + said_by if model.usable else "",
            "Trigger words": ", ".join(model.trigger_words),
            "From": model.repo_id or model.id.partition(":")[2],
        }
    )
    if model.usable and view.fit.verdict is not Verdict.UNKNOWN:
        cards.html(model_terms.fit(view.fit.verdict, view.fit.why))
    with st.popover("Remove", icon=":material/delete:"):
        whole = f"the whole download of {model.repo_id}" if model.repo_id else "this file or folder"
        st.text(f"This deletes {whole} from the disk. It cannot be undone.")
        if st.button("Delete it", key=f"remove-{number}", type="primary"):
            attempt(lambda: studio().models.remove(model.id), done=f"{model.name} is off the disk.")


# From elsewhere


def _elsewhere() -> None:
    shell.chapter(
        "From elsewhere", "Any model of the hub, or one .safetensors file from a web address."
    )
    with st.form(FORM, border=False), st.container(key="card-elsewhere"):
        source = forms.text(
            FORM, "source", "Hub id or address", "", help="owner/name, or https://…"
        )
        with st.expander("More"):
            files = forms.text(FORM, "files", "Only these files", "", help="Separated by commas.")
            sha = forms.text(FORM, "sha256", "SHA-256 it must have", "")
        if st.form_submit_button("Download", icon=":material/download:"):
            names = tuple(name.strip() for name in files.split(",") if name.strip())
            attempt(
                lambda: studio().models.download(source, files=names, sha256=sha),
                done="It is on its way.",
                form=FORM,
            )
