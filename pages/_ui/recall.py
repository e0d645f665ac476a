"""Taking a picture's settings back into the brief, whichever tool made it."""

from __future__ import annotations

import streamlit as st

from gator_engine.domain.assets import Asset
from gator_engine.domain.briefs import Generation
from gator_engine.domain.capabilities import GeneratorCapabilities, Task
from gator_engine.domain.recall import Recalled
from gator_engine.errors import InvalidInput
from pages._ui import brief_keys, cards, forms, result_actions
from pages._ui.brief_keys import FORM
from pages._ui.session import studio


@st.dialog("Start from a picture's settings", width="large")
def ask() -> None:
    """Drop a file, see what it says, and take that over."""
    st.write(
        "Pictures made here, in A1111 or Forge, in ComfyUI or in InvokeAI carry their settings."
    )
    file = st.file_uploader(
        "Picture", key="recall:file", max_upload_size=studio().settings.max_upload_mb
    )
    if file is None:
        return
    data = file.getvalue()
    try:
        found, ours = studio().provenance.recall(data), _made_here(data)
    except InvalidInput as error:
        for problem in error.problems:
            forms.complain(problem)
        return
    _show(found)
    if ours is not None:
        st.caption(":material/verified: It was made here, so its whole brief is known.")
    if st.button("Fill in the brief", type="primary", icon=":material/input:"):
        if ours is None or not result_actions.reuse(*ours):
            _take_over(found)
        st.rerun()


def _made_here(data: bytes) -> tuple[Asset, Generation] | None:
    """The library's own record of this very file, which says more than the file can."""
    asset = studio().provenance.inspect(data).asset
    if asset is None or asset.generation_id is None:
        return None
    return asset, studio().generation.get(asset.generation_id)


def _show(found: Recalled) -> None:
    recipe = found.recipe
    cards.facts(
        {
            "Made with": recipe.tool,
            "Prompt": found.prompt,
            "Kept out": recipe.negative_prompt,
            "Seed": "" if found.seed is None else str(found.seed),
            "Steps": "" if recipe.steps is None else str(recipe.steps),
            "Guidance": "" if recipe.guidance is None else f"{recipe.guidance:g}",
            "Sampler": recipe.sampler,
            "Size": f"{recipe.width} × {recipe.height} px" if recipe.width else "",
            "Model": recipe.model,
        }
    )
    for note in found.notes:
        st.caption(f":material/info: {note}")


def _take_over(found: Recalled) -> None:
    values: dict[str, object] = {
        f"{FORM}:prompt": found.prompt,
        f"{FORM}:negative": found.recipe.negative_prompt,
        f"{FORM}:seed": found.seed,
    }
    can = _painter()
    if can is not None:
        known = {option.name for option in can.options if option.kind.typed}
        values |= {
            brief_keys.option_key(can.slug, name): value
            for name, value in found.settings.items()
            if name in known
        }
        values |= {brief_keys.TASK: can.task, f"{brief_keys.GENERATOR}:{can.task}": can.slug}
        if found.format in can.ratios:
            values[f"{FORM}:formats:{can.slug}"] = [found.format]
    brief_keys.fill_next(values)


def _painter() -> GeneratorCapabilities | None:
    """The first generator that makes pictures from words and is ready."""
    found = studio().generation.generators()
    ready = [info.capabilities for info in found if not info.missing]
    return next((can for can in ready if can.task is Task.TEXT_TO_IMAGE), None)
