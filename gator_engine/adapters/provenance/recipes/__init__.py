"""Settings that tools leave in their pictures: A1111 and its kin, ComfyUI, InvokeAI, Gator."""

from __future__ import annotations

from collections.abc import Mapping

from gator_engine.adapters.provenance.recipes.a1111 import from_parameters
from gator_engine.adapters.provenance.recipes.comfyui import from_graph
from gator_engine.adapters.provenance.recipes.invokeai import from_metadata
from gator_engine.domain.recall import Recipe


def recipe_of(texts: Mapping[str, str]) -> Recipe | None:
    """The recipe in the texts of a file; None when no tool we know left one.

    A file may carry several (Gator writes for two tools): the `parameters` text, which people may
    have edited, comes first; then InvokeAI's, then ComfyUI's graph.
    """
    for name in ("parameters", "UserComment"):
        if texts.get(name, "").strip():
            return from_parameters(texts[name])
    if "invokeai_metadata" in texts:
        return from_metadata(texts["invokeai_metadata"])
    if "prompt" in texts:
        return from_graph(texts["prompt"])
    if "workflow" in texts:
        problem = "Only the drawing of a ComfyUI workflow is in the file, not what was run."
        return Recipe("ComfyUI", problems=(problem,))
    return None
