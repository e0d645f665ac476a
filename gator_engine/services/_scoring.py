"""The identity score of a picture: measured where a model is there, absent otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gator_engine.domain.identity import IdentityScore
from gator_engine.errors import ConfigError, ExternalError, InvalidInput
from gator_engine.ports import BlobStore, ImageEmbedder
from gator_engine.services._context import Context
from gator_engine.services._references import accepted_assets

KEY = "identity_score"


class Scoring:
    """Compares pictures with the accepted references of a persona."""

    def __init__(self, context: Context, blobs: BlobStore, embedder: ImageEmbedder) -> None:
        self._context, self._blobs, self._embedder = context, blobs, embedder

    def missing(self) -> str:
        """ "" when scores can be measured, else why not."""
        return self._embedder.missing()

    def score(self, persona_id: str, picture: bytes) -> IdentityScore | None:
        """The mean cosine similarity to each accepted reference, by the model of the settings.

        None without a model or without references. Raises what the embedder raises.
        """
        if self._embedder.missing():
            return None
        references = self._references(persona_id)
        if not references:
            return None
        mine, *others = self._embedder.embed([picture, *references])
        cosines = [sum(a * b for a, b in zip(mine, other, strict=True)) for other in others]
        return IdentityScore(sum(cosines) / len(cosines), self._embedder.model, len(cosines))

    def parameters(self, persona_id: str, picture: bytes) -> Mapping[str, object]:
        """The score as it is kept with a picture; why there is none when measuring it failed.

        A picture that was made is worth keeping without its score.
        """
        try:
            score = self.score(persona_id, picture)
        except (ExternalError, InvalidInput, ConfigError) as error:
            return {f"{KEY}_absent": str(error)}
        return {} if score is None else {KEY: as_facts(score)}

    def _references(self, persona_id: str) -> Sequence[bytes]:
        with self._context.store.read() as uow:
            assets = uow.assets.many(accepted_assets(uow, persona_id))
        return [self._blobs.get(asset.sha256) for asset in assets]


def as_facts(score: IdentityScore) -> dict[str, object]:
    """The score, its model and how many references it rests on."""
    return {
        "value": round(score.value, 4),
        "model": score.model,
        "references": score.references,
    }
