"""What two revisions really made of one brief and seed, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from gator_engine.domain.briefs import BriefKind, Generation, GenerationStatus
from gator_engine.domain.personas import PersonaRevision
from gator_engine.services.previews import Scene
from pages._ui import cards, job_status, state
from pages._ui.commands import attempt
from pages._ui.session import studio


def compare(old: PersonaRevision, new: PersonaRevision, scene: Scene) -> None:
    """Ask for pictures under both revisions, and show the newest ones."""
    st.markdown("**Real pictures under both**")
    ready = {
        info.capabilities.slug: info.capabilities.label
        for info in studio().generation.generators()
        if not info.missing
        and BriefKind.IMAGE in info.capabilities.kinds
        and not any(option.required for option in info.capabilities.pictures)
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Made by", list(ready), format_func=ready.__getitem__, key="compare:generator"
        )
        if st.button(
            "Make both", key="compare:make", icon=":material/compare:", disabled=not chosen
        ):
            attempt(
                lambda: studio().previews.generate(old.id, new.id, scene, chosen or ""),
                done="Both pictures are being made, with the same brief and seed.",
            )
    made = studio().previews.pictures(old.id, new.id)
    if not made:
        cards.html('<div class="g-soft">None yet: each is a job, and stays in the library.</div>')
        return
    _pair((old, new), made)


def _pair(revisions: Sequence[PersonaRevision], made: Sequence[Generation]) -> None:
    brief = studio().generation.brief(made[0].brief_id)
    st.caption(f"“{state.plain(brief.prompt)}” · seed {made[0].seed}")
    for column, revision, generation in zip(st.columns(2), revisions, made, strict=True):
        with column:
            st.markdown(f"Revision {revision.number}")
            _result(generation)
    if made[0].asset_ids and made[0].asset_ids == made[1].asset_ids:
        cards.html('<div class="g-soft">Both made the very same picture.</div>')


def _result(generation: Generation) -> None:
    if not generation.status.final:
        job_status.watch(generation.id)
    elif generation.status is GenerationStatus.SUCCEEDED:
        for asset in studio().library.many(generation.asset_ids):
            cards.picture(asset, ratio="1")
            cards.html(f'<div class="g-soft">{escape(asset.provenance.label)}</div>')
    else:
        st.error(state.plain(generation.error), icon=":material/error:")
