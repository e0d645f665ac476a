"""What a persona looks like, held still: the lock, the reference pictures, the character set."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

import streamlit as st

from gator_engine.domain.assets import Asset
from gator_engine.domain.identity import LookLock, ReferenceImage, ReferenceSet, ReferenceState
from gator_engine.domain.personas import Persona
from pages._ui import cards, job_status, persona_consent, persona_lora, shell, words
from pages._ui.commands import attempt
from pages._ui.icons import icon
from pages._ui.persona_shots import character_set, generator_choice
from pages._ui.session import my_zone, studio

_STATES = {
    ReferenceState.CANDIDATE: "Candidates",
    ReferenceState.ACCEPTED: "Accepted",
    ReferenceState.REJECTED: "Rejected",
}


def lock(persona: Persona) -> None:
    """Whether the look is held still, and the way to change that."""
    identity = studio().identity
    held = identity.locked(persona.id)
    with st.container(key="card-lock"):
        if held is None:
            cards.html(f'<div class="g-state quiet">{icon("lock_open")} The look may change</div>')
            if st.button("Lock the look", icon=":material/lock:", key="lock-look"):
                attempt(
                    lambda: identity.lock(persona.id),
                    done="The look is locked: edits to it are refused until you open it.",
                )
        else:
            _held(persona, held)
        _past(persona)


def _held(persona: Persona, held: LookLock) -> None:
    since = words.when(held.locked_at, my_zone())
    cards.html(
        f'<div class="g-state good">{icon("lock")} The look is locked</div>'
        f'<div class="g-soft">Since {escape(since)}, by {escape(held.locked_by)}.'
        " Saving a change of appearance is refused.</div>"
    )
    with st.popover("Open the lock", icon=":material/lock_open:"):
        reason = st.text_input("Why does the look have to change?", key="open-reason")
        if st.button("Open it", key="open-look", type="primary"):
            attempt(
                lambda: studio().identity.open_lock(persona.id, reason),
                done="The look may change again; the reason is kept.",
            )


def _past(persona: Persona) -> None:
    opened = [one for one in studio().identity.locks(persona.id) if one.opened_at]
    if not opened:
        return
    with st.expander(f"Opened before ({len(opened)})", icon=":material/history:"):
        for one in opened:
            at = words.when(one.opened_at, my_zone()) if one.opened_at else ""
            said = f"{at} · {one.opened_by}: {one.opened_reason}"
            cards.html(f'<div class="g-soft">{escape(said)}</div>')


def pictures(persona: Persona) -> None:
    """Reference pictures, then the character set made from the look."""
    found = studio().identity.references(persona.id)
    shell.chapter("Reference pictures", "Accepted ones say what the persona looks like.")
    _add(persona)
    _making(persona)
    for kind in ReferenceState:
        images = found.in_state(kind)
        if images and kind is not ReferenceState.REJECTED:
            cards.html(f'<div class="g-eyebrow">{_STATES[kind]} ({len(images)})</div>')
            _grid(images)
    _put_aside(found)
    missing = studio().identity.score_missing()
    if missing:
        cards.html(f'<div class="g-soft">Likeness is not measured: {escape(missing)}</div>')
    _routes(persona)
    character_set(persona)
    persona_lora.training(persona)


def _routes(persona: Persona) -> None:
    """The ways to keep this face, which of them a picture takes, and what the others lack."""
    shell.chapter("What keeps the face", "Pictures take the first way that is ready.")
    labels = {g.capabilities.slug: g.capabilities.label for g in studio().generation.generators()}
    found = studio().identity.routes(persona.id)
    best = next((one for one in found if one.generators), None)
    for number, one in enumerate(found, start=1):
        said = f"{number}. {one.route.label}"
        if one.generators:
            said += f" · {'taken by' if one is best else 'ready with'} "
            said += ", ".join(labels[slug] for slug in one.generators)
        symbol, tone = (
            ("check_circle", "good") if one is best else ("radio_button_unchecked", "quiet")
        )
        lacks = f'<div class="g-soft">{escape(" ".join(one.missing))}</div>' if one.missing else ""
        cards.html(f'<div class="g-state {tone}">{icon(symbol)} {escape(said)}</div>{lacks}')


def _add(persona: Persona) -> None:
    count = st.session_state.setdefault("reference-uploads", 0)
    files = st.file_uploader(
        "Add pictures",
        accept_multiple_files=True,
        key=f"reference-upload:{count}",
        max_upload_size=studio().settings.max_upload_mb,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Keep as candidates", disabled=not files, key="keep-references"):
            attempt(
                lambda: [
                    studio().identity.upload(persona.id, one.getvalue(), one.name) for one in files
                ],
                done=f"{len(files)} kept as candidates.",
                then=lambda _: st.session_state.update({"reference-uploads": count + 1}),
            )
        with st.popover("Generate candidates", icon=":material/auto_awesome:"):
            chosen = generator_choice("candidates")
            many = st.number_input("How many", 1, 8, 4, key="candidates:count")
            if st.button("Make them", key="make-candidates", disabled=chosen is None):
                attempt(
                    lambda: studio().identity.generate_candidates(
                        persona.id, int(many), chosen or ""
                    ),
                    done="Candidates are being made.",
                    then=lambda made: st.session_state.update(
                        {f"candidates:{persona.id}": made.id}
                    ),
                )


def _making(persona: Persona) -> None:
    """The candidates in the making, followed until they are there."""
    generation_id = st.session_state.get(f"candidates:{persona.id}")
    if generation_id and not studio().generation.get(generation_id).status.final:
        job_status.watch(generation_id)


def _grid(images: tuple[ReferenceImage, ...]) -> None:
    assets = {asset.id: asset for asset in studio().library.many([i.asset_id for i in images])}
    with st.grid(min_column_width=150, gap=12):
        for image in images:
            with st.container(key=f"reference-{image.id}"):
                cards.picture(assets[image.asset_id], ratio="1")
                _likeness(assets[image.asset_id])
                persona_consent.state(image)
                _decisions(image)


def _likeness(asset: Asset) -> None:
    """The measured likeness, where one was measured when the picture was made."""
    score = asset.provenance.parameters.get("identity_score")
    if isinstance(score, dict) and "value" in score:
        cards.html(
            f'<div class="g-soft">Likeness {score["value"]:.2f}'
            f" ({escape(str(score.get('model', '')))})</div>"
        )


def _decisions(image: ReferenceImage) -> None:
    identity = studio().identity
    with st.container(horizontal=True, gap="small"):
        if image.state is not ReferenceState.ACCEPTED:
            _button("Accept", "check", f"accept-{image.id}", partial(identity.accept, image.id))
        if image.state is not ReferenceState.REJECTED:
            with st.popover("Reject", icon=":material/close:"):
                reason = st.text_input("What is wrong with it?", key=f"reason-{image.id}")
                if st.button("Reject it", key=f"reject-{image.id}"):
                    attempt(lambda: identity.reject(image.id, reason), done="Rejected.")
        persona_consent.ask(image)


def _button(label: str, symbol: str, key: str, action: Callable[[], object]) -> None:
    if st.button(label, key=key, icon=f":material/{symbol}:"):
        attempt(action, done=f"{label}ed.")


def _put_aside(found: ReferenceSet) -> None:
    """Rejected pictures and everything that was decided."""
    rejected = found.in_state(ReferenceState.REJECTED)
    if rejected:
        with st.expander(f"Rejected ({len(rejected)})", icon=":material/block:"):
            _grid(rejected)
    if not found.history:
        return
    with st.expander("What was decided", icon=":material/history:"):
        for one in sorted(found.history, key=lambda entry: entry.at, reverse=True):
            why = f": {one.reason}" if one.reason else ""
            said = f"{words.when(one.at, my_zone())} · {one.by} · {one.state}{why}"
            cards.html(f'<div class="g-soft">{escape(said)}</div>')
