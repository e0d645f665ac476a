"""The catalogue of models: clean defaults, honest gaps, and presets that name what exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from gator_engine.domain.models.catalogue import READ_ON, catalogue, for_task, known
from gator_engine.domain.models.installed import Verdict, fit_of_known
from gator_engine.domain.models.kinds import Family, ModelKind, Task
from gator_engine.domain.models.licences import Commercial
from gator_engine.domain.models.memory import GIB, Device
from gator_engine.domain.models.presets import PRESETS, Tier, default_model, preset_for, tier_of
from gator_engine.models_table import models_table

DOC = Path(__file__).resolve().parents[3] / "docs" / "models.md"


def gpu(gib: float) -> Device:
    return Device("cuda", "GPU", int(gib * GIB), int(gib * GIB), 64 * GIB)


def test_the_documented_table_is_the_real_one() -> None:
    assert models_table() in DOC.read_text()


def test_ids_are_unique_and_every_entry_says_where_it_was_read() -> None:
    ids = [model.repo_id.casefold() for model in catalogue()]
    assert len(ids) == len(set(ids))
    assert all(model.source and model.about and model.read_on == READ_ON for model in catalogue())
    assert all(model.repo_id.count("/") == 1 for model in catalogue())
    assert Family.UNKNOWN not in {model.family for model in catalogue()}


def test_clean_models_come_first_and_others_need_consent() -> None:
    opt_in = [model.opt_in for model in catalogue()]
    assert opt_in == sorted(opt_in)
    assert True in opt_in
    for model in catalogue():
        assert model.opt_in == (model.licence.commercial is not Commercial.YES)
        assert not model.licence.revenue_cap_usd or model.opt_in


def test_adapters_belong_to_a_model_of_the_catalogue() -> None:
    for model in catalogue():
        assert (model.kind is ModelKind.BASE) == (not model.base)
        if model.base:
            base = known(model.base)
            assert base is not None
            assert base.family is model.family


def test_a_hub_id_is_found_whatever_its_case() -> None:
    found = known(" tongyi-mai/z-image-turbo ")
    assert found is not None
    assert found.repo_id == "Tongyi-MAI/Z-Image-Turbo"
    assert known("nobody/nothing") is None


@pytest.mark.parametrize(
    ("device", "tier"),
    [
        (Device("cpu", "CPU", 64 * GIB), Tier.DRAFT),
        (Device("cuda", "GPU"), Tier.DRAFT),
        (gpu(4), Tier.DRAFT),
        (gpu(7.6), Tier.GB8),
        (gpu(12), Tier.GB8),
        (gpu(15.7), Tier.GB16),
        (gpu(23.6), Tier.GB24),
        (gpu(79.1), Tier.GB80),
        (gpu(139), Tier.GB80),
    ],
)
def test_machines_fall_into_classes(device: Device, tier: Tier) -> None:
    assert tier_of(device) is tier
    assert preset_for(device).tier is tier


@pytest.mark.parametrize("tier", list(Tier))
def test_every_default_is_clean_and_can_do_it(tier: Tier) -> None:
    preset = PRESETS[tier]
    named = [*preset.models, *([preset.editor] if preset.editor else [])]
    for repo_id in named:
        model = known(repo_id)
        assert model is not None
        assert not model.opt_in
    for repo_id in preset.models:
        assert repo_id in {model.repo_id for model in for_task(Task.TEXT_TO_IMAGE)}


def test_an_installed_default_wins_over_a_better_one_that_is_not() -> None:
    assert default_model(gpu(16)).repo_id == "black-forest-labs/FLUX.2-klein-4B"
    here = default_model(gpu(16), installed=["tongyi-mai/Z-Image-Turbo"])
    assert here.repo_id == "Tongyi-MAI/Z-Image-Turbo"
    elsewhere = default_model(gpu(16), installed=["black-forest-labs/FLUX.1-dev"])
    assert elsewhere.repo_id == "black-forest-labs/FLUX.2-klein-4B"


def test_each_task_has_its_own_default() -> None:
    assert default_model(gpu(80), Task.EDIT).repo_id == "Qwen/Qwen-Image-Edit-2511"
    assert default_model(gpu(24), Task.EDIT).repo_id == "black-forest-labs/FLUX.2-klein-4B"
    assert default_model(gpu(24), Task.INPAINT).repo_id == "Tongyi-MAI/Z-Image-Turbo"
    with pytest.raises(LookupError):
        default_model(gpu(24), Task.UPSCALE)


def test_every_source_is_told_in_words() -> None:
    for model in catalogue():
        assert "[" not in model.source_words
        assert model.source_words
    found = known("Tongyi-MAI/Z-Image-Turbo")
    assert found is not None
    assert found.source_words == (
        "the model's own files (licence); diffusers' guide (sizes and steps)"
    )


def test_without_a_gpu_what_fits_is_called_slow() -> None:
    cpu = Device("cpu", "the processor", 24 * GIB, 20 * GIB, 20 * GIB)
    verdicts = {
        one.repo_id: fit_of_known(one, cpu, can_quantise=False).verdict for one in catalogue()
    }
    assert verdicts["stable-diffusion-v1-5/stable-diffusion-v1-5"] is Verdict.SLOWLY
    assert verdicts["black-forest-labs/FLUX.2-klein-4B"] is Verdict.SLOWLY
    assert verdicts["Qwen/Qwen-Image-2512"] is Verdict.TOO_LARGE
    assert verdicts["Qwen/Qwen-Image-Layered"] is Verdict.UNKNOWN
    assert Verdict.FITS not in verdicts.values()


def test_what_a_source_says_of_memory_is_used_where_sizes_are_missing() -> None:
    sdxl = known("stabilityai/stable-diffusion-xl-base-1.0")
    assert sdxl is not None
    said = [fit_of_known(sdxl, gpu(size), can_quantise=False).verdict for size in (12, 7, 4)]
    assert said == [Verdict.FITS, Verdict.SLOWLY, Verdict.TOO_LARGE]
