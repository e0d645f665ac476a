"""What takes the room, and how to get some back without losing anything that is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import streamlit as st

from gator_engine.domain.assets import Origin
from gator_engine.services.housekeeping import Amount, CleanUp, StorageReport
from pages._ui import cards, shell, state, words
from pages._ui.commands import attempt
from pages._ui.library_filters import KINDS
from pages._ui.session import studio

MOST_ROWS, MOST_KEPT = 12, 8


def show() -> None:
    """The report, and the two ways to clean up."""
    with st.spinner("Adding up …"):
        report = studio().housekeeping.report()
    people = {persona.id: persona.name for persona in studio().personas.list()}
    with st.container(key="card-storage"):
        cards.facts(_totals(report))
    with st.grid(min_column_width=260, gap=20):
        _table("By kind", report.by_kind, lambda key: KINDS.get(key, key))
        _table("By origin", report.by_origin, lambda key: words.ORIGIN[Origin(key)].label)
        _table("By persona", report.by_persona, lambda key: people.get(key, "No persona"))
        _table("By month", dict(sorted(report.by_month.items(), reverse=True)), str)
    _clean_up()


def _totals(report: StorageReport) -> dict[str, str]:
    return {
        "Library": _said(report.library),
        "Trash": _said(report.trash),
        "On the disk": _said(report.originals),
        "Thumbnails": _said(report.thumbnails),
        "Other files in use": _said(report.other),
        "Unused files": _said(report.unused),
        "Interrupted uploads": _said(report.leftovers),
        "Saved by storing equal files once": words.size(report.deduplicated),
    }


def _said(amount: Amount) -> str:
    return f"{amount.files:,} file{'s' if amount.files != 1 else ''}, {words.size(amount.size)}"


def _table(title: str, rows: Mapping[str, Amount], name: Callable[[str], str]) -> None:
    with st.container(key=f"card-{title.lower().replace(' ', '-')}"):
        shell.section(title)
        shown = {name(key): _said(amount) for key, amount in list(rows.items())[:MOST_ROWS]}
        if shown:
            cards.facts(shown)
        else:
            st.caption("Nothing yet.")


def _clean_up() -> None:
    shell.chapter(
        "Clean up",
        "Nothing goes that a post, a look, a character set, a brief or another file needs.",
    )
    keeping, days = studio().housekeeping, studio().settings.trash_days
    with st.container(horizontal=True):
        with st.popover("Empty the trash", icon=":material/delete_forever:"):
            plan = keeping.empty_trash(everything=True)
            _told(plan, f"{len(plan.assets)} files would go for good: ")
            if days:
                st.caption(f"By itself the trash is emptied after {days} days.")
            if st.button("Yes, remove them for good", disabled=not plan.assets):
                attempt(
                    lambda: keeping.empty_trash(everything=True, dry_run=False),
                    done=f"{len(plan.assets)} files are gone for good.",
                )
        with st.popover("Remove unused files", icon=":material/cleaning_services:"):
            plan = keeping.sweep()
            _told(plan, "Nothing refers to these any more: ")
            empty = not (plan.blobs.files or plan.leftovers.files)
            if st.button("Yes, sweep", disabled=empty):
                attempt(lambda: keeping.sweep(dry_run=False), done="Swept.")


def _told(plan: CleanUp, lead: str) -> None:
    st.write(f"{lead}{_said(plan.blobs)}.")
    if plan.leftovers.files:
        st.write(f"Interrupted uploads: {_said(plan.leftovers)}.")
    if plan.kept:
        rows = "".join(
            f"<li>{escape(one.name)}: {escape(one.reason)}</li>" for one in plan.kept[:MOST_KEPT]
        )
        cards.html(f'<div class="g-soft">These stay:</div><ul class="g-changes">{rows}</ul>')
        if len(plan.kept) > MOST_KEPT:
            st.caption(state.plain(f"and {len(plan.kept) - MOST_KEPT} more"))
