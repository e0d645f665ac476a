"""What one can do with a picture that was made: go on from it, reuse its settings, keep it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from gator_engine.domain.assets import Asset
from gator_engine.domain.briefs import Generation
from gator_engine.domain.capabilities import SOURCE, Task
from pages._ui import brief_keys
from pages._ui.commands import attempt
from pages._ui.session import studio

Action = Callable[[Asset, Generation], None]
_GO_ON = {
    ":material/shuffle: Vary": Task.IMAGE_TO_IMAGE,
    ":material/brush: Repaint a part": Task.INPAINT,
    ":material/edit: Change by words": Task.EDIT,
    ":material/open_in_full: Enlarge": Task.UPSCALE,
}


def menu(asset: Asset, generation: Generation) -> None:
    """The menu of a result; tasks for which nothing is ready are left out."""
    offered = {**_tasks(), **_ALWAYS}
    chosen = st.menu_button(
        "More",
        list(offered),
        icon=":material/more_horiz:",
        type="tertiary",
        key=f"more-{asset.id}",
    )
    if chosen:
        offered[chosen](asset, generation)


def _tasks() -> dict[str, Action]:
    ready = {
        info.capabilities.task
        for info in studio().generation.generators()
        if not info.missing and any(option.name == SOURCE for option in info.capabilities.pictures)
    }
    return {label: _go_on(task) for label, task in _GO_ON.items() if task in ready}


def _go_on(task: Task) -> Action:
    def start(asset: Asset, generation: Generation) -> None:
        brief_keys.work_on(task, SOURCE, asset.id)
        st.rerun()

    return start


def _reuse(asset: Asset, generation: Generation) -> None:
    if reuse(asset, generation):
        st.rerun()
    st.toast(f"{generation.generator} is not here any more.", icon=":material/error:")


def reuse(asset: Asset, generation: Generation) -> bool:
    """Put the brief of this picture into the form; False when nothing can make it any more."""
    brief = studio().generation.brief(generation.brief_id)
    found = {info.capabilities.slug: info.capabilities for info in studio().generation.generators()}
    can = found.get(brief.generator)
    if can is not None:
        # Of several pictures each has a seed of its own.
        draft = replace(brief.draft, seed=asset.provenance.seed, count=1)
        brief_keys.fill_from(draft, can)
    return can is not None


def _favourite(asset: Asset, generation: Generation) -> None:
    attempt(
        lambda: studio().selection.favourite([asset.id], on=not asset.favourite),
        done="No favourite any more." if asset.favourite else "Kept among the favourites.",
    )


def _reference(asset: Asset, generation: Generation) -> None:
    attempt(
        lambda: studio().identity.propose(generation.persona_id, [asset.id]),
        done="Proposed as a reference; accept it on the persona's page under Appearance.",
    )


@st.dialog("Settings of this picture", width="large")
def _settings(asset: Asset, generation: Generation) -> None:
    made = asset.provenance
    whole = {
        "generator": made.generator,
        "model": made.model,
        "seed": made.seed,
        "prompt": made.prompt,
        "parameters": dict(made.parameters),
        "software": dict(made.software),
        "timings_s": {name: round(value, 3) for name, value in generation.timings_s.items()},
    }
    st.code(json.dumps(whole, indent=2, default=str), language="json", wrap_lines=True)


_ALWAYS: dict[str, Action] = {
    ":material/star: Favourite": _favourite,
    ":material/content_paste_go: Use its settings": _reuse,
    ":material/face: Propose as a reference": _reference,
    ":material/data_object: Show its settings": _settings,
}
