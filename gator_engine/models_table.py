"""The catalogue of models as Markdown: docs/models.md holds it and a test compares the two."""

from __future__ import annotations

from gator_engine.domain.models.catalogue import CatalogueModel, catalogue
from gator_engine.domain.models.kinds import TASKS
from gator_engine.domain.models.presets import PRESETS


def models_table() -> str:
    """One row per model, licence-clean ones first, then one row per class of machine."""
    rows = [
        "| model | for | licence | terms | download | memory of the GPU | steps |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_row(model) for model in catalogue()),
        "",
        "| machine | picture models, best first | keeping a face |",
        "| --- | --- | --- |",
    ]
    for preset in PRESETS.values():
        names = ", ".join(f"`{name}`" for name in preset.models)
        rows.append(f"| {preset.label} | {names} | {preset.identity.label} |")
    return "\n".join(rows) + "\n"


def _row(model: CatalogueModel) -> str:
    licence = f"{model.licence.name} ({model.evidence.label})"
    cells = (
        f"{model.label} `{model.repo_id}`",
        "; ".join(TASKS[task] for task in model.tasks) if not model.base else model.kind.label,
        licence,
        f"**{model.licence.commercial.label}.** {terms(model)}",
        _gigabytes(model.download_gb),
        "; ".join(f"{gb:g} GB {mode.label.lower()}" for mode, gb in model.vram_gb.items())
        or _weights(model),
        str(model.steps) if model.steps else "not known",
    )
    return f"| {' | '.join(cells)} |"


def terms(model: CatalogueModel) -> str:
    """What one may and must do, in sentences."""
    licence = model.licence
    said = [licence.summary, *licence.obligations]
    if licence.not_in:
        said.append(f"It grants nothing in {', '.join(licence.not_in)}.")
    return " ".join(said)


def _gigabytes(size: float | None) -> str:
    return "not known" if size is None else f"{size:g} GB"


def _weights(model: CatalogueModel) -> str:
    known = model.known_weights_gb
    return "not known" if known is None else f"{known:.1f} GB of weights"
