"""Settings of language models: endpoints with write-only keys, and what they may cost a month."""

from __future__ import annotations

import streamlit as st

from gator_engine.domain.providers import Endpoint, ProviderKind, micros, money
from gator_engine.domain.spending import MonthView, Outcome
from gator_engine.services.providers import NewEndpoint
from pages._ui import cards, forms, shell, state, words
from pages._ui.commands import attempt
from pages._ui.session import studio

KINDS = {ProviderKind.OPENAI: "OpenAI-compatible", ProviderKind.ANTHROPIC: "Anthropic"}
HINTS = {
    ProviderKind.OPENAI: "http://localhost:11434/v1",
    ProviderKind.ANTHROPIC: "https://api.anthropic.com",
}
WORKS = words.Word("Works", "check_circle", "green")
FAILS = words.Word("Does not answer", "error", "red")
OUTCOMES = {
    Outcome.ANSWERED: "answered",
    Outcome.UNCOUNTED: "use not told",
    Outcome.REFUSED: "turned away",
    Outcome.LOST: "lost",
}
NEW = "endpoint:new"


def section() -> None:
    """Everything about language models."""
    shell.chapter("Language models", "Every one is tried with a tiny call when you save it.")
    found = studio().providers.list()
    for endpoint in found:
        _card(endpoint)
    if not found:
        st.caption("None yet. The built-in templates write without one.")
    with st.expander("Add a language model", icon=":material/add:", expanded=False):
        _form(NEW, None)
    budget()


def _card(endpoint: Endpoint) -> None:
    with st.container(key=f"card-endpoint-{endpoint.id}"):
        words.badge(FAILS if endpoint.test_error else WORKS)
        st.markdown(f"**{state.plain(endpoint.name)}**")
        price, code = endpoint.price, studio().spending.currency()
        cards.facts(
            {
                "Speaks": KINDS[endpoint.kind],
                "Address": endpoint.base_url,
                "Model": endpoint.model,
                "Key": "stored" if endpoint.has_key else "none",
                "A million tokens": (
                    f"{money(price.input_micros, code)} in, {money(price.output_micros, code)} out"
                    if price
                    else "price not given"
                ),
                "Last trial": endpoint.test_error or f"It said: {endpoint.test_said}",
            }
        )
        with st.container(horizontal=True):
            if st.button("Try again", key=f"try-{endpoint.id}", icon=":material/refresh:"):
                with st.spinner("Asking for one word …"):
                    attempt(lambda: studio().providers.test(endpoint.id), done="Tried.")
            if st.button("Remove", key=f"drop-{endpoint.id}", icon=":material/delete:"):
                attempt(lambda: studio().providers.remove(endpoint.id), done="Removed.")
        with st.expander("Change", icon=":material/edit:"):
            _form(f"endpoint:{endpoint.id}", endpoint)


def _form(form: str, was: Endpoint | None) -> None:
    kinds = list(KINDS)
    kind = st.segmented_control(
        "Speaks",
        kinds,
        format_func=KINDS.__getitem__,
        default=was.kind if was else kinds[0],
        required=True,
        key=f"{form}:kind",
    )
    left, right = st.columns(2)
    with left:
        name = forms.text(form, "name", "Name", was.name if was else "")
        model = forms.text(form, "model", "Model", was.model if was else "")
    with right:
        hint = f"Such as {HINTS[kind]}"
        url = forms.text(form, "base_url", "Address", was.base_url if was else "", help=hint)
        key = st.text_input(
            "Key",
            type="password",
            autocomplete="off",
            placeholder="Stored; leave empty to keep it" if was and was.has_key else "",
            help="Kept encrypted, and never shown again.",
            key=f"{form}:key",
        )
    code, price = studio().spending.currency(), was.price if was else None
    left, right = st.columns(2)
    with left:
        start = f"{price.input_micros / 1e6:g}" if price else ""
        told = f"Price in, {code} a million tokens"
        price_in = forms.text(form, "price_input", told, start, help="Empty: not known.")
    with right:
        start = f"{price.output_micros / 1e6:g}" if price else ""
        told = f"Price out, {code} a million tokens"
        price_out = forms.text(form, "price_output", told, start, help="0 for one of your own.")
    if st.button("Save and try", type="primary", key=f"{form}:save", icon=":material/save:"):
        new = NewEndpoint(name, kind, url, model, key or "", price_in, price_out)
        _save(form, new, was.id if was else "")


