"""What makes a timeline impossible to store or to render, named by clip."""

from __future__ import annotations

from gator_engine.domain.timeline import Timeline
from gator_engine.errors import FieldProblem


def shape_problems(timeline: Timeline) -> list[FieldProblem]:
    """What no timeline may be, whatever files it uses."""
    return [
        FieldProblem("picture", "holds an item without length")
        for item in timeline.picture.items
        if item.length < 1
    ]
