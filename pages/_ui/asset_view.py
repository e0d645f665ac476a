"""One file of the library: the picture, its words, where it came from and where it went."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

import streamlit as st

from gator_engine.domain.assets import Asset, AssetKind, ending_of
from gator_engine.domain.personas import Rating
from pages._ui import cards, forms, players, provenance_view, shell, state, words
from pages._ui.commands import attempt
from pages._ui.persona_form import RATING_WORDS
from pages._ui.session import my_zone, studio

# Types besides pictures that the C2PA specification gives a place for credentials in.
WITH_CREDENTIALS = {"video/mp4", "video/quicktime", "audio/mp4", "audio/wav", "audio/mpeg"}


def show(asset: Asset) -> None:
    """Everything about one asset."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        players.show(asset)
        _actions(asset)
        _belongs(asset)
    with right:
        with st.container(key="card-words"):
            _edit(asset)
            _rated(asset)
        with st.container(key="card-origin"):
            _origin(asset)
        with st.container(key="card-provenance"):
            _what_it_says(asset)
        _lineage(asset)


def _actions(asset: Asset) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        _download(asset)
        if asset.deleted_at is not None:
            if st.button("Take out of the trash", icon=":material/restore_from_trash:"):
                attempt(lambda: studio().library.restore(asset.id), done="Back in the library.")
            return
        with st.popover("Move to trash", icon=":material/delete:"):
            st.write("Posts that show it keep it, and you can take it out again.")
            if st.button("Yes, move it", key="trash"):
                attempt(
                    lambda: studio().library.trash(asset.id),
                    done="Moved to the trash.",
                    then=lambda _: state.link(asset=None),
                    undo=lambda: studio().library.restore(asset.id),
                )


def _download(asset: Asset) -> None:
    """Large files come by address, in pieces; pictures through the page."""
    if asset.facts.kind in {AssetKind.VIDEO, AssetKind.AUDIO}:
        url = f"{players.address(asset)}?download=1"
        st.link_button("Download", url, icon=":material/download:")
        return
    st.download_button(
        "Download",
        lambda: studio().library.read(asset.id),
        file_name=f"{asset.id}.{ending_of(asset.facts.mime)}",
        mime=asset.facts.mime,
        icon=":material/download:",
        on_click="ignore",
    )


def _what_it_says(asset: Asset) -> None:
    """Credentials and marks; some types have no place for any."""
    if asset.facts.kind is AssetKind.IMAGE or asset.facts.mime in WITH_CREDENTIALS:
        provenance_view.of_asset(asset)
        return
    shell.section("What the file says")
    st.caption("Files of this type hold no content credentials.")


def _edit(asset: Asset) -> None:
    form = f"asset:{asset.id}"
    title = forms.text(form, "title", "Title", asset.title)
    alt = forms.area(
        form, "alt_text", "Description for people who cannot see it (alt text)", asset.alt_text
    )
    tags = forms.text(form, "tags", "Tags", ", ".join(asset.tags), "Split by commas.")
    rating = st.selectbox(
        "Rating",
        ["", *Rating],
        index=0 if asset.rating is None else asset.rating.strength + 1,
        format_func=lambda value: RATING_WORDS[Rating(value)] if value else "Not rated",
        key=f"{form}:rating",
    )
    if st.button("Save", type="primary", icon=":material/save:", key=f"{form}:save"):
        attempt(
            lambda: studio().library.edit(
                asset.id,
                title=title,
                alt_text=alt,
                tags=forms.words(tags),
                rating=Rating(rating) if rating else None,
            ),
            done="Saved.",
            form=form,
        )


def _origin(asset: Asset) -> None:
    shell.section("Where it comes from")
    words.badge(words.ORIGIN[asset.provenance.origin])
    made, file = asset.provenance, asset.facts
    cards.facts(
        {
            "Made by": made.label,
            "Model": made.model,
            "Seed": "" if made.seed is None else str(made.seed),
            "Prompt": made.prompt,
            "Size": f"{file.width} × {file.height} px" if file.width else "",
            "Length": words.length(file.duration_s) if file.duration_s else "",
            "File": f"{file.mime}, {words.size(file.size)}",
            "Added": words.when(asset.created_at, my_zone()),
            "Fingerprint": f"SHA-256 {asset.sha256[:16]}…",
        }
    )
    if made.parameters or made.software:
        with st.expander("Every parameter", icon=":material/data_object:"):
            whole = {"parameters": dict(made.parameters), "software": dict(made.software)}
            st.code(json.dumps(whole, indent=2, default=str), language="json", wrap_lines=True)


def _lineage(asset: Asset) -> None:
    view = studio().library.lineage(asset.id)
    alike = studio().near_duplicates.like(asset.id)
    if not (view.made_from or view.used_in or view.post_ids or alike):
        return
    with st.container(key="card-lineage"):
        shell.section("Made from, used in")
        _relatives("Made from", view.made_from)
        for number, level in enumerate(view.further_back, 2):
            _relatives(f"{number} steps back", level)
        _relatives("Made into", view.used_in)
        for number, level in enumerate(view.further_on, 2):
            _relatives(f"{number} steps on", level)
        for post_id in view.post_ids:
            st.page_link(
                "pages/schedule.py",
                label="A post that shows it",
                icon=":material/article:",
                query_params={"post": post_id},
            )
        _relatives("Looks like it", alike)


def _relatives(label: str, assets: Sequence[Asset]) -> None:
    for other in assets:
        st.page_link(
            "pages/library.py",
            label=f"{label}: {state.plain(other.title or other.id)}",
            icon=f":material/{cards.KINDS[other.facts.kind][0]}:",
            query_params={"asset": other.id},
        )


def _belongs(asset: Asset) -> None:
    """Favourite and boards."""
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "A favourite" if asset.favourite else "Make it a favourite"
        kind: Literal["primary", "secondary"] = "primary" if asset.favourite else "secondary"
        if st.button(label, icon=":material/favorite:", type=kind, key="favourite"):
            attempt(
                lambda: studio().selection.favourite([asset.id], on=not asset.favourite),
                done="No favourite any more." if asset.favourite else "A favourite now.",
            )
        for board in studio().boards.of(asset.id):
            st.page_link(
                "pages/library.py",
                label=state.plain(board.name),
                icon=":material/dashboard:",
                query_params={"board": board.id},
            )


def _rated(asset: Asset) -> None:
    """Who said what about how strong it is, and what an installed classifier thinks."""
    history = studio().ratings.history(asset.id)
    with st.expander(f"Ratings so far ({len(history)})", icon=":material/shield:"):
        if not history:
            st.caption("Nobody rated it yet. In a post it counts as the post does.")
        for entry in history:
            said = RATING_WORDS[entry.rating] if entry.rating else "Taken back"
            sure = f", {entry.confidence:.0%} sure" if entry.confidence is not None else ""
            who = state.plain(entry.by or "somebody")
            note = f" · {state.plain(entry.note)}" if entry.note else ""
            st.markdown(f"**{said}** by {who}{sure}, {words.when(entry.at, my_zone())}{note}")
        missing = studio().ratings.missing()
        if st.button(
            "Ask the classifier", disabled=bool(missing), help=missing or None, key="classify"
        ):
            attempt(
                lambda: studio().ratings.classify([asset.id]),
                done="The classifier has spoken; what a person said stands.",
            )
