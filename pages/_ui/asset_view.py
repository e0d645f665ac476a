"""One file of the library: the picture, its words, where it came from and where it went."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from gator_engine.domain.assets import Asset
from gator_engine.domain.personas import Rating
from pages._ui import cards, forms, shell, state, words
from pages._ui.commands import attempt
from pages._ui.persona_form import RATING_WORDS
from pages._ui.session import my_zone, studio


def show(asset: Asset) -> None:
    """Everything about one asset."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        cards.picture(asset, whole=True)
        _actions(asset)
    with right:
        with st.container(key="card-words"):
            _edit(asset)
        with st.container(key="card-origin"):
            _origin(asset)
        _lineage(asset)


def _actions(asset: Asset) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        suffix = asset.facts.mime.rpartition("/")[2].replace("jpeg", "jpg")
        st.download_button(
            "Download",
            lambda: studio().library.read(asset.id),
            file_name=f"{asset.id}.{suffix}",
            mime=asset.facts.mime,
            icon=":material/download:",
            on_click="ignore",
        )
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
    if not (view.made_from or view.used_in or view.post_ids):
        return
    with st.container(key="card-lineage"):
        shell.section("Made from, used in")
        _relatives("Made from", view.made_from)
        _relatives("Made into", view.used_in)
        for post_id in view.post_ids:
            st.page_link(
                "pages/schedule.py",
                label="A post that shows it",
                icon=":material/article:",
                query_params={"post": post_id},
            )


def _relatives(label: str, assets: Sequence[Asset]) -> None:
    for other in assets:
        st.page_link(
            "pages/library.py",
            label=f"{label}: {state.plain(other.title or other.id)}",
            icon=":material/image:",
            query_params={"asset": other.id},
        )


def upload() -> None:
    """Add a picture of one's own."""
    form = "upload"
    round_ = st.session_state.setdefault("upload:round", 0)
    limit = studio().settings.max_upload_mb
    with st.popover("Upload", icon=":material/upload:"):
        file = st.file_uploader(
            "Picture", key=f"upload:{round_}", max_upload_size=limit, help=f"At most {limit} MiB."
        )
        forms.mark(form, "file")
        title = forms.text(form, "title", "Title", "")
        alt = forms.area(form, "alt_text", "Description (alt text)", "")
        if st.button("Add to the library", type="primary", disabled=file is None) and file:

            def open_it(asset: Asset) -> None:
                st.session_state["upload:round"] = round_ + 1
                state.link(asset=asset.id)

            attempt(
                lambda: studio().library.upload(
                    file.getvalue(), file.name, title=title, alt_text=alt
                ),
                done="Added to the library.",
                form=form,
                then=open_it,
            )
