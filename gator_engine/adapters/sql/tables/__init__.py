"""The tables, one module per corner of the vocabulary; columns are named as the domain's fields."""

from __future__ import annotations

from gator_engine.adapters.sql.tables.accounts import account_credentials, accounts, slots
from gator_engine.adapters.sql.tables.base import metadata
from gator_engine.adapters.sql.tables.deliveries import attempts, deliveries
from gator_engine.adapters.sql.tables.identity import (
    character_sets,
    character_shots,
    look_locks,
    lora_trainings,
    reference_changes,
    reference_images,
)
from gator_engine.adapters.sql.tables.library import (
    assets,
    briefs,
    generations,
    lineage,
    renditions,
)
from gator_engine.adapters.sql.tables.people import audit_events, settings, users
from gator_engine.adapters.sql.tables.personas import ideas, persona_revisions, personas
from gator_engine.adapters.sql.tables.posts import post_media, post_variants, post_versions, posts
from gator_engine.adapters.sql.tables.prompting import grids, past_prompts, styles, wildcard_lists
from gator_engine.adapters.sql.tables.shelves import (
    asset_tags,
    board_assets,
    boards,
    content_ratings,
    fingerprints,
)
from gator_engine.adapters.sql.tables.video import project_assets, projects, renderings, storyboards
from gator_engine.adapters.sql.tables.work import jobs
from gator_engine.adapters.sql.tables.writing import (
    outlines,
    text_calls,
    text_caps,
    text_endpoints,
    text_months,
    text_reservations,
    writings,
)

__all__ = [
    "account_credentials",
    "accounts",
    "asset_tags",
    "assets",
    "attempts",
    "audit_events",
    "board_assets",
    "boards",
    "briefs",
    "character_sets",
    "character_shots",
    "content_ratings",
    "deliveries",
    "fingerprints",
    "generations",
    "grids",
    "ideas",
    "jobs",
    "lineage",
    "look_locks",
    "lora_trainings",
    "metadata",
    "outlines",
    "past_prompts",
    "persona_revisions",
    "personas",
    "post_media",
    "post_variants",
    "post_versions",
    "posts",
    "project_assets",
    "projects",
    "reference_changes",
    "reference_images",
    "renderings",
    "storyboards",
    "renditions",
    "settings",
    "slots",
    "styles",
    "text_calls",
    "text_caps",
    "text_endpoints",
    "text_months",
    "text_reservations",
    "users",
    "wildcard_lists",
    "writings",
]
