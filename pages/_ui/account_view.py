"""The accounts page's parts: one connected account, and the ways to connect another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.domain.personas import Persona
from gator_engine.services.accounts import PlatformInfo
from pages._ui import cards, composer, forms, state, words
from pages._ui.commands import attempt
from pages._ui.session import my_zone, studio, zones

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def card(account: Account, info: PlatformInfo) -> None:
    """One account: who, how it is, and what one can do."""
    with st.container(key=f"card-account-{account.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            words.badge(words.HEALTH[account.health])
            if account.sandbox:
                st.badge("Sandbox, simulated people", icon=":material/science:", color="violet")
        cards.html(
            f'<div class="g-title">{escape(account.display_name or account.handle)}</div>'
            f'<div class="g-soft">{escape(composer.name(account))}</div>'
        )
        _facts(account)
        if account.health_reason and account.health is not AccountHealth.PAUSED:
            st.warning(state.plain(account.health_reason), icon=":material/info:")
        with st.container(horizontal=True, vertical_alignment="center"):
            _actions(account)
        _slots(account)
        _reconnect(account, info)


def _facts(account: Account) -> None:
    expires, checked = account.token_expires_at, account.checked_at
    cards.facts(
        {
            "Server": account.base_url,
            "Time zone": account.timezone,
            "Checked": words.ago(checked) if checked else "not yet",
            "Login expires": words.when(expires, account.timezone) if expires else "",
        }
    )


def _actions(account: Account) -> None:
    accounts, key = studio().accounts, account.id
    if st.button("Check", key=f"check-{key}", icon=":material/health_and_safety:"):
        attempt(lambda: accounts.check(key), done=f"Checked @{account.handle}.")
    if account.health is AccountHealth.OK and st.button(
        "Pause", key=f"pause-{key}", icon=":material/pause:"
    ):
        attempt(
            lambda: accounts.pause(key),
            done=f"@{account.handle} is paused; nothing is published there.",
            undo=lambda: accounts.resume(key),
        )
    if account.health is AccountHealth.PAUSED and st.button(
        "Resume", key=f"resume-{key}", icon=":material/play_arrow:", type="primary"
    ):
        attempt(lambda: accounts.resume(key), done=f"@{account.handle} publishes again.")
    if account.profile_url:
        st.link_button(
            "Profile", account.profile_url, icon=":material/open_in_new:", type="tertiary"
        )


def _slots(account: Account) -> None:
    slots = studio().accounts.slots(account.id)
    form = f"slots:{account.id}"
    with st.expander(f"Weekly times ({len(slots)})", icon=":material/event_repeat:"):
        kept = []
        for day, name in enumerate(WEEKDAYS):
            start = ", ".join(slot.time for slot in slots if slot.weekday == day)
            typed = st.text_input(name, start, key=f"{form}:{day}", placeholder="09:00, 18:30")
            kept += [(day, time) for time in forms.words(typed or "")]
        forms.mark(form, "slots")
        st.caption(f"Times are in {account.timezone}.")
        if st.button("Save times", key=f"{form}:save", icon=":material/save:"):
            attempt(
                lambda: studio().accounts.set_slots(account.id, kept),
                done="Weekly times saved.",
                form=form,
            )


def _reconnect(account: Account, info: PlatformInfo) -> None:
    form = f"reconnect:{account.id}"
    needed = account.health is AccountHealth.NEEDS_AUTH
    with st.expander("Reconnect or disconnect", icon=":material/key:", expanded=needed):
        fields = forms.credentials(info.credential_fields, form)
        forms.mark(form, "account")
        if st.button("Reconnect", key=f"{form}:go", icon=":material/link:"):
            attempt(
                lambda: studio().accounts.reconnect(account.id, fields),
                done=f"@{account.handle} is connected again.",
                form=form,
                then=lambda _: state.forget(f"{form}:"),
            )
        with st.popover("Disconnect", icon=":material/link_off:"):
            st.write(
                "The login is forgotten and what is scheduled there is taken off the calendar."
            )
            if st.button("Yes, disconnect", key=f"disconnect-{account.id}"):
                attempt(
                    lambda: studio().accounts.disconnect(account.id),
                    done=f"@{account.handle} is disconnected. Connect it again at any time.",
                )


def sandbox(infos: Sequence[PlatformInfo], personas: Sequence[Persona]) -> None:
    """One click to an account on the local network of simulated people."""
    taken = {
        (a.platform, a.handle.split(".")[0].split("@")[0])
        for a in studio().accounts.list()
        if a.sandbox
    }
    people = [(_plain(persona.handle), persona.name) for persona in personas] or [
        ("studio", "My studio")
    ]
    names = dict(people)
    who = st.selectbox(
        "For", list(names), format_func=names.__getitem__, key="sandbox:who", width=320
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        for info in infos:
            slug, label = info.capabilities.slug, info.capabilities.label
            done = (slug, who) in taken
            if st.button(
                f"{'Connected: ' if done else 'Connect a '}{label} sandbox",
                key=f"sandbox-{slug}",
                icon=":material/check:" if done else ":material/science:",
                disabled=done,
                type="secondary" if done else "primary",
            ):
                attempt(
                    partial(studio().accounts.connect_sandbox, slug, who, names[who], my_zone()),
                    done=f"@{who} is connected on the {label} sandbox.",
                )
    forms.mark("sandbox", "handle")


def _plain(handle: str) -> str:
    """A handle every network takes: small letters and digits alone."""
    return re.sub(r"[^a-z0-9]+", "", handle.lower()) or "studio"


def connect(info: PlatformInfo) -> None:
    """Log in to the platform itself."""
    can = info.capabilities
    form = f"connect:{can.slug}"
    st.caption(
        f"Texts up to {can.text.limit} {can.text.unit}, up to {can.media.max_images} pictures. "
        f"As of {can.as_of:%d %B %Y}."
    )
    fields = forms.credentials(info.credential_fields, form)
    known = zones()
    zone = st.selectbox("Time zone", known, index=known.index(my_zone()), key=f"{form}:zone")
    forms.mark(form, "timezone", "platform", "account")
    if st.button("Connect", key=f"{form}:go", type="primary", icon=":material/link:"):
        attempt(
            lambda: studio().accounts.connect(can.slug, fields, zone),
            done=f"Connected to {can.label}.",
            form=form,
            then=lambda _: state.forget(f"{form}:"),
        )
