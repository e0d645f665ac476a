"""Content ratings of words by a text-classification model of transformers in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple

from gator_engine.adapters.rating._labels import RaterSettings, summed, torch_device
from gator_engine.config import Settings
from gator_engine.domain.personas import Rating
from gator_engine.errors import ConfigError, InvalidInput

# Models that name no length of their own say something absurd; this is what BERT reads at once.
USUAL_TOKENS, ABSURD_TOKENS = 512, 100_000
AT_ONCE = 16
MOST_PIECES = 400


class _Loaded(NamedTuple):
    tokenizer: Any
    model: Any
    meaning: Mapping[int, Rating]
    room: int


class TransformersTextClassifier:
    """Rates words; the model stays loaded."""

    def __init__(self, settings: Settings) -> None:
        self._given = RaterSettings(
            settings.text_rating_model,
            settings.text_rating_labels,
            "GATOR_TEXT_RATING_MODEL",
            "GATOR_TEXT_RATING_LABELS",
            "words",
            "a text classifier",
        )
        self._device = settings.device
        self._loaded: _Loaded | None = None
        self._lock = Lock()

    @property
    def name(self) -> str:
        """What the judgements are signed with: the folder's name."""
        return self._given.name

    def missing(self) -> str:
        """What to install or set before words can be rated; "" when ready."""
        return self._given.missing()

    def classify(self, texts: Sequence[Sequence[str]]) -> Sequence[tuple[Rating, float]]:
        """Rating and confidence of each text; see ports.TextClassifier.

        Every piece is rated by the sum over the labels that mean a rating, softmax over all.
        Raises ConfigError for a model that cannot be loaded or does not decide for one label, and
        for labels without a rating; InvalidInput for no words, or for far too many.
        """
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return [self._rate(self._loaded, passages) for passages in texts]

    def _rate(self, loaded: _Loaded, passages: Sequence[str]) -> tuple[Rating, float]:
        pieces = _pieces(loaded, passages)
        if not 1 <= len(pieces) <= MOST_PIECES:
            problem = "has no words" if not pieces else f"is {len(pieces)} pieces long"
            raise InvalidInput("text", problem, f"1–{MOST_PIECES} pieces of {loaded.room} tokens")
        judged: list[tuple[Rating, float]] = []
        for start in range(0, len(pieces), AT_ONCE):
            judged += self._judge(loaded, pieces[start : start + AT_ONCE])
        return max(judged, key=lambda each: (each[0].strength, each[1]))

    @staticmethod
    def _judge(loaded: _Loaded, pieces: Sequence[list[int]]) -> Iterator[tuple[Rating, float]]:
        import torch

        padded = loaded.tokenizer.pad({"input_ids": pieces}, return_tensors="pt")
        with torch.inference_mode():
            logits = loaded.model(**padded.to(loaded.model.device)).logits.float()
        return (summed(shares, loaded.meaning) for shares in logits.softmax(-1).tolist())

    def _load(self) -> _Loaded:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        tokenizers: Any = AutoTokenizer
        models: Any = AutoModelForSequenceClassification
        with self._given.loading() as folder:
            tokenizer = tokenizers.from_pretrained(folder, local_files_only=True)
            # Other weight files are pickles, which can run code.
            model = models.from_pretrained(folder, use_safetensors=True, local_files_only=True)
        config = model.config
        if not tokenizer.is_fast:
            raise ConfigError(
                self._given.folder_setting,
                f"{folder} has a tokenizer that cannot cut long texts into pieces.",
                "Name a model with a tokenizer.json.",
            )
        if config.num_labels < 2 or config.problem_type == "multi_label_classification":
            raise ConfigError(
                self._given.folder_setting,
                f"{folder} does not decide for one of several labels.",
                "Name a model that puts each text into one class.",
            )
        names = {int(number): label for number, label in config.id2label.items()}
        ready = model.to(torch_device(self._device)).eval()
        return _Loaded(tokenizer, ready, self._given.meaning(names), _room(tokenizer, config))


def _room(tokenizer: Any, config: Any) -> int:
    """How many tokens the model reads at once."""
    said = [tokenizer.model_max_length, getattr(config, "max_position_embeddings", None)]
    known = [limit for limit in said if limit and limit < ABSURD_TOKENS]
    # RoBERTa's positions begin behind the number of its padding token.
    taken = (config.pad_token_id or 0) + 1 if "roberta" in config.model_type else 0
    return int(min(known, default=USUAL_TOKENS) - taken)


def _pieces(loaded: _Loaded, passages: Sequence[str]) -> list[list[int]]:
    """The tokens of all passages in pieces that the model reads at once, nothing left out.

    Two pieces of one passage share a quarter, so that nothing is torn apart in both.
    """
    told = [passage for passage in passages if passage.strip()]
    if not told:
        return []
    cut = loaded.tokenizer(
        told,
        truncation=True,
        max_length=loaded.room,
        stride=loaded.room // 4,
        return_overflowing_tokens=True,
    )
    return list(cut["input_ids"])
