"""Simulated reactions: counts that grow after a post appears, the same for the same post.

Nobody is behind these numbers. They exist so that analytics has something to show for the sandbox,
and everything that shows them says "simulated".
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

MINUTE, DAY = 60.0, 86_400.0
# Half of the interest comes within minutes, the rest over two days.
QUICK_S, SLOW_S = 4 * MINUTE, 0.6 * DAY


@dataclass(frozen=True)
class Reactions:
    """Counts of one post at one moment."""

    likes: int
    shares: int
    replies: int
    quotes: int
    saves: int


def reactions(post_id: str, age_s: float, pictures: int = 0) -> Reactions:
    """What a post has gathered `age_s` seconds after it appeared; never shrinks."""
    dice = random.Random(f"reactions {post_id}")  # nosec B311
    reach = dice.lognormvariate(3.4, 0.8) * (1.0 + 0.35 * min(pictures, 4))
    age = max(0.0, age_s)
    grown = 0.5 * (1 - math.exp(-age / QUICK_S)) + 0.5 * (1 - math.exp(-age / SLOW_S))
    shares = (1.0, dice.uniform(0.1, 0.3), dice.uniform(0.05, 0.2), dice.uniform(0.01, 0.05))
    likes, shared, replies, quotes = (math.floor(reach * part * grown) for part in shares)
    saves = math.floor(reach * dice.uniform(0.02, 0.12) * grown)
    return Reactions(likes, shared, replies, quotes, saves)


def followers(account_id: str, age_s: float, posts: int) -> int:
    """Followers of an account that is `age_s` seconds old and has posted so often."""
    dice = random.Random(f"followers {account_id}")  # nosec B311
    start, daily, per_post = dice.randint(40, 900), dice.uniform(1, 12), dice.uniform(0.5, 4)
    return start + math.floor(daily * max(0.0, age_s) / DAY + per_post * posts)
