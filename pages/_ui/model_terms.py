"""A model's terms and whether it fits, for every place where one is chosen."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from gator_engine.domain.models.catalogue import CatalogueModel
from gator_engine.domain.models.installed import Verdict
from gator_engine.domain.models.licences import Commercial
from pages._ui import cards, words
from pages._ui.commands import attempt
from pages._ui.icons import icon
from pages._ui.session import studio

FITS: dict[Verdict, tuple[str, words.Word]] = {
    Verdict.FITS: ("good", words.Word("Fits this machine", "check_circle", "green")),
    Verdict.SLOWLY: ("quiet", words.Word("Fits, but slower", "speed", "gray")),
    Verdict.TOO_LARGE: ("bad", words.Word("Too large for this machine", "block", "red")),
    Verdict.UNKNOWN: ("quiet", words.Word("Memory not known", "help", "gray")),
}
_TONES = {
    Commercial.YES: ("good", "verified"),
    Commercial.CONDITIONAL: ("bad", "gavel"),
    Commercial.NO: ("bad", "block"),
    Commercial.UNKNOWN: ("quiet", "help"),
}


def fit(verdict: Verdict, why: str) -> str:
    """A verdict with its reason, as markup."""
    tone, word = FITS[verdict]
    return (
        f'<div><span class="g-state {tone}">{icon(word.symbol)}{word.label}</span>'
        f' <span class="g-soft">{escape(why)}</span></div>'
    )


def terms(model: CatalogueModel) -> None:
    """What one may and must do with a model; also for the picker of the Create page."""
    licence = model.licence
    unknown = licence.commercial is Commercial.UNKNOWN
    tone, symbol = _TONES[licence.commercial]
    cards.html(
        f'<div><span class="g-state {tone}">{icon(symbol)}{licence.commercial.label}</span></div>'
        f'<div class="g-soft">{escape(licence.summary)}</div>'
    )
    limits = [*licence.obligations]
    if licence.not_in:
        limits.append(f"It grants nothing in {', '.join(licence.not_in)}.")
    if limits:
        rows = "".join(f"<li>{escape(limit)}</li>" for limit in limits)
        cards.html(f'<ul class="g-changes">{rows}</ul>')
    named = "" if unknown else f"{licence.name}, {model.evidence.label}. "
    said = f"{named}From {model.source_words}."
    cards.html(f'<div class="g-soft">{escape(said)}</div>')


def consent(model: CatalogueModel) -> None:
    """Accepting a model's terms: a tick, then a button."""
    key = key_of(model)
    if st.checkbox("I have read these terms and accept them", key=f"read-{key}") and st.button(
        "Accept the terms", key=f"accept-{key}", type="primary"
    ):
        attempt(
            partial(studio().models.accept_terms, model.repo_id),
            done=f"Noted: the terms of {model.label} are accepted.",
        )


def key_of(model: CatalogueModel) -> str:
    """A name for widgets about a model."""
    return model.repo_id.casefold().replace("/", "-").replace(".", "-")