def _save(form: str, new: NewEndpoint, endpoint_id: str) -> None:
    def opened(endpoint: Endpoint) -> None:
        if endpoint.test_error:
            state.tell(f"Saved, but the trial failed. {endpoint.test_error}", good=False)
        state.forget(f"{form}:")

    with st.spinner("Saving, and asking for one word …"):
        attempt(
            lambda: studio().providers.save(new, endpoint_id),
            done="Saved. It answers.",
            form=form,
            then=opened,
        )


def budget() -> None:
    """Spent, reserved and cap of this month, for the workspace and for personas."""
    spending = studio().spending
    view, code = spending.month(), spending.currency()
    shell.chapter("Budget for words", f"{view.month}, a calendar month in UTC.")
    with st.container(key="card-budget"):
        _figures(view, code)
        _caps(view, code)
    with st.expander("Calls this month", icon=":material/receipt_long:"):
        _ledger(code)


def _figures(view: MonthView, code: str) -> None:
    spent, reserved, cap = st.columns(3)
    spent.metric("Spent", money(view.spent, code))
    reserved.metric("Reserved", money(view.reserved, code))
    cap.metric("Cap", "none" if view.cap is None else money(view.cap, code))
    if view.cap:
        used = view.spent + view.uncounted + view.reserved
        st.progress(min(1.0, used / view.cap), f"{money(view.left or 0, code)} left")
    calls = f"{view.calls} call{'s' * (view.calls != 1)}"
    tokens = f"{view.input_tokens:,} tokens in, {view.output_tokens:,} out, {calls}."
    st.caption(f"{tokens} As the providers counted them.")
    if view.uncounted_calls:
        st.caption(
            f"{view.uncounted_calls} calls whose use the provider did not tell count as at most"
            f" {money(view.uncounted, code)}."
        )
    if view.unpriced_calls:
        st.caption(f"{view.unpriced_calls} calls went to models whose price nobody gave.")


def _caps(view: MonthView, code: str) -> None:
    people = {"": "The whole workspace"} | {
        persona.id: persona.profile.identity.name for persona in studio().personas.list()
    }
    form = "budget"
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    with left:
        whose = st.selectbox(
            "Whose budget", list(people), format_func=people.__getitem__, key=f"{form}:whose"
        )
    shown = view if not whose else studio().spending.month(whose)
    start = "" if shown.cap is None else f"{shown.cap / 1e6:g}"
    with middle:
        typed = st.text_input(
            f"Cap a month, {code}", start, placeholder="No cap", key=f"{form}:cap:{whose}"
        )
    with right:
        if st.button("Set the cap", key=f"{form}:set"):
            attempt(
                lambda: studio().spending.set_cap(
                    micros(typed, "cap") if typed.strip() else None, whose
                ),
                done="The cap is set." if typed.strip() else "The cap is lifted.",
                form=form,
            )
    forms.mark(form, "cap")
    if whose:
        st.caption(f"{people[whose]} spent {money(shown.spent, code)} this month.")


def _ledger(code: str) -> None:
    rows = [
        {
            "When (UTC)": f"{entry.at:%d %b %H:%M}",
            "Provider": entry.provider,
            "Model": entry.model,
            "For": entry.kind.replace("_", " "),
            "Tokens in": entry.input_tokens,
            "Tokens out": entry.output_tokens,
            "Cost": money(entry.cost_micros, code) if entry.cost_micros is not None else "unknown",
            "Ended": OUTCOMES[entry.outcome],
        }
        for entry in studio().spending.entries()
    ]
    if not rows:
        st.caption("None yet.")
        return
    st.dataframe(rows, hide_index=True)
