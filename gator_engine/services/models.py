"""Picture models: what there is, what fits, on which terms, and bringing more."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from gator_engine.config import Settings
from gator_engine.domain.models.catalogue import CatalogueModel, catalogue, known
from gator_engine.domain.models.installed import (
    Fit,
    InstalledModel,
    ModelChoice,
    fit_of_installed,
    fit_of_known,
)
from gator_engine.domain.models.kinds import ModelKind, Task
from gator_engine.domain.models.memory import GIB, Device
from gator_engine.domain.models.presets import (
    DevicePreset,
    default_model,
    does,
    installed_default,
    preset_for,
)
from gator_engine.domain.work import Job
from gator_engine.errors import InvalidInput, NotFound
from gator_engine.ports import DeviceProbe, DownloadOrder, ModelDownloads, ModelShelf, Run
from gator_engine.services import _terms
from gator_engine.services._context import Context
from gator_engine.services.jobs import Jobs

JOB = "download_model"
_ORDER = "model-download:"


@dataclass(frozen=True)
class ModelView:
    """A model on disk: the catalogue's entry when it is in there, and whether it fits."""

    model: InstalledModel
    known: CatalogueModel | None
    fit: Fit
    needs: str


@dataclass(frozen=True)
class Offer:
    """A model of the catalogue: whether it is here, fits, and may be used."""

    model: CatalogueModel
    installed: bool
    accepted: bool
    fit: Fit


@dataclass(frozen=True)
class Download:
    """A download that was asked for, and the job that carries it out."""

    id: str
    order: DownloadOrder
    job: Job | None


