"""Domain objects to store: complete, with every field away from its default."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gator_engine.adapters.sql import SqlStore
from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.domain.assets import Asset, AssetKind, FileFacts, Origin, Provenance
from gator_engine.domain.briefs import (
    AspectRatio,
    Brief,
    BriefKind,
    CompiledPrompt,
    Fragment,
    Generation,
    GenerationStatus,
)
from gator_engine.domain.deliveries import Delivery, DeliveryState
from gator_engine.domain.personas import (
    Appearance,
    Boundaries,
    Brand,
    EmojiPolicy,
    Identity,
    Outfit,
    Persona,
    PersonaProfile,
    PersonaRevision,
    Pillar,
    PlatformRating,
    Rating,
    SentenceLength,
    Tone,
    Voice,
)
from gator_engine.domain.posts import Post, PostMedia, Variant
from gator_engine.domain.work import Job, JobState

NOW = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

PROFILE = PersonaProfile(
    identity=Identity("Mira Sol", "mira", 29, "she/her", ("de", "pt-BR"), "Köln", "Töpferin", "☀"),
    appearance=Appearance(
        features=("freckles", "gap tooth"),
        wardrobe=(Outfit("studio", "apron"), Outfit("evening", "linen suit")),
    ),
    voice=Voice(
        tone=Tone(80, 20, 0, 100),
        vocabulary=("Ton", "Glasur"),
        emoji=EmojiPolicy.GENEROUS,
        sentence_length=SentenceLength.LONG,
        sample_posts=('She said "hi"\nand left. 👩🏽‍🎨',),
    ),
    pillars=(Pillar("Clay", 3, "hands", ("a bowl", "a cup")), Pillar("Sea", 1)),
    boundaries=Boundaries(
        Rating.SUGGESTIVE, (PlatformRating("alpha", Rating.GENERAL),), ("politics",), "Mit KI"
    ),
    brand=Brand(("#000000", "#FFFFFF"), "grotesk", "flow", "thumbs", "m1"),
)


def revision(number: int = 1, persona_id: str = "p1", **changes: Any) -> PersonaRevision:
    """Revision `number` of a persona."""
    made = PersonaRevision(
        f"{persona_id}r{number}", persona_id, number, PROFILE, "ada", "because", NOW
    )
    return replace(made, **changes)


def persona(persona_id: str = "p1", handle: str = "mira") -> Persona:
    """A persona at its first revision."""
    profile = replace(PROFILE, identity=replace(PROFILE.identity, handle=handle))
    return Persona(persona_id, handle, revision(persona_id=persona_id, profile=profile), NOW)


def brief(**changes: Any) -> Brief:
    """A brief of persona p1."""
    made = Brief(
        id="b1",
        persona_id="p1",
        persona_revision_id="p1r1",
        kind=BriefKind.CAROUSEL,
        generator="card",
        prompt="a bowl",
        formats=(AspectRatio.STORY, AspectRatio.WIDE),
        count=3,
        created_at=NOW,
        created_by="ada",
        seed=2**62,
        pillar="Clay",
        outfit="studio",
        texts={"title": "Ton", "items": "a\nb"},
        settings={"steps": 4, "guidance": 7.5, "safe": True, "sampler": None, "sizes": [1, 2]},
    )
    return replace(made, **changes)


def generation(**changes: Any) -> Generation:
    """A finished generation of brief b1."""
    made = Generation(
        id="g1",
        brief_id="b1",
        persona_id="p1",
        status=GenerationStatus.SUCCEEDED,
        generator="card",
        compiled=CompiledPrompt((Fragment("a bowl", "brief.prompt", 1.5),), (Fragment("x", "y"),)),
        created_at=NOW,
        seed=7,
        model="m",
        parameters={"w": 1080},
        timings_s={"render": 0.25},
        asset_ids=("a2", "a1"),
        error="",
        started_at=NOW,
        finished_at=NOW + MINUTE,
    )
    return replace(made, **changes)


def asset(asset_id: str = "a1", **changes: Any) -> Asset:
    """An AI-generated picture in nobody's trash."""
    made = Asset(
        id=asset_id,
        sha256=asset_id.encode().hex().ljust(64, "0"),
        facts=FileFacts(AssetKind.IMAGE, "image/png", 2**33, 1080, 1350, 1.5),
        provenance=Provenance(
            Origin.AI_GENERATED,
            "Picture",
            "dif",
            "m",
            2**62,
            "a red bowl",
            {"s": 4},
            {"torch": "2"},
        ),
        created_at=NOW,
        title="Bowl",
        alt_text="A bowl on a table",
        tags=("clay", "red"),
        rating=Rating.MATURE,
        thumbnail_sha256="f" * 64,
    )
    return replace(made, **changes)


def post(post_id: str = "o1", **changes: Any) -> Post:
    """A post of persona p1 with two pictures and two variants."""
    made = Post(
        id=post_id,
        persona_id="p1",
        persona_revision_id="p1r1",
        text="Guten Morgen\n☀ #ton",
        created_at=NOW,
        updated_at=NOW,
        created_by="ada",
        media=(PostMedia("a2", "zwei"), PostMedia("a1", "eins")),
        variants=(Variant("zeta", "z"), Variant("alpha", "a")),
        ai_disclosure=False,
        language="de",
        rating=Rating.SUGGESTIVE,
        review_comment="nice",
    )
    return replace(made, **changes)


def account(account_id: str = "c1", **changes: Any) -> Account:
    """A connected account."""
    made = Account(
        id=account_id,
        platform="alpha",
        handle="mira",
        display_name="Mira",
        base_url="https://social.example",
        timezone="Europe/Berlin",
        health=AccountHealth.OK,
        created_at=NOW,
        remote_id="42",
        profile_url="https://social.example/@mira",
        avatar_url="https://social.example/a.png",
        sandbox=True,
        grace_s=90.5,
        limits={"chars": 500, "nested": {"a": [1]}},
        token_expires_at=NOW + MINUTE,
        health_reason="fine",
        checked_at=NOW,
    )
    return replace(made, **changes)


def delivery(delivery_id: str = "d1", **changes: Any) -> Delivery:
    """A delivery of post o1 to account c1, due now."""
    made = Delivery(
        id=delivery_id,
        post_id="o1",
        post_version=1,
        account_id="c1",
        platform="alpha",
        persona_id="p1",
        due_at=NOW,
        local_time="2026-03-29T01:59:59",
        timezone="Europe/Berlin",
        state=DeliveryState.SCHEDULED,
        idempotency_key=f"key-{delivery_id}",
        created_at=NOW - MINUTE,
    )
    return replace(made, **changes)


def job(job_id: str = "j1", **changes: Any) -> Job:
    """A job that is due now."""
    made = Job(job_id, "generate", "g1", JobState.DUE, NOW, NOW - MINUTE)
    return replace(made, **changes)


def with_post(store: SqlStore) -> None:
    """Store persona p1, assets a1 and a2, post o1 and accounts c1 and c2."""
    with store.write() as uow:
        uow.personas.add(persona())
        uow.assets.add(asset("a1"))
        uow.assets.add(asset("a2"))
        uow.posts.add(post())
        uow.accounts.add(account())
        uow.accounts.add(account("c2", platform="zeta"))
