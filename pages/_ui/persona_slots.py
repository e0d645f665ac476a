"""The weekly times that serve a persona, and which pillar each is kept for."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from gator_engine.domain.accounts import Account, AccountHealth, Slot
from gator_engine.domain.personas import Persona
from pages._ui import cards, shell
from pages._ui.account_view import WEEKDAYS
from pages._ui.commands import attempt
from pages._ui.session import studio

ANY, WHOLE = "any", "whole"


def weekly(persona: Persona) -> None:
    """Every weekly time of the accounts, each with what it serves, to be changed in place."""
    shell.chapter("Weekly times", "When the accounts post, and which pillar a time is kept for.")
    times = [
        (account, slot)
        for account in studio().accounts.list()
        if account.health is not AccountHealth.DISCONNECTED
        for slot in studio().accounts.slots(account.id)
    ]
    if not times:
        cards.html(
            '<div class="g-soft">No weekly times yet: an account gets them on the Accounts page.'
            "</div>"
        )
        return
    _balance(persona, [slot for _, slot in times])
    names = {one.id: one.name for one in studio().personas.list()}
    for account, slot in sorted(times, key=lambda one: (one[1].weekday, one[1].time)):
        _slot(persona, account, slot, names)


def _balance(persona: Persona, slots: list[Slot]) -> None:
    """How many times a week each pillar plans, and how many are kept for it."""
    for pillar in persona.profile.pillars:
        kept = sum(slot.persona_id == persona.id and slot.pillar == pillar.name for slot in slots)
        if pillar.per_week > kept:
            said = f"{pillar.name}: {pillar.per_week} a week planned, {kept} kept for it."
            cards.html(f'<div class="g-soft">{escape(said)}</div>')


def _slot(persona: Persona, account: Account, slot: Slot, names: Mapping[str, str]) -> None:
    where = f"{WEEKDAYS[slot.weekday]} {slot.time} · @{account.handle}"
    if slot.persona_id not in (None, persona.id):
        whose = names.get(slot.persona_id or "", "another persona")
        cards.html(f'<div class="g-soft">{escape(where)} · kept for {escape(whose)}</div>')
        return
    choices = {ANY: "Whatever comes", WHOLE: f"Anything of {persona.name}"}
    choices |= {f"pillar:{one.name}": one.name for one in persona.profile.pillars}
    now = ANY if slot.persona_id is None else f"pillar:{slot.pillar}" if slot.pillar else WHOLE
    if now not in choices:
        choices[now] = f"{slot.pillar} (no longer a pillar)"
    chosen = st.selectbox(
        f"{where} ({account.timezone})",
        list(choices),
        index=list(choices).index(now),
        format_func=choices.__getitem__,
        key=f"slot:{slot.id}:{now}",
    )
    if chosen is None or chosen == now:
        return
    pillar = chosen.removeprefix("pillar:") if chosen.startswith("pillar:") else ""
    attempt(
        lambda: studio().accounts.keep_slot_for(
            account.id, slot.id, None if chosen == ANY else persona.id, pillar
        ),
        done="The weekly time is changed.",
    )
