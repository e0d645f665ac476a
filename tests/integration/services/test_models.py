"""Models through the studio: terms first, downloads as jobs, choices with a default, removal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gator_engine import open_studio
from gator_engine.domain.briefs import BriefDraft, BriefKind
from gator_engine.domain.models.catalogue import known
from gator_engine.domain.models.installed import Verdict
from gator_engine.domain.models.kinds import Family, Task
from gator_engine.domain.models.memory import GIB, Device
from gator_engine.domain.models.presets import Tier
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.work import JobState
from gator_engine.errors import InvalidInput, NotFound
from gator_engine.studio import Studio, run_jobs
from tests.integration.models.hub_server import HubServer, serving
from tests.unit.shelf.weights import BASES, LORAS, pipeline, write

KLEIN, ZIMAGE = "black-forest-labs/FLUX.2-klein-4B", "Tongyi-MAI/Z-Image-Turbo"
DEV = "black-forest-labs/FLUX.1-dev"


class Gpu:
    """A DeviceProbe of a machine with a card of 16 GB."""

    def device(self) -> Device:
        return Device("cuda", "a GPU", 16 * GIB, 16 * GIB, 64 * GIB)

    def can_quantise(self) -> bool:
        return False


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    with serving() as server:
        yield server


@pytest.fixture
def studio(gator_home: Path, hub: HubServer) -> Iterator[Studio]:
    with open_studio(
        home=gator_home,
        queue="inline",
        hub_url=hub.url,
        allow_private_urls=True,
        adapters={"machine": Gpu()},
    ) as opened:
        yield opened


def test_an_empty_studio_offers_the_catalogue_with_a_clean_default(studio: Studio) -> None:
    assert studio.models.list() == []
    assert studio.models.preset().tier is Tier.GB16
    choices = studio.models.choices(Task.TEXT_TO_IMAGE)
    (default,) = [one for one in choices if one.default]
    assert (default.value, default.installed, default.ready) == (KLEIN, False, False)
    assert default.known is not None
    assert not default.known.opt_in
    fits = {offer.model.repo_id: offer.fit.verdict for offer in studio.models.catalogue()}
    assert fits[KLEIN] is Verdict.FITS
    assert fits["Qwen/Qwen-Image-2512"] is not Verdict.FITS
    assert fits["stabilityai/sdxl-turbo"] is Verdict.FITS


def test_terms_come_before_an_opt_in_model_and_are_recorded(studio: Studio) -> None:
    with pytest.raises(InvalidInput, match="terms to accept first"):
        studio.models.download(DEV)
    assert studio.models.downloads() == []
    studio.models.accept_terms(DEV)
    studio.models.accept_terms(DEV)
    with studio.store.read() as uow:
        events = [event for event in uow.audit.list() if event.verb == "accept_terms"]
    assert [(event.subject_id, event.actor) for event in events] == [(DEV, "local")]
    assert "non-commercial" in events[0].details["terms"]
    assert studio.models.download(DEV).order.source == DEV
    with pytest.raises(NotFound):
        studio.models.accept_terms("nobody/nothing")


def test_a_brief_with_an_opt_in_model_waits_for_its_terms(studio: Studio) -> None:
    persona = studio.personas.create(TEMPLATES[0].profile)
    draft = BriefDraft(
        persona.id, BriefKind.IMAGE, "diffusers", prompt="a chair", settings={"model": DEV}
    )
    with pytest.raises(InvalidInput, match=r"settings.model: FLUX.1 dev has terms"):
        studio.generation.check(draft)
    studio.models.accept_terms(DEV)
    studio.generation.check(draft)
    nameless = BriefDraft(persona.id, BriefKind.IMAGE, "diffusers", prompt="a chair")
    with pytest.raises(InvalidInput, match="No picture model is chosen or installed"):
        studio.generation.check(nameless)


def test_an_opt_in_model_of_the_settings_waits_for_its_terms_too(
    gator_home: Path, hub: HubServer
) -> None:
    with open_studio(home=gator_home, queue="inline", image_model=DEV) as studio:
        persona = studio.personas.create(TEMPLATES[0].profile)
        draft = BriefDraft(persona.id, BriefKind.IMAGE, "diffusers", prompt="a chair")
        with pytest.raises(InvalidInput, match=r"settings.model: FLUX.1 dev has terms"):
            studio.generation.check(draft)
        assert any("has terms" in one for one in studio.identity.training_missing(persona.id))
        with pytest.raises(InvalidInput, match=r"base_model: FLUX.1 dev has terms"):
            studio.identity.train_lora(persona.id)
        studio.models.accept_terms(DEV)
        studio.generation.check(draft)


def test_a_download_is_a_job_and_its_model_becomes_the_default(
    studio: Studio, hub: HubServer, tmp_path: Path
) -> None:
    whole = pipeline(tmp_path / "z", "ZImagePipeline")
    hub.repos["me/z"] = {
        path.relative_to(whole).as_posix(): path.read_bytes()
        for path in whole.rglob("*")
        if path.is_file()
    }
    asked = studio.models.download(" me/z ")
    assert studio.models.download("me/z").job == asked.job
    assert [one.id for one in studio.models.downloads()] == [asked.id]
    run_jobs(studio)
    assert asked.job is not None
    assert studio.jobs.get(asked.job.id).state is JobState.SUCCEEDED
    assert studio.models.downloads() == []
    (view,) = studio.models.list()
    assert (view.model.family, view.fit.verdict) == (Family.Z_IMAGE, Verdict.FITS)
    choice = studio.models.choices()[0]
    assert (choice.value, choice.installed, choice.ready) == ("me/z", True, True)


def test_an_installed_default_is_marked(studio: Studio, tmp_path: Path) -> None:
    pipeline(
        tmp_path / "hub" / "models--Tongyi-MAI--Z-Image-Turbo" / "snapshots" / ("a" * 40),
        "ZImagePipeline",
    )
    (default,) = [one for one in studio.models.choices() if one.default]
    assert (default.value, default.installed, default.label) == (ZIMAGE, True, "Z-Image Turbo")
    persona = studio.personas.create(TEMPLATES[0].profile)
    draft = BriefDraft(persona.id, BriefKind.IMAGE, "diffusers", prompt="a chair")
    studio.generation.check(draft)
    assert studio.generation.affinity(draft) == f"diffusers:{ZIMAGE}:auto"
    assert ZIMAGE not in [one.value for one in studio.models.choices() if not one.installed]


def test_a_failed_download_stays_until_it_is_dismissed(studio: Studio) -> None:
    asked = studio.models.download("me/nothing")
    with pytest.raises(InvalidInput, match="still at work"):
        studio.models.dismiss_download(asked.id)
    run_jobs(studio)
    (download,) = studio.models.downloads()
    assert download.job is not None
    assert download.job.state is JobState.FAILED
    assert "there is no model me/nothing" in download.job.error
    studio.models.dismiss_download(download.id)
    assert studio.models.downloads() == []


def test_a_waiting_download_can_be_stopped(studio: Studio) -> None:
    asked = studio.models.download("me/later")
    studio.models.cancel_download(asked.id)
    (download,) = studio.models.downloads()
    assert download.job is not None
    assert download.job.state is JobState.CANCELLED
    with pytest.raises(NotFound):
        studio.models.cancel_download("none")


def test_choices_keep_tasks_and_troubles_apart(studio: Studio, gator_home: Path) -> None:
    folder = gator_home / "models"
    write(folder / "a.safetensors", BASES["sdxl"])
    write(folder / "clip.safetensors", BASES["wan"])
    write(folder / "face.safetensors", LORAS["kohya-sdxl"][1])
    (folder / "bad.ckpt").write_bytes(b"\x80\x02")
    here = [one for one in studio.models.choices() if one.installed]
    assert [one.label for one in here] == ["a"]
    assert "diffusers folders" in here[0].problem
    assert not here[0].ready
    edits = studio.models.choices(Task.EDIT)
    assert {one.value for one in edits} >= {KLEIN, "Qwen/Qwen-Image-Edit-2511"}
    assert [one.value for one in edits if one.default] == [KLEIN]
    assert {view.model.name: bool(view.model.problem) for view in studio.models.list()} == {
        "a": False,
        "clip": False,
        "face": False,
        "bad.ckpt": True,
    }


def test_removing_frees_and_is_recorded(studio: Studio, gator_home: Path) -> None:
    path = write(gator_home / "models" / "a.safetensors", BASES["sdxl"])
    (view,) = studio.models.list()
    assert studio.models.inspect(view.model.id) == view
    assert studio.models.remove(view.model.id) == view.model.size_bytes
    assert not path.exists()
    with pytest.raises(NotFound):
        studio.models.remove(view.model.id)
    with studio.store.read() as uow:
        assert "remove" in [event.verb for event in uow.audit.list(subject_id=view.model.id)]


def test_an_adapter_of_the_catalogue_takes_only_its_files(
    studio: Studio, hub: HubServer, tmp_path: Path
) -> None:
    lightning = known("ByteDance/SDXL-Lightning")
    assert lightning is not None
    data = write(tmp_path / "x.safetensors", LORAS["diffusers-sdxl"][1]).read_bytes()
    hub.repos["ByteDance/SDXL-Lightning"] = {lightning.files[0]: data, "other.safetensors": data}
    asked = studio.models.download("bytedance/sdxl-lightning")
    assert (asked.order.source, asked.order.files) == (lightning.repo_id, lightning.files)
    run_jobs(studio)
    (view,) = studio.models.list()
    assert (view.model.name, view.known) == ("sdxl_lightning_4step_lora", lightning)