class Models:
    """What one can do with models."""

    def __init__(
        self,
        context: Context,
        shelf: ModelShelf,
        downloads: ModelDownloads,
        machine: DeviceProbe,
        jobs: Jobs,
        settings: Settings,
    ) -> None:
        self._context, self._shelf, self._downloads = context, shelf, downloads
        self._machine, self._jobs, self._settings = machine, jobs, settings

    # Looking

    def device(self) -> Device:
        """Where pictures are computed, and its memory."""
        return self._machine.device()

    def preset(self) -> DevicePreset:
        """What a machine like this one starts with."""
        return preset_for(self._machine.device())

    def list(self) -> Sequence[ModelView]:
        """Everything on disk, refused files with the reason."""
        device, views = self._machine.device(), []
        for model in self._shelf.found():
            fit = self._fit(model, device)
            needs = self._shelf.loading_needs(model)
            views.append(ModelView(model, known(model.repo_id), fit, needs))
        return views

    def inspect(self, model_id: str) -> ModelView:
        """One of them. Raises NotFound."""
        for view in self.list():
            if view.model.id == model_id:
                return view
        raise NotFound("model", model_id)

    def catalogue(self) -> Sequence[Offer]:
        """Every model Gator knows, licence-clean ones first."""
        device, able = self._machine.device(), self._machine.can_quantise()
        here = _hub_ids(self._shelf.found())
        with self._context.store.read() as uow:
            return [
                Offer(
                    model=one,
                    installed=one.repo_id.casefold() in here,
                    accepted=_terms.accepted(uow, one),
                    fit=fit_of_known(
                        one, device, can_quantise=able, working_bytes=self._working_bytes
                    ),
                )
                for one in catalogue()
            ]

    def choices(self, task: Task = Task.TEXT_TO_IMAGE) -> Sequence[ModelChoice]:
        """What a picker offers for a task: installed models first, then the catalogue's others.

        One is the default: the settings' model, else the installed one that generators take by
        themselves, else the machine's licence-clean choice.
        """
        views = [view for view in self.list() if does(view.model, task)]
        here = {view.model.repo_id for view in views}
        chosen = self._default(task, [view.model for view in views if not view.needs])
        with self._context.store.read() as uow:
            found = [
                ModelChoice(
                    value=view.model.path,
                    label=view.model.name,
                    installed=True,
                    default=view.model.path == chosen,
                    fit=view.fit,
                    family=view.model.family,
                    licence=view.model.licence,
                    known=view.known,
                    accepted=_terms.accepted(uow, view.known),
                    problem=view.needs or view.model.problem,
                )
                for view in views
            ]
        return found + [
            ModelChoice(
                value=offer.model.repo_id,
                label=offer.model.label,
                installed=False,
                default=offer.model.repo_id == chosen,
                fit=offer.fit,
                family=offer.model.family,
                licence=offer.model.licence.name,
                known=offer.model,
                accepted=offer.accepted,
            )
            for offer in self.catalogue()
            if task in offer.model.tasks
            and offer.model.kind is ModelKind.BASE
            and offer.model.repo_id not in here
        ]

    # Terms

    def accept_terms(self, repo_id: str) -> None:
        """Accept a model's terms for this studio; recorded. Raises NotFound outside the catalogue.

        Accepting again, or where nothing has to be accepted, changes nothing.
        """
        model = known(repo_id)
        if model is None:
            raise NotFound("model in the catalogue", repo_id)
        with self._context.store.write() as uow:
            if not _terms.accepted(uow, model):
                _terms.accept(self._context, uow, model)

    # Downloads

    def download(self, source: str, *, files: Sequence[str] = (), sha256: str = "") -> Download:
        """Queue the download of a hub model or of one file from a URL.

        A catalogue entry that is worth only some files takes those. Asking again for what runs
        already returns that. Raises InvalidInput for a bad source or terms not accepted.
        """
        order = self._downloads.check(DownloadOrder(source, tuple(files), sha256))
        model = None if order.is_url else known(order.source)
        if model is not None:
            order = DownloadOrder(model.repo_id, order.files or model.files, order.sha256)
        number = hashlib.sha256(f"{order.source}\n{order.files}".encode()).hexdigest()[:26]
        with self._context.store.write() as uow:
            _terms.require(uow, model, "source")
            uow.settings.put(_ORDER + number, asdict(order))
            self._context.audit(uow, "download", "model", order.source, files=list(order.files))
            job = self._jobs.add(uow, JOB, number, unique_key=_ORDER + number)
        self._jobs.send(job)
        return Download(number, order, self._jobs.get(job.id))

    def downloads(self) -> Sequence[Download]:
        """Downloads that run, wait or failed, newest first; finished ones are on the shelf."""
        with self._context.store.read() as uow:
            orders = {
                key.removeprefix(_ORDER): _order(value)
                for key, value in uow.settings.all().items()
                if key.startswith(_ORDER) and value
            }
        found = [Download(number, order, self._job(number)) for number, order in orders.items()]
        found.sort(key=lambda one: one.job.created_at if one.job else self._context.now())
        return found[::-1]

    def cancel_download(self, download_id: str) -> None:
        """Stop it; what came so far stays for another time. Raises NotFound, IllegalTransition."""
        job = self._job(download_id)
        if job is None:
            raise NotFound("download", download_id)
        self._jobs.cancel(job.id)

    def dismiss_download(self, download_id: str) -> None:
        """Forget a download that ended. Raises InvalidInput while it runs."""
        job = self._job(download_id)
        if job is not None and not job.state.final:
            raise InvalidInput("download", "is still at work; stop it first")
        with self._context.store.write() as uow:
            uow.settings.put(_ORDER + download_id, None)

    def run_download(self, download_id: str, run: Run) -> None:
        """Carry a download out (the job). Raises NotFound, and what the download raises."""
        with self._context.store.read() as uow:
            stored = uow.settings.get(_ORDER + download_id)
            if not stored:
                raise NotFound("download", download_id)
            order = _order(stored)
            _terms.require(uow, None if order.is_url else known(order.source), "source")
        self._downloads.fetch(order, run)
        with self._context.store.write() as uow:
            uow.settings.put(_ORDER + download_id, None)

    def remove(self, model_id: str) -> int:
        """Delete a model from disk; returns the bytes freed. Raises NotFound or InvalidInput."""
        model = self.inspect(model_id).model
        freed = self._shelf.remove(model)
        with self._context.store.write() as uow:
            self._context.audit(uow, "remove", "model", model_id, path=model.path, freed=freed)
        return freed

    # ------------------------------------------------------------------ parts

    @property
    def _working_bytes(self) -> int:
        return int(self._settings.working_memory_gb * GIB)

    def _fit(self, model: InstalledModel, device: Device) -> Fit:
        able = self._machine.can_quantise()
        return fit_of_installed(model, device, can_quantise=able, working_bytes=self._working_bytes)

    def _default(self, task: Task, here: Sequence[InstalledModel]) -> str:
        settings = self._settings
        named = {
            Task.EDIT: settings.edit_model,
            Task.TEXT_TO_VIDEO: settings.video_model,
            Task.IMAGE_TO_VIDEO: settings.video_model,
        }
        if chosen := named.get(task, settings.image_model):
            return chosen
        device = self._machine.device()
        try:
            found = installed_default(device, task, here)
            return found.path if found else default_model(device, task).repo_id
        except LookupError:
            return ""

    def _job(self, download_id: str) -> Job | None:
        jobs = self._jobs.for_subject(download_id)
        return max(jobs, key=lambda job: job.created_at, default=None)


def _order(stored: dict[str, object]) -> DownloadOrder:
    files = stored["files"]
    return DownloadOrder(
        str(stored["source"]),
        tuple(map(str, files)) if isinstance(files, list | tuple) else (),
        str(stored["sha256"]),
    )


def _hub_ids(models: Sequence[InstalledModel]) -> set[str]:
    return {model.repo_id.casefold() for model in models if model.repo_id and model.usable}
