"""The models worth offering, each with its terms, sizes, and where that was read.

Every figure is of one survey of 22 November 2026 (each entry says where the survey had it from);
what it did not find is None and is shown as not known. Sizes are in gigabytes of 10⁹ bytes, as
download pages count them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from gator_engine.domain.models.kinds import Family, ModelKind, Task
from gator_engine.domain.models.licences import Evidence, Licence
from gator_engine.domain.models.memory import MemoryMode

READ_ON = date(2026, 11, 22)
SOURCES = {
    "R": "the model's own files",
    "D": "diffusers' guide",
    "P": "diffusers 0.42.1",
    "I": "InvokeAI's list of models",
    "N": "SD.Next's list of models",
    "S": "pages of others",
    "K": "common knowledge",
}


@dataclass(frozen=True)
class CatalogueModel:
    """One model of the hub that Gator knows.

    `guidance` None and `size` 0 mean: as the pipeline proposes. `parts_gb` are the weights of each
    part at 16 bits, `weights_gb` their sum where only that is known, `vram_gb` what the source says
    a mode takes of the device. `base` is the model an adapter belongs to, `files` the only files
    worth downloading (all when empty), `needs` Python packages beyond the usual.
    """

    repo_id: str
    label: str
    family: Family
    tasks: tuple[Task, ...]
    licence: Licence
    evidence: Evidence
    about: str
    source: str
    steps: int = 0
    guidance: float | None = None
    size: int = 1024
    download_gb: float | None = None
    weights_gb: float | None = None
    parts_gb: Mapping[str, float] = field(default_factory=dict)
    vram_gb: Mapping[MemoryMode, float] = field(default_factory=dict)
    kind: ModelKind = ModelKind.BASE
    base: str = ""
    files: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    gated: bool = False
    read_on: date = READ_ON

    @property
    def opt_in(self) -> bool:
        """Whether its terms have to be accepted before it is downloaded or used."""
        return self.licence.needs_consent

    @property
    def source_words(self) -> str:
        """Where it was read, in words: "the model's repository (licence); …"."""
        said = []
        for piece in self.source.split("; "):
            tags = re.findall(r"\[([A-Z])\]", piece)
            rest = re.sub(r"\[[A-Z]\]", "", piece).strip()
            said.append(f"{', '.join(SOURCES[tag] for tag in tags)} ({rest})" if tags else piece)
        return "; ".join(said)

    @property
    def known_weights_gb(self) -> float | None:
        """Gigabytes of weights, from the parts or the sum; None when not known."""
        return sum(self.parts_gb.values()) if self.parts_gb else self.weights_gb


def catalogue() -> Sequence[CatalogueModel]:
    """All of them, licence-clean ones first, each group in the order of recommendation."""
    from gator_engine.domain.models._entries import ENTRIES

    return sorted(ENTRIES, key=lambda model: model.opt_in)


def known(repo_id: str) -> CatalogueModel | None:
    """The catalogue's entry for a hub id; upper and lower case are the same to the hub."""
    wanted = repo_id.strip().casefold()
    return next((one for one in catalogue() if one.repo_id.casefold() == wanted), None)


def for_task(task: Task) -> Sequence[CatalogueModel]:
    """The base models that can do a task."""
    return [one for one in catalogue() if task in one.tasks and one.kind is ModelKind.BASE]
