"""Gator, the studio for AI personas.

from gator_engine import open_studio

with open_studio(home="demo", queue="inline") as studio:
    persona = studio.personas.create(studio.personas.templates()[0].profile)
"""

from __future__ import annotations

from gator_engine.config import Settings, load_settings
from gator_engine.domain.accounts import Account
from gator_engine.domain.assets import Asset, AssetQuery
from gator_engine.domain.briefs import AspectRatio, Brief, BriefDraft, BriefKind, Generation
from gator_engine.domain.deliveries import Delivery, DeliveryQuery, DeliveryState
from gator_engine.domain.metrics import AnalyticsQuery, Metric, Snapshot
from gator_engine.domain.personas import Persona, PersonaProfile, PersonaRevision, Rating
from gator_engine.domain.posts import Approval, Post, PostMedia, Variant
from gator_engine.errors import (
    AuthExpired,
    Cancelled,
    CapabilityError,
    ConfigError,
    ExternalError,
    FieldProblem,
    GatorError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Rejected,
    StaleWrite,
    Transient,
    Unavailable,
)
from gator_engine.studio import Studio, open_sandbox, open_studio, run_jobs

__all__ = [
    "Account",
    "AnalyticsQuery",
    "Approval",
    "AspectRatio",
    "Asset",
    "AssetQuery",
    "AuthExpired",
    "Brief",
    "BriefDraft",
    "BriefKind",
    "Cancelled",
    "CapabilityError",
    "ConfigError",
    "Delivery",
    "DeliveryQuery",
    "DeliveryState",
    "ExternalError",
    "FieldProblem",
    "GatorError",
    "Generation",
    "IllegalTransition",
    "InvalidInput",
    "Metric",
    "NotFound",
    "OutcomeUnknown",
    "PermissionDenied",
    "Persona",
    "PersonaProfile",
    "PersonaRevision",
    "Post",
    "PostMedia",
    "RateLimited",
    "Rating",
    "Rejected",
    "Settings",
    "Snapshot",
    "StaleWrite",
    "Studio",
    "Transient",
    "Unavailable",
    "Variant",
    "load_settings",
    "open_sandbox",
    "open_studio",
    "run_jobs",
]
