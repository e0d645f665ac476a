"""The identity lock: reference pictures, the locked look, the character set, and its LoRAs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from gator_engine.domain.personas import LikenessConsent, Lora, PersonaProfile
from gator_engine.errors import FieldProblem

# What a lock holds still. `None` stands for every field of that part of the profile.
LOCKED_PARTS: Mapping[str, tuple[str, ...] | None] = {
    "appearance": None,
    "brand": ("avatar_style", "avatar_seed"),
}
# How often a trainer shows each picture per pass, in the name of the folder (kohya's convention).
DATASET_REPEATS = 10
DATASET_CLASS = "person"


class ReferenceState(StrEnum):
    """What people think of a reference picture."""

    CANDIDATE = "candidate"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Likeness:
    """What is on record about a picture that shows a real person: who agreed, and to what.

    `scope` is what the picture may be used for, in words. Until person, day and scope are there,
    the picture stays on record and is used for nothing.
    """

    consent: LikenessConsent = field(default_factory=LikenessConsent)
    scope: str = ""

    @property
    def given(self) -> bool:
        """Whether a whole consent is on record."""
        return not any(consent_problems(self))

    def __str__(self) -> str:
        if not self.given:
            return "shows a real person, consent not on record"
        filed = f", filed: {self.consent.reference}" if self.consent.reference else ""
        return f"{self.consent.person} agreed on {self.consent.given_on} to {self.scope}{filed}"


def consent_problems(likeness: Likeness) -> Iterator[FieldProblem]:
    """What a consent lacks, each with its field."""
    if not likeness.consent.person.strip():
        yield FieldProblem("consent.person", "say who consented")
    if not is_day(likeness.consent.given_on):
        yield FieldProblem(
            "consent.given_on", f"{likeness.consent.given_on!r} is no day", "such as 2026-03-31"
        )
    if not likeness.scope.strip():
        yield FieldProblem("scope", "say what the picture may be used for")


def is_day(text: str) -> bool:
    """Whether the text is a day in ISO 8601."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class ReferenceImage:
    """A picture that may show what the persona looks like; `reason`, `by` and `at` are of the last
    change. `likeness` is set when it shows a real person."""

    id: str
    persona_id: str
    asset_id: str
    state: ReferenceState
    at: datetime
    by: str
    reason: str = ""
    likeness: Likeness | None = None

    @property
    def usable(self) -> bool:
        """Whether nobody real is shown, or whoever is has consented."""
        return self.likeness is None or self.likeness.given


@dataclass(frozen=True)
class ReferenceChange:
    """One entry of the history of a reference picture; entries are never changed."""

    id: str
    reference_id: str
    persona_id: str
    state: ReferenceState
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True)
class ReferenceSet:
    """The reference pictures of one persona, oldest first, and everything that was decided."""

    persona_id: str
    images: tuple[ReferenceImage, ...] = ()
    history: tuple[ReferenceChange, ...] = ()

    def in_state(self, state: ReferenceState) -> tuple[ReferenceImage, ...]:
        """The pictures in one state."""
        return tuple(image for image in self.images if image.state is state)

    @property
    def accepted(self) -> tuple[ReferenceImage, ...]:
        """The pictures that say what the persona looks like."""
        return self.in_state(ReferenceState.ACCEPTED)


@dataclass(frozen=True)
class LookLock:
    """A promise that the look stays as it is; over once somebody opened it, saying why."""

    id: str
    persona_id: str
    persona_revision_id: str
    locked_at: datetime
    locked_by: str
    opened_at: datetime | None = None
    opened_by: str = ""
    opened_reason: str = ""


def locked_changes(old: PersonaProfile, new: PersonaProfile) -> tuple[str, ...]:
    """Dotted names of the fields that a lock protects and that differ, in the profile's order."""
    return tuple(_differing(old, new))


def _differing(old: PersonaProfile, new: PersonaProfile) -> Iterator[str]:
    for part, chosen in LOCKED_PARTS.items():
        before, after = getattr(old, part), getattr(new, part)
        for name in chosen or [each.name for each in fields(before)]:
            if getattr(before, name) != getattr(after, name):
                yield f"{part}.{name}"


@dataclass(frozen=True)
class ShotSpec:
    """One picture of the character set: what to ask for, and what its caption says."""

    key: str
    label: str
    prompt: str
    tags: tuple[str, ...]


