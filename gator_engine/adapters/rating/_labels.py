"""What image and text classifiers share: the folder, the meaning of labels, and loading safely.

Which of a model's labels means which rating is a setting: guessing it from the label's words would
be a guess about people's content. torch and transformers load on first use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gator_engine.domain.personas import Rating
from gator_engine.errors import ConfigError


@dataclass(frozen=True)
class RaterSettings:
    """The two settings of a classifier and their names; `rates` and `sort` are for sentences."""

    folder: str
    labels: Mapping[str, str]
    folder_setting: str
    labels_setting: str
    rates: str
    sort: str

    @property
    def name(self) -> str:
        """What judgements are signed with: the folder's name."""
        return self.path.name

    @property
    def path(self) -> Path:
        """The model's folder."""
        return Path(self.folder).expanduser()

    def missing(self) -> str:
        """What to install or set before it can rate; "" when ready."""
        absent = [package for package in ("torch", "transformers") if not find_spec(package)]
        if absent:
            return f"Rating by a model needs {' and '.join(absent)}, which is not installed."
        setting = self.folder_setting
        if not self.folder:
            return f"No model rates {self.rates}. Set {setting} to the folder of {self.sort}."
        if not (self.path / "config.json").is_file():
            return f"{setting} names {self.folder}, which holds no model (config.json)."
        if not self.labels:
            return f"Say in {self.labels_setting} which of the model's labels means which rating."
        return ""

    @contextmanager
    def loading(self) -> Iterator[str]:
        """The folder to load from; what fails there is a ConfigError that names the setting."""
        try:
            yield str(self.path)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
            raise ConfigError(
                self.folder_setting,
                f"{self.path} cannot be loaded: {first}",
                "Name a complete model folder.",
            ) from error

    def meaning(self, names: Mapping[int, str]) -> Mapping[int, Rating]:
        """The rating of each of the model's outputs. Raises ConfigError for one without."""
        unknown = sorted(set(names.values()) - self.labels.keys())
        if unknown:
            raise ConfigError(
                self.labels_setting,
                f"says nothing about the model's labels {', '.join(unknown)}.",
                'Give each a rating, as in {"normal": "general"}.',
            )
        return {number: Rating(self.labels[label]) for number, label in names.items()}


def summed(shares: Sequence[float], meaning: Mapping[int, Rating]) -> tuple[Rating, float]:
    """The rating whose labels have the largest share together, and that share."""
    sums = dict.fromkeys(Rating, 0.0)
    for number, share in enumerate(shares):
        sums[meaning[number]] += share
    rating = max(sums, key=lambda each: sums[each])
    return rating, min(1.0, sums[rating])


def torch_device(wanted: str) -> str:
    """The device in force: "auto" takes CUDA where there is one."""
    import torch

    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"
