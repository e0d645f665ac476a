"""The names a brand may use; a generator of cards must know how to draw each of them."""

from __future__ import annotations

TYPEFACES = ("editorial", "modern", "technical", "literary", "neutral")
BACKGROUNDS = ("mesh", "silk", "flow", "orbs", "waves", "paper", "tiles")
AVATAR_STYLES = ("lorelei", "notionists", "open-peeps", "thumbs")
