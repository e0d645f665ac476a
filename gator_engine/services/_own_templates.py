"""Templates that people of this studio saved, kept among the installation's settings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from pydantic import TypeAdapter

from gator_engine.domain.persona_templates import PersonaTemplate
from gator_engine.errors import InvalidInput, NotFound
from gator_engine.ports import UnitOfWork

KEY = "persona_template:"
LONGEST_TITLE = 80
MOST_TEMPLATES = 200


def own_templates(uow: UnitOfWork) -> Sequence[PersonaTemplate]:
    """Those of this studio, by title."""
    kept = [value for key, value in uow.settings.all().items() if key.startswith(KEY) and value]
    return sorted(map(_adapter().validate_python, kept), key=lambda t: t.title.casefold())


def keep_template(uow: UnitOfWork, template: PersonaTemplate) -> None:
    """Store it, over one of the same slug."""
    stored = _adapter().dump_python(template, mode="json")
    uow.settings.put(f"{KEY}{template.slug}", stored)


def slug_for(title: str, taken: Sequence[PersonaTemplate]) -> str:
    """A slug from a title; built-in ones never begin with "own-".

    Raises InvalidInput naming `title`.
    """
    if not title.strip():
        raise InvalidInput("title", "is missing")
    if len(title) > LONGEST_TITLE:
        raise InvalidInput("title", f"has {len(title)} characters", f"{LONGEST_TITLE}")
    plain = unicodedata.normalize("NFKD", title.casefold())
    slug = "own-" + (re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or plain.encode().hex()[:40])
    if len(taken) >= MOST_TEMPLATES and slug not in {t.slug for t in taken}:
        raise InvalidInput("title", "there are too many templates", f"{MOST_TEMPLATES}")
    return slug


def forget_template(uow: UnitOfWork, slug: str) -> None:
    """Take one of this studio's off the list. Raises NotFound."""
    if slug not in {template.slug for template in own_templates(uow)}:
        raise NotFound("template of this studio", slug)
    uow.settings.put(f"{KEY}{slug}", None)


@cache
def _adapter() -> TypeAdapter[PersonaTemplate]:
    return TypeAdapter(PersonaTemplate)
