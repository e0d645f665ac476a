"""Reference pictures in use: a real person's only with a consent on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from gator_engine.domain.identity import (
    Likeness,
    ReferenceChange,
    ReferenceImage,
    ReferenceState,
    consent_problems,
    is_day,
)
from gator_engine.errors import FieldProblem, InvalidInput
from gator_engine.ports import UnitOfWork
from gator_engine.services._context import Context

CONSENT_LIMIT = 400
WHOSE_CONSENT = "record who consented, when, and to what"


def accepted_assets(uow: UnitOfWork, persona_id: str) -> Sequence[str]:
    """Ids of the pictures that say what the persona looks like, oldest first.

    Pictures in the trash are left out. Raises InvalidInput naming `references` when one shows a
    real person without a consent on record.
    """
    images = uow.looks.references(persona_id)
    accepted = [image.asset_id for image in images if image.state is ReferenceState.ACCEPTED]
    refuse_without_consent(uow, accepted, "references")
    there = {asset.id for asset in uow.assets.many(accepted) if asset.deleted_at is None}
    return [asset_id for asset_id in accepted if asset_id in there]


def accepted_count(uow: UnitOfWork, persona_id: str) -> int:
    """How many pictures say what the persona looks like, without those in the trash."""
    images = uow.looks.references(persona_id)
    accepted = [image.asset_id for image in images if image.state is ReferenceState.ACCEPTED]
    return sum(asset.deleted_at is None for asset in uow.assets.many(accepted))


def refuse_without_consent(uow: UnitOfWork, asset_ids: Sequence[str], field: str) -> None:
    """Raises InvalidInput naming `field` for pictures marked as real people without a consent.

    The mark counts for the picture, whichever persona's reference it stands on.
    """
    marked = [image for image in uow.looks.of_assets(asset_ids) if not image.usable]
    if not marked:
        return
    titles = {asset.id: asset.title for asset in uow.assets.many([i.asset_id for i in marked])}
    names = [titles.get(image.asset_id) or image.asset_id for image in marked]
    raise InvalidInput.collect(
        [
            FieldProblem(
                field, f"{name!r} shows a real person without a recorded consent", WHOSE_CONSENT
            )
            for name in dict.fromkeys(names)
        ]
    )


def check_consent(likeness: Likeness, today: date) -> None:
    """Raises InvalidInput with everything that a consent lacks or has too much of."""
    check_length(likeness)
    problems = [*consent_problems(likeness), *_to_come(likeness, today)]
    if problems:
        raise InvalidInput.collect(problems)


def is_whole(likeness: Likeness, today: date) -> bool:
    """Whether a consent holds that was recorded elsewhere."""
    return likeness.given and not any(_to_come(likeness, today))


def check_length(likeness: Likeness) -> None:
    """Raises InvalidInput for texts that are too long to keep."""
    problems = [
        FieldProblem(field, f"has {len(text)} characters", f"{CONSENT_LIMIT}")
        for field, text in (
            ("consent.person", likeness.consent.person),
            ("consent.reference", likeness.consent.reference),
            ("scope", likeness.scope),
        )
        if len(text) > CONSENT_LIMIT
    ]
    if problems:
        raise InvalidInput.collect(problems)


def _to_come(likeness: Likeness, today: date) -> Iterator[FieldProblem]:
    given = likeness.consent.given_on
    if is_day(given) and date.fromisoformat(given) > today:
        yield FieldProblem("consent.given_on", f"{given} is still to come", "by today")


def entry(context: Context, image: ReferenceImage) -> ReferenceChange:
    """What the history keeps of the last change of a reference."""
    return ReferenceChange(
        id=context.ids.new(),
        reference_id=image.id,
        persona_id=image.persona_id,
        state=image.state,
        at=image.at,
        by=image.by,
        reason=image.reason,
    )
