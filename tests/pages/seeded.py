"""A studio with something in every corner, for pages to show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from gator_engine import (
    Account,
    AspectRatio,
    BriefKind,
    Delivery,
    DeliveryState,
    Persona,
    Post,
    PostMedia,
    Rating,
    Studio,
)
from gator_engine.domain.accounts import AccountHealth
from gator_engine.domain.briefs import BriefDraft
from gator_engine.domain.deliveries import Attempt, Phase
from gator_engine.domain.schedule import to_local_text

S = DeliveryState
ZONE = "Europe/Berlin"


@dataclass(frozen=True)
class Seeded:
    """What was put there, to be looked for on the pages."""

    persona: Persona
    accounts: tuple[Account, ...]
    approved: Post
    in_review: Post
    deliveries: dict[DeliveryState, Delivery]
    generation_id: str


def fill(studio: Studio) -> Seeded:
    """Two personas, cards, an account per platform, posts and deliveries in many states."""
    templates = studio.personas.templates()
    persona = studio.personas.create(templates[0].profile)
    studio.personas.create(templates[1].profile)
    generation_id = _make_cards(studio, persona)
    accounts = _accounts(studio)
    approved, in_review = _posts(studio, persona, generation_id)
    deliveries = _deliveries(studio, approved, accounts)
    studio.ideas.add("Show the tool nobody notices", persona.id)
    return Seeded(persona, accounts, approved, in_review, deliveries, generation_id)


def _make_cards(studio: Studio, persona: Persona) -> str:
    draft = BriefDraft(
        persona_id=persona.id,
        kind=BriefKind.IMAGE,
        generator="card",
        prompt="Third glaze test. Still not the blue in my head.",
        formats=(AspectRatio.PORTRAIT,),
        count=2,
        seed=7,
        texts={"body": "Third glaze test. Still not the blue in my head."},
    )
    generation = studio.generation.request(draft)
    studio.jobs.dispatch()
    studio.queue.drain(studio)  # type: ignore[attr-defined]
    return generation.id


def _accounts(studio: Studio) -> tuple[Account, ...]:
    now = studio.clock.now()
    found = []
    for info in studio.accounts.platforms():
        account = Account(
            id=f"account{info.capabilities.slug}",
            platform=info.capabilities.slug,
            handle="luna-makes",
            display_name="Luna Reyes",
            base_url="http://127.0.0.1:9",
            timezone=ZONE,
            health=AccountHealth.OK,
            created_at=now,
            remote_id=f"did:plc:{info.capabilities.slug}",
            sandbox=True,
            checked_at=now - timedelta(minutes=5),
        )
        found.append(account)
    found[-1] = replace(found[-1], health=AccountHealth.NEEDS_AUTH, health_reason="Login expired.")
    with studio.store.write() as uow:
        for account in found:
            uow.accounts.add(account)
    return tuple(found)


def _posts(studio: Studio, persona: Persona, generation_id: str) -> tuple[Post, Post]:
    assets = studio.library.many(studio.generation.get(generation_id).asset_ids)
    media = [PostMedia(assets[0].id, "A quote card about a glaze test.")]
    approved = studio.composing.draft(
        persona.id,
        "Third glaze test. Closer, though. #makersgonnamake",
        media,
        rating=Rating.GENERAL,
    )
    approved = studio.composing.approve(approved.id)
    in_review = studio.composing.draft(persona.id, "Make it useful, then make it kind.")
    in_review = studio.composing.submit(in_review.id)
    studio.composing.draft(persona.id, "A draft about brushes that earn their place.")
    return approved, in_review


def _deliveries(
    studio: Studio, post: Post, accounts: tuple[Account, ...]
) -> dict[DeliveryState, Delivery]:
    now = studio.clock.now()
    wanted = {
        S.PUBLISHED: (-26, "", "https://sandbox.example/@luna-makes/1"),
        S.REJECTED: (-3, "The text is longer than this server allows.", ""),
        S.NEEDS_HUMAN: (-2, "The answer was lost and the post could not be found.", ""),
        S.MISSED: (-1, "Missed: it was over an hour late.", ""),
        S.RETRY_WAIT: (-0.1, "The server was busy.", ""),
        S.SCHEDULED: (2, "", ""),
        S.CANCELLED: (30, "", ""),
    }
    made = {}
    for number, (state, (hours, reason, url)) in enumerate(wanted.items()):
        due = now + timedelta(hours=hours)
        made[state] = Delivery(
            id=f"delivery{number}",
            post_id=post.id,
            post_version=post.version,
            account_id=accounts[number % len(accounts)].id,
            platform=accounts[number % len(accounts)].platform,
            persona_id=post.persona_id,
            due_at=due,
            local_time=to_local_text(due, ZONE),
            timezone=ZONE,
            state=state,
            idempotency_key=f"key{number}",
            created_at=now - timedelta(days=2),
            reason=reason,
            remote_url=url,
            published_at=due if state is S.PUBLISHED else None,
            attempt=0 if state is S.SCHEDULED else 1,
        )
    _store(studio, made)
    return made


def _store(studio: Studio, made: dict[DeliveryState, Delivery]) -> None:
    with studio.store.write() as uow:
        for delivery in made.values():
            uow.deliveries.add(delivery)
        refused = made[S.REJECTED]
        uow.deliveries.add_attempt(
            Attempt(
                id="attempt1",
                delivery_id=refused.id,
                number=1,
                phase=Phase.FINALIZE,
                started_at=refused.due_at,
                finished_at=refused.due_at + timedelta(seconds=1),
                request="POST status (512 characters)",
                response="422 text too long",
                outcome="rejected",
                message="The server refused it: the text is too long.",
            )
        )
