"""The catalogue of models on the settings page: terms where the choice is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

import streamlit as st

from gator_engine.domain.models.catalogue import CatalogueModel
from gator_engine.domain.models.installed import Verdict
from gator_engine.domain.models.kinds import TASKS, ModelKind
from gator_engine.services.models import Offer
from pages._ui import cards, model_terms, shell
from pages._ui.commands import attempt
from pages._ui.session import studio

GROUPS: dict[str, Callable[[CatalogueModel], bool]] = {
    "For commercial use": lambda model: not model.opt_in and model.kind is ModelKind.BASE,
    "Under other terms": lambda model: model.opt_in and model.kind is ModelKind.BASE,
    "Adapters": lambda model: model.kind is not ModelKind.BASE,
}


def show() -> None:
    """All offers of one group."""
    shell.chapter(
        "Models to choose from",
        "Read on 22 November 2026. A summary, not legal advice: the model card is what counts.",
    )
    group = st.segmented_control(
        "Which models", list(GROUPS), default="For commercial use", label_visibility="collapsed"
    )
    wanted = GROUPS[group or "For commercial use"]
    offers = [offer for offer in studio().models.catalogue() if wanted(offer.model)]
    with st.grid(2, min_column_width=340, gap=14):
        for offer in offers:
            with st.container(key=f"card-offer-{model_terms.key_of(offer.model)}"):
                _offer(offer)


def _offer(offer: Offer) -> None:
    model = offer.model
    what = [TASKS[task] for task in model.tasks] if not model.base else [model.kind.label]
    cards.html(
        f'<div class="g-title">{escape(model.label)}</div>'
        f'<div class="g-soft">{escape(model.about)}</div>'
    )
    cards.html(f"<div>{cards.chips(what)}</div>")
    model_terms.terms(model)
    cards.facts(
        {
            "Download": (
                "size not known" if model.download_gb is None else f"{model.download_gb:g} GB"
            ),
            "Steps": str(model.steps) if model.steps else "",
            "Also needs": ", ".join((*model.needs, *(["a login on the hub"] * model.gated))),
        }
    )
    if model.kind is ModelKind.BASE:
        cards.html(model_terms.fit(offer.fit.verdict, offer.fit.why))
    if offer.installed:
        st.badge("On this machine", icon=":material/check_circle:", color="green")
    elif not offer.accepted:
        model_terms.consent(model)
    else:
        _get(offer)


def _get(offer: Offer) -> None:
    large = offer.fit.verdict is Verdict.TOO_LARGE
    label = "Download all the same" if large else "Download"
    model = offer.model
    if st.button(
        label,
        key=f"get-{model_terms.key_of(model)}",
        icon=":material/download:",
        type="secondary" if large else "primary",
        help=f"Downloads {model.repo_id}",
    ):
        attempt(
            partial(studio().models.download, model.repo_id), done=f"{model.label} is on its way."
        )
