"""What a person is told about a video: a suggestion to describe it, and what differs."""

from __future__ import annotations

from gator_engine.ports import GenerateRequest


def alt_text(request: GenerateRequest) -> str:
    """A suggestion from the scene of the brief; a person completes it."""
    parts = [part.text for part in request.compiled.fragments if part.source == "brief.prompt"]
    scene = ", ".join(parts)
    subject = f"AI-generated video of {request.profile.identity.name}"
    return f"{subject}: {scene}" if scene and len(scene) <= 1000 else subject


def size_note(made: tuple[int, int], wanted: tuple[int, int]) -> tuple[str, ...]:
    """What to say where a video has another size than was asked for."""
    if made == wanted:
        return ()
    came, asked = (f"{width}×{height}" for width, height in (made, wanted))
    return (f"Asked for {asked} pixels, the video has {came}; the editor fits it into the frame.",)
