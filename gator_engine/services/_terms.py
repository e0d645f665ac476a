"""Terms of models that a person has to accept first: who did, when, and what exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gator_engine.domain.models.catalogue import CatalogueModel
from gator_engine.errors import InvalidInput
from gator_engine.ports import UnitOfWork
from gator_engine.services._context import Context

KEY = "model-terms"


def accepted(uow: UnitOfWork, model: CatalogueModel | None) -> bool:
    """Whether the terms as they are now were accepted, or none have to be."""
    if model is None or not model.opt_in:
        return True
    return bool(_all(uow).get(_name(model), {}).get("terms") == _text(model))


def accept(context: Context, uow: UnitOfWork, model: CatalogueModel) -> None:
    """Put on record that the acting person accepts a model's terms."""
    entry = {"terms": _text(model), "by": context.actor, "at": context.now().isoformat()}
    uow.settings.put(KEY, {**_all(uow), _name(model): entry})
    context.audit(
        uow, "accept_terms", "model", model.repo_id, licence=model.licence.name, terms=_text(model)
    )


def require(uow: UnitOfWork, model: CatalogueModel | None, field: str) -> None:
    """Raises InvalidInput naming `field` while a model's terms are not accepted."""
    if model is not None and not accepted(uow, model):
        raise InvalidInput(
            field,
            f"{model.label} has terms to accept first ({model.licence.name})",
            "Settings → Models shows and accepts them",
        )


def _all(uow: UnitOfWork) -> Mapping[str, Any]:
    return uow.settings.get(KEY) or {}


def _name(model: CatalogueModel) -> str:
    return model.repo_id.casefold()


def _text(model: CatalogueModel) -> str:
    """What was shown. Other words later are other terms, which are asked for again."""
    licence = model.licence
    return " ".join([licence.name, licence.summary, *licence.obligations, *licence.not_in])
