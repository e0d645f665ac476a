"""Accounts: where posts go, how each connection is, and how to connect another."""

from __future__ import annotations

import streamlit as st

from pages._ui import account_view, shell
from pages._ui.session import studio

shell.heading("Accounts", "Where posts go. Logins are stored encrypted and never shown again.")
accounts, infos = studio().accounts.list(), studio().accounts.platforms()
by_slug = {info.capabilities.slug: info for info in infos}

if not accounts:
    shell.empty(
        "link",
        "No account connected yet",
        "Try the sandbox below: a network on this machine, with simulated people. "
        "Nothing you post there leaves it.",
        key="accounts",
    )
else:
    with st.grid(min_column_width=340, gap=18):
        for account in accounts:
            account_view.card(account, by_slug[account.platform])

with st.container(key="well-sandbox"):
    shell.section(
        "Sandbox network",
        "Publish for real, but only on this machine. Numbers there are simulated.",
    )
    account_view.sandbox(infos, studio().personas.list())
    url = studio().accounts.sandbox_url()
    if url:
        st.link_button(
            "See the sandbox timeline", url, icon=":material/open_in_new:", type="tertiary"
        )
    else:
        st.caption("The sandbox network is not running; `make run` starts it.")

shell.section("Connect a platform")
for tab, info in zip(st.tabs([info.capabilities.label for info in infos]), infos, strict=True):
    with tab, st.container(key=f"card-connect-{info.capabilities.slug}"):
        account_view.connect(info)
