"""Whether a post may go to a platform, by what it shows and what the platform and persona allow.

The rule for what nobody rated: words without a rating go nowhere. A picture without a rating of its
own counts as the post it is shown in; where the studio demands ratings it is refused as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gator_engine.domain.assets import Asset
from gator_engine.domain.capabilities import PlatformCapabilities
from gator_engine.domain.personas import PersonaProfile, Rating
from gator_engine.domain.posts import Post
from gator_engine.domain.ratings import strongest


@dataclass(frozen=True)
class PolicyDecision:
    """What was decided for one platform, and on what grounds; `refusal` is "" when it may go.

    `rated_by` says whose word the rating of the post's own text is. A rating of None is that of a
    post of which neither the words nor the files were ever rated.
    """

    platform: str
    rating: Rating | None
    allowed: Rating
    unrated: tuple[str, ...]
    warning: str
    source: str
    refusal: str = ""
    limit: str = ""
    rated_by: str = ""


def rating_of(post: Post, media: Sequence[Asset]) -> Rating | None:
    """The strongest of the post's own rating and those of what it shows; None without any."""
    given = [post.rating, *(asset.rating for asset in media)]
    known = [rating for rating in given if rating is not None]
    return strongest(known) if known else None


def decide(
    post: Post,
    media: Sequence[Asset],
    profile: PersonaProfile,
    capabilities: PlatformCapabilities,
    *,
    require_ratings: bool = False,
    rated_by: str = "",
) -> PolicyDecision:
    """The decision for one platform. The milder of persona's and platform's limit holds."""
    rating = rating_of(post, media)
    allowed = _strongest_allowed(profile, capabilities)
    unrated = tuple(asset.id for asset in media if asset.rating is None)
    refusal, limit = "", ""
    if rating is None or (post.rating is None and post.words()):
        refusal = "nobody rated its words yet; choose a rating for the post"
    elif rating.strength > allowed.strength:
        refusal = f"{rating} may not go to {capabilities.label}"
        limit = f"at most {allowed}"
    elif unrated and require_ratings:
        refusal = f"{len(unrated)} of its files have no rating; rate them in the library"
    return PolicyDecision(
        platform=capabilities.slug,
        rating=rating,
        allowed=allowed,
        unrated=unrated,
        warning="" if rating in (None, Rating.GENERAL) else capabilities.sensitive_warning,
        source=f"{capabilities.source} ({capabilities.as_of.isoformat()})",
        refusal=refusal,
        limit=limit,
        rated_by=rated_by,
    )


def _strongest_allowed(profile: PersonaProfile, capabilities: PlatformCapabilities) -> Rating:
    own = {entry.platform: entry.rating for entry in profile.boundaries.platform_ratings}
    persona_limit = own.get(capabilities.slug, profile.boundaries.rating)
    limits = (capabilities.strongest_rating, persona_limit)
    return min(limits, key=lambda rating: rating.strength)
