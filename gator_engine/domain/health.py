"""One line of a health report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """Whether one part is there, in plain words, and how to get it when it is not.

    `required` parts make the studio unusable when missing; the others only take abilities away.
    """

    name: str
    ok: bool
    message: str
    fix: str = ""
    required: bool = True
