"""Licences of models, in the words a person needs before choosing one. Not legal advice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Commercial(StrEnum):
    """Whether a licence lets one earn money with what the model makes."""

    YES = "yes"
    CONDITIONAL = "conditional"
    NO = "no"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """For people."""
        return _COMMERCIAL[self]


_COMMERCIAL = {
    Commercial.YES: "Commercial use allowed",
    Commercial.CONDITIONAL: "Commercial use under conditions",
    Commercial.NO: "No commercial use",
    Commercial.UNKNOWN: "Licence not known",
}


class Evidence(StrEnum):
    """How far what we say of a model's licence has been checked."""

    READ = "read"
    REPORTED = "reported"
    UNCHECKED = "unchecked"

    @property
    def label(self) -> str:
        """For people."""
        return _EVIDENCE[self]


_EVIDENCE = {
    Evidence.READ: "read in the model's own licence file",
    Evidence.REPORTED: "as pages of others report it",
    Evidence.UNCHECKED: "as commonly known; not looked up again",
}


@dataclass(frozen=True)
class Licence:
    """Terms of use. `revenue_cap_usd` is a year's revenue above which they do not hold.

    `not_in` are territories where the licence grants nothing, `obligations` what a user must do.
    """

    name: str
    commercial: Commercial
    summary: str
    obligations: tuple[str, ...] = ()
    revenue_cap_usd: int | None = None
    seat_cap: int | None = None
    not_in: tuple[str, ...] = ()

    @property
    def needs_consent(self) -> bool:
        """Whether a person has to accept the terms before the model is used."""
        return self.commercial is not Commercial.YES


_USE_LIMITS = "Keep to the use limits of its attachment (no harm, no deception, no illegal use)."

APACHE_2 = Licence("Apache-2.0", Commercial.YES, "Free for any use.")
OPENRAIL_M = Licence(
    "CreativeML OpenRAIL-M",
    Commercial.YES,
    "Free for any use within its use limits.",
    (_USE_LIMITS,),
)
OPENRAIL_PP = Licence(
    "OpenRAIL++-M",
    Commercial.YES,
    "Free for any use within its use limits.",
    (_USE_LIMITS,),
)
STABILITY = Licence(
    "Stability AI Community",
    Commercial.CONDITIONAL,
    "Free below 1 million US dollars of revenue a year; above that a paid licence is needed.",
    revenue_cap_usd=1_000_000,
)
FLUX_NC = Licence(
    "FLUX non-commercial",
    Commercial.NO,
    "Not for commercial use without a licence from Black Forest Labs.",
)
NVIDIA_NC = Licence(
    "NVIDIA NSCL v2 (custom), with Gemma terms",
    Commercial.NO,
    "Its pages name NVIDIA's own licence together with the Gemma terms; take it as non-commercial.",
)
KREA = Licence(
    "Krea 2 Community",
    Commercial.CONDITIONAL,
    "Free for organisations of up to about 50 people.",
    ("Keep safeguards against unlawful content in place.",),
    seat_cap=50,
)
IDEOGRAM_NC = Licence("Ideogram 4", Commercial.NO, "Not for commercial use.")
NOT_CHECKED = Licence(
    "not known",
    Commercial.UNKNOWN,
    "Nobody has looked its licence up here. Read its model card before you use it.",
)
QWEN_21 = Licence(
    "not confirmed",
    Commercial.UNKNOWN,
    "Version 2.0 is reported as Apache-2.0; for 2.1 the licence is not confirmed.",
)

# Names that model cards and modelspec use for licences whose terms are known here.
KNOWN_NAMES = {
    "apache-2.0": APACHE_2,
    "creativeml-openrail-m": OPENRAIL_M,
    "openrail++": OPENRAIL_PP,
    "creativeml openrail++-m license": OPENRAIL_PP,
}
