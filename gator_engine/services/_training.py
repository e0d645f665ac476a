"""Teaching a model the persona: the dataset, and the training of a LoRA on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from gator_engine.domain.assets import Asset
from gator_engine.domain.identity import (
    LoraTraining,
    ReferenceState,
    ShotState,
    caption,
    trigger_word,
)
from gator_engine.domain.models.catalogue import known
from gator_engine.errors import FieldProblem, InvalidInput
from gator_engine.ports import LoraOptions, LoraRequest, LoraTrainer, Run, TrainingPicture
from gator_engine.services import _terms
from gator_engine.services._context import Context
from gator_engine.services._dataset import DatasetPicture, dataset_zip
from gator_engine.services._references import accepted_assets, refuse_without_consent
from gator_engine.services.jobs import Jobs
from gator_engine.services.library import Library

JOB = "train_lora"
LIMITS: dict[str, tuple[float, float]] = {
    "steps": (1, 20_000),
    "rank": (1, 256),
    "learning_rate": (1e-7, 1.0),
    "resolution": (0, 2048),
    "seed": (0, 2**31 - 1),
}

# Asset id → what its file is called in a dataset, and the tags of its caption.
Named = dict[str, tuple[str, tuple[str, ...]]]


class Training:
    """Makes datasets and LoRAs; weights go below `home`/models/loras."""

    def __init__(
        self,
        context: Context,
        library: Library,
        jobs: Jobs,
        trainer: LoraTrainer,
        *,
        home: Path,
        base_model: str,
    ) -> None:
        self._context, self._library, self._jobs = context, library, jobs
        self._trainer, self._home, self._base_model = trainer, home, base_model

    def dataset(self, persona_id: str) -> bytes:
        """The zip of a persona's pictures."""
        trigger, pictures = self._pictures(persona_id)
        return dataset_zip(trigger, pictures)

    def missing(self, persona_id: str, base_model: str) -> tuple[str, ...]:
        """Everything that stands in the way of a training."""
        base = base_model.strip() or self._base_model
        problems = list(self._unready(base))
        try:
            with self._context.store.read() as uow:
                _terms.require(uow, known(base), "base_model")
        except InvalidInput as error:
            problems += error.problems
        try:
            self._material(persona_id)
        except InvalidInput as error:
            problems += error.problems
        return tuple(
            f"{problem.problem[:1].upper()}{problem.problem[1:]}"
            + (f": {problem.limit}." if problem.limit else ".")
            for problem in problems
        )

    def _unready(self, base: str) -> Iterator[FieldProblem]:
        if missing := self._trainer.missing():
            yield FieldProblem("trainer", missing)
        if not base:
            yield FieldProblem(
                "base_model", "no picture model is chosen", "set one in GATOR_IMAGE_MODEL"
            )

    def start(self, persona_id: str, base_model: str, options: LoraOptions) -> LoraTraining:
        """Put a training on record and queue it."""
        base = base_model.strip() or self._base_model
        for problem in self._unready(base):
            raise InvalidInput.collect([problem])
        with self._context.store.read() as uow:
            _terms.require(uow, known(base), "base_model")
        _check(options)
        trigger, _, _ = self._material(persona_id)
        context = self._context
        with context.store.write() as uow:
            training = LoraTraining(
                id=context.ids.new(),
                persona_id=persona_id,
                persona_revision_id=uow.personas.get(persona_id).revision.id,
                base_model=base,
                trigger=trigger,
                created_at=context.now(),
                created_by=context.actor,
                parameters=asdict(options),
            )
            uow.characters.add_training(training)
            context.audit(uow, "train", "persona", persona_id, base_model=base)
            job = self._jobs.add(uow, JOB, training.id)
        self._jobs.send(job)
        return training

    def run(self, training_id: str, run: Run) -> None:
        """Train, then say where the weights are."""
        with self._context.store.read() as uow:
            training = uow.characters.training(training_id)
        if training.finished_at is not None:
            return
        _, pictures = self._pictures(training.persona_id)
        request = LoraRequest(
            base_model=training.base_model,
            pictures=[TrainingPicture(one.data, one.caption) for one in pictures],
            options=LoraOptions(**training.parameters),
            facts={
                "trigger_word": training.trigger,
                "persona": training.persona_id,
                "persona_revision": training.persona_revision_id,
            },
        )
        folder = self._home / "models" / "loras" / training.persona_id / training.id
        made = self._trainer.train(request, folder, run)
        with self._context.store.write() as uow:
            uow.characters.save_training(
                replace(
                    training,
                    path=str(made.path.relative_to(self._home)),
                    loss=made.loss,
                    finished_at=self._context.now(),
                )
            )

    def _pictures(self, persona_id: str) -> tuple[str, Sequence[DatasetPicture]]:
        """The trigger word, and every picture with its caption."""
        trigger, named, assets = self._material(persona_id)
        return trigger, [self._captioned(trigger, asset, *named[asset.id]) for asset in assets]

    def _material(self, persona_id: str) -> tuple[str, Named, Sequence[Asset]]:
        """The trigger word, and every picture that nobody rejected or threw away.

        Raises InvalidInput when there is none, or for a real person's without a consent.
        """
        with self._context.store.read() as uow:
            trigger = trigger_word(uow.personas.get(persona_id).handle)
            references = uow.looks.references(persona_id)
            rejected = {i.asset_id for i in references if i.state is ReferenceState.REJECTED}
            named: Named = {}
            for made in uow.characters.sets(persona_id)[:1]:
                for shot in uow.characters.shots(made.id):
                    if shot.state is ShotState.DONE and shot.asset_id is not None:
                        named.setdefault(shot.asset_id, (shot.key, shot.spec.tags))
            for asset_id in accepted_assets(uow, persona_id):
                named.setdefault(asset_id, ("reference", ()))
            wanted = [asset_id for asset_id in named if asset_id not in rejected]
            refuse_without_consent(uow, wanted, "references")
            assets = [asset for asset in uow.assets.many(wanted) if asset.deleted_at is None]
        if not assets:
            raise InvalidInput(
                "persona_id",
                "there are no pictures to learn from",
                "make a character set or accept references first",
            )
        return trigger, named, assets

    def _captioned(
        self, trigger: str, asset: Asset, name: str, tags: tuple[str, ...]
    ) -> DatasetPicture:
        data = self._library.read(asset.id)
        return DatasetPicture(name, data, asset.facts.mime, caption(trigger, tags))


def _check(options: LoraOptions) -> None:
    problems = [
        FieldProblem(name, f"is {value}", f"{low:g}–{high:g}")
        for name, (low, high) in LIMITS.items()
        if not low <= (value := getattr(options, name)) <= high
    ]
    if problems:
        raise InvalidInput.collect(problems)
