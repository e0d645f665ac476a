"""Whether a reference picture shows a real person, and the consent that this needs."""

from __future__ import annotations

from datetime import date
from functools import partial
from html import escape

import streamlit as st

from gator_engine.domain.identity import Likeness, ReferenceImage
from gator_engine.domain.personas import LikenessConsent
from pages._ui import cards, forms
from pages._ui.commands import attempt
from pages._ui.icons import icon
from pages._ui.session import studio


def state(image: ReferenceImage) -> None:
    """A line for a picture of a real person: who agreed, or that nobody has."""
    if image.likeness is None:
        return
    if image.usable:
        consent = image.likeness.consent
        said = f"{consent.person} agreed on {consent.given_on}"
        cards.html(f'<div class="g-state good">{icon("how_to_reg")} {escape(said)}</div>')
    else:
        cards.html(
            f'<div class="g-state bad">{icon("person_alert")} Real person, no consent yet</div>'
        )


def ask(image: ReferenceImage) -> None:
    """The mark and the record behind it."""
    with st.popover("Real person", icon=":material/how_to_reg:"):
        form = f"consent:{image.id}"
        real = st.toggle("Shows a real person", image.likeness is not None, key=f"{form}:real")
        if real:
            _record(form, image)
        elif image.likeness is not None:
            _nobody(form, image)


def _record(form: str, image: ReferenceImage) -> None:
    was = image.likeness or Likeness()
    st.caption("Such a picture is used for nothing until the person's consent is on record.")
    person = forms.text(form, "consent.person", "Who agreed", was.consent.person)
    given = st.date_input(
        "On which day", value=_day(was.consent.given_on), max_value="today", key=f"{form}:day"
    )
    forms.mark(form, "consent.given_on")
    scope = forms.area(form, "scope", "To what", was.scope, height=80)
    filed = forms.text(form, "consent.reference", "Where it is filed", was.consent.reference)
    day = given.isoformat() if isinstance(given, date) else ""
    consent = LikenessConsent(person, day, filed)
    identity = studio().identity
    if st.button("Record the consent", key=f"{form}:save", type="primary"):
        attempt(
            partial(identity.mark_real, image.id, consent, scope),
            done="The consent is on record.",
            form=form,
        )
    if image.likeness is None or image.usable:
        label = "Mark it, consent to follow" if image.likeness is None else "Consent withdrawn"
        if st.button(label, key=f"{form}:without"):
            attempt(
                partial(identity.mark_real, image.id),
                done="Marked as a real person; it is not used.",
                form=form,
            )


def _nobody(form: str, image: ReferenceImage) -> None:
    why = st.text_input("How do you know that nobody real is shown?", key=f"{form}:why")
    if st.button("Take the mark off", key=f"{form}:off"):
        attempt(
            partial(studio().identity.mark_fictional, image.id, why),
            done="The mark is off; the reason is kept.",
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