# Angles, expressions, actions and backgrounds differ from shot to shot while the person does not,
# so that a training tells them apart; each caption names what differs.
SHOTS: tuple[ShotSpec, ...] = (
    ShotSpec(
        "front", "Front",
        "close-up portrait, facing the camera, neutral expression, plain light grey background",
        ("close-up", "front view", "neutral expression", "grey background"),
    ),
    ShotSpec(
        "three_quarter_left", "Three-quarter left",
        "head and shoulders, three-quarter view from the left, calm, plain white background",
        ("head and shoulders", "three-quarter view", "facing left", "white background"),
    ),
    ShotSpec(
        "three_quarter_right", "Three-quarter right",
        "head and shoulders, three-quarter view from the right, calm, plain beige background",
        ("head and shoulders", "three-quarter view", "facing right", "beige background"),
    ),
    ShotSpec(
        "profile_left", "Profile left",
        "close-up, side profile facing left, plain dark background",
        ("close-up", "side profile", "facing left", "dark background"),
    ),
    ShotSpec(
        "profile_right", "Profile right",
        "close-up, side profile facing right, plain dark background",
        ("close-up", "side profile", "facing right", "dark background"),
    ),
    ShotSpec(
        "from_behind", "Over the shoulder",
        "seen from behind, looking back over the shoulder, quiet street in the evening",
        ("upper body", "from behind", "looking back", "street", "evening"),
    ),
    ShotSpec(
        "laughing", "Laughing",
        "upper body, laughing with eyes half closed, sunny garden",
        ("upper body", "front view", "laughing", "garden", "sunlight"),
    ),
    ShotSpec(
        "serious", "Serious",
        "close-up, serious expression, light from one side, black background",
        ("close-up", "front view", "serious expression", "side light", "black background"),
    ),
    ShotSpec(
        "surprised", "Surprised",
        "upper body, surprised expression, raised eyebrows, in a bright kitchen",
        ("upper body", "front view", "surprised expression", "kitchen"),
    ),
    ShotSpec(
        "walking", "Walking",
        "full body, walking towards the camera, city pavement in daylight",
        ("full body", "walking", "city street", "daylight"),
    ),
    ShotSpec(
        "sitting", "Sitting",
        "full body, sitting on a wooden chair, legs crossed, studio with a plain wall",
        ("full body", "sitting", "wooden chair", "studio"),
    ),
    ShotSpec(
        "reading", "Reading",
        "upper body, reading a book at a café table by the window",
        ("upper body", "reading", "book", "café", "window light"),
    ),
    ShotSpec(
        "cooking", "At work with the hands",
        "upper body, cutting vegetables at a kitchen counter, looking down",
        ("upper body", "cooking", "looking down", "kitchen counter"),
    ),
    ShotSpec(
        "outdoors", "Outdoors",
        "full body, standing on a hill, wind in the clothes, wide landscape at sunset",
        ("full body", "standing", "landscape", "sunset", "wind"),
    ),
)  # fmt: skip
SHOT_BY_KEY = {spec.key: spec for spec in SHOTS}


class ShotState(StrEnum):
    """How far one shot is."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class CharacterShot:
    """One shot of one character set. `generation_id` is of the try in hand, or of the last one."""

    id: str
    set_id: str
    number: int
    key: str
    state: ShotState = ShotState.PENDING
    attempts: int = 0
    generation_id: str | None = None
    asset_id: str | None = None
    error: str = ""
    finished_at: datetime | None = None

    @property
    def spec(self) -> ShotSpec:
        """What to ask for."""
        return SHOT_BY_KEY[self.key]


@dataclass(frozen=True)
class CharacterSet:
    """A series of the persona's shots by one generator with one choice of settings."""

    id: str
    persona_id: str
    persona_revision_id: str
    generator: str
    seed: int
    created_at: datetime
    created_by: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LoraTraining:
    """One training of a LoRA; `path` (below the home folder) is set once it has succeeded.

    `loss` is the mean over the last tenth of the steps, None before the end.
    """

    id: str
    persona_id: str
    persona_revision_id: str
    base_model: str
    trigger: str
    created_at: datetime
    created_by: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    loss: float | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True)
class IdentityScore:
    """Mean cosine similarity (−1 to 1) of a picture to the accepted references, and by what."""

    value: float
    model: str
    references: int


def trigger_word(handle: str) -> str:
    """The word that calls a persona's LoRA: one that no model knows another meaning of."""
    return "gtr" + re.sub(r"[^a-z0-9]", "", handle.lower())


def caption(trigger: str, tags: tuple[str, ...]) -> str:
    """A training caption: the trigger, the class, then what differs from picture to picture.

    What always stays (hair, eyes …) is left out on purpose: the trigger learns it.
    """
    return ", ".join((trigger, DATASET_CLASS, *tags))


def dataset_folder(trigger: str) -> str:
    """The folder of the pictures: repeats, trigger and class, as kohya's trainers read it."""
    return f"{DATASET_REPEATS}_{trigger} {DATASET_CLASS}"


def with_lora(profile: PersonaProfile, training: LoraTraining, weight: float) -> PersonaProfile:
    """The profile with a trained LoRA in place of an earlier one of the same name."""
    made = Lora(training.trigger, training.path, weight, (training.trigger,))
    others = (one for one in profile.generation.loras if one.name != made.name)
    return replace(profile, generation=replace(profile.generation, loras=(*others, made)))
