"""What a file says about itself: credentials, declared origin, hidden mark, settings, texts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from gator_engine.domain.assets import Asset
from gator_engine.domain.provenance import Credentials, CredentialState, Marks, Watermark
from gator_engine.domain.recall import Recipe
from gator_engine.errors import GatorError
from gator_engine.services.provenance import FileReport
from pages._ui import cards, shell, state, words
from pages._ui.errors import explain
from pages._ui.session import studio

ACTIONS = {
    "c2pa.created": "Created",
    "c2pa.opened": "Opened",
    "c2pa.edited": "Edited",
    "c2pa.placed": "Combined with another file",
    "c2pa.transcoded": "Saved in another form",
    "c2pa.converted": "Converted",
    "c2pa.resized": "Resized",
    "c2pa.published": "Published",
}
# The IPTC vocabulary, by the last part of its addresses.
SOURCES = {
    "trainedAlgorithmicMedia": "Made by an AI model",
    "compositeWithTrainedAlgorithmicMedia": "Edited with an AI model",
    "compositeSynthetic": "Composed, with parts made by AI",
    "algorithmicMedia": "Drawn by a program, without a trained model",
    "composite": "Composed of several files",
    "digitalCapture": "Taken with a camera",
    "digitalCreation": "Drawn by a person with software",
}
DEVELOPMENT = (
    "Signed with a development certificate: it shows that nothing was changed, but other programs "
    "call the signer unknown. An own certificate is set by GATOR_C2PA_CERTIFICATE."
)


def of_asset(asset: Asset) -> None:
    """What a file of the library says about itself."""
    place = f"report:{asset.sha256}"
    if place not in st.session_state:
        try:
            data = studio().library.read(asset.id)
            st.session_state[place] = studio().provenance.inspect(data)
        except GatorError as error:
            said = explain(error)
            st.warning(f"{said.title}. {state.plain(said.text)}", icon=":material/error:")
            return
    shell.section("What the file says")
    report: FileReport = st.session_state[place]
    _credentials(report.credentials)
    _marks(report)


def check() -> None:
    """Take any file and tell what it says about itself."""
    limit = studio().settings.max_upload_mb
    with st.container(key="card-check"):
        file = st.file_uploader(
            "File to check",
            key="check:file",
            max_upload_size=limit,
            help=f"PNG, JPEG, WebP, GIF, MP4, WAV or MP3, at most {limit} MiB. It is not kept.",
        )
        if file is None:
            st.html(
                '<div class="g-soft">The file is read here and nowhere else, and is not kept. '
                "Use the original: a screenshot or a copy from a chat has lost most of this.</div>"
            )
            return
    try:
        report = studio().provenance.inspect(file.getvalue())
    except GatorError as error:
        said = explain(error)
        st.error(f"{said.title}. {state.plain(said.text)}", icon=":material/error:")
        return
    _report(report)


def _report(report: FileReport) -> None:
    left, right = st.columns(2, gap="large")
    with left, st.container(key="card-credentials"):
        shell.section("Content credentials")
        _credentials(report.credentials)
    with right, st.container(key="card-marks"):
        shell.section("Other marks")
        size = words.size(report.size)
        _marks(report, {"File": f"{report.marks.mime}, {size}", "SHA-256": report.sha256})
        if report.asset is not None:
            st.page_link(
                "pages/library.py",
                label="This very file is in your library",
                icon=":material/photo_library:",
                query_params={"asset": report.asset.id},
            )
    with st.container(key="card-settings"):
        shell.section("Settings it was made with")
        _settings(report.recipe)
        _texts(report.marks)


def _credentials(found: Credentials) -> None:
    word = words.CREDENTIALS[found.state]
    words.badge(word)
    note = DEVELOPMENT if found.development and found.state != "invalid" else word.meaning
    _soft(note)
    if found.state is CredentialState.NONE:
        return
    steps = [_step(one.action, one.source_type, one.software) for one in found.actions]
    made_from = [
        f"{one.title or 'a file'}{'' if one.signed else ' (unsigned)'}" for one in found.ingredients
    ]
    cards.facts(
        {
            "Signed by": " · ".join(part for part in (found.signer, found.issuer) if part),
            "Signed at": found.signed_at,
            "Tool": found.tool,
            "Title": found.title,
            "Steps": "; ".join(steps),
            "Made from": ", ".join(made_from),
            "Problems": ", ".join(found.problems) if found.state == "invalid" else "",
        }
    )


def _step(action: str, source_type: str, software: str) -> str:
    said = _source(source_type) if source_type else ACTIONS.get(action, action)
    return f"{said} ({software})" if software else said


def _source(address: str) -> str:
    return SOURCES.get(address.rpartition("/")[2], address)


def _marks(report: FileReport, more: Mapping[str, str] = MappingProxyType({})) -> None:
    """The declared origin and the hidden mark, with further facts below them."""
    marks = report.marks
    origin = f"{_source(marks.source_type)} (IPTC)" if marks.source_type else "nothing declared"
    cards.facts({"Origin": origin, "Hidden mark": _hidden(report.watermark), **more})
    for problem in marks.problems:
        st.warning(state.plain(problem), icon=":material/broken_image:")


def _hidden(mark: Watermark | None) -> str:
    if mark is None:
        return "none found"
    return f"Gator's, code {mark.code} ({mark.agreement:.0%} of its fixed bits read right)"


def _settings(recipe: Recipe | None) -> None:
    if recipe is None:
        _soft("No tool we know (Gator, A1111, ComfyUI, InvokeAI) left its settings in this file.")
        return
    size = f"{recipe.width} × {recipe.height} px" if recipe.width and recipe.height else ""
    cards.facts(
        {
            "Written by": recipe.tool,
            "Prompt": recipe.prompt,
            "Kept out": recipe.negative_prompt,
            "Seed": "" if recipe.seed is None else str(recipe.seed),
            "Steps": "" if recipe.steps is None else str(recipe.steps),
            "Sampler": recipe.sampler,
            "Guidance": "" if recipe.guidance is None else f"{recipe.guidance:g}",
            "Size": size,
            "Model": f"{recipe.model} {recipe.model_hash}".strip(),
            "LoRAs": ", ".join(f"{one.name} at {one.weight:g}" for one in recipe.loras),
            **{f"{name} (no place here)": value for name, value in recipe.others.items()},
        }
    )
    for problem in recipe.problems:
        _soft(problem)


def _texts(marks: Marks) -> None:
    """Raw texts, as text: nothing in them is drawn or run."""
    for name, text in marks.texts.items():
        with st.expander(f"Text “{state.plain(name)}”", icon=":material/description:"):
            st.code(text, language=None, wrap_lines=True)


def _soft(text: str) -> None:
    st.caption(state.plain(text))
