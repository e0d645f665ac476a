"""How a model is put into memory: the quickest way that fits, or the one asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gator_engine.domain.models.memory import (
    GIB,
    WORKING_BYTES,
    Device,
    MemoryMode,
    Quantisation,
    Weights,
    memory_plan,
)

KLEIN = Weights({"transformer": 8 * GIB, "text_encoder": 4 * GIB, "vae": GIB // 4}, layer=GIB // 4)


def gpu(free: float, ram: float = 64) -> Device:
    return Device("cuda", "GPU", int(free * GIB), int(free * GIB), int(ram * GIB))


@pytest.mark.parametrize(
    ("free", "mode"),
    [
        (24, MemoryMode.ON_DEVICE),
        (12, MemoryMode.MODEL_OFFLOAD),
        (4, MemoryMode.GROUP_OFFLOAD),
        (3.3, MemoryMode.SEQUENTIAL_OFFLOAD),
    ],
)
def test_the_quickest_way_that_fits(free: float, mode: MemoryMode) -> None:
    plan = memory_plan(KLEIN, gpu(free))
    assert (plan.mode, plan.fits, plan.quantisation) == (mode, True, Quantisation.NONE)
    assert plan.need_bytes <= free * GIB


def test_four_bits_come_before_the_slow_ways_where_they_can() -> None:
    plan = memory_plan(KLEIN, gpu(8), can_quantise=True)
    assert plan.quantisation is Quantisation.NF4
    assert plan.mode is MemoryMode.ON_DEVICE
    assert "4 bits" in plan.why
    roomy = memory_plan(KLEIN, gpu(12), can_quantise=True)
    assert roomy.quantisation is Quantisation.NONE
    declined = memory_plan(KLEIN, gpu(8), can_quantise=True, quantise=Quantisation.NONE)
    assert declined.mode is MemoryMode.GROUP_OFFLOAD


def test_convolutions_stay_as_they_are_when_quantised() -> None:
    weights = Weights({"unet": 5 * GIB, "text_encoder_2": GIB, "vae": GIB})
    small = weights.quantised().parts
    assert (small["unet"], small["vae"]) == (5 * GIB, GIB)
    assert small["text_encoder_2"] < 0.3 * GIB


def test_what_is_asked_for_is_done_and_its_fit_told() -> None:
    plan = memory_plan(KLEIN, gpu(24), wanted=MemoryMode.SEQUENTIAL_OFFLOAD)
    assert (plan.mode, plan.fits) == (MemoryMode.SEQUENTIAL_OFFLOAD, True)
    forced = memory_plan(KLEIN, gpu(8), wanted=MemoryMode.ON_DEVICE, can_quantise=True)
    assert (forced.mode, forced.fits) == (MemoryMode.ON_DEVICE, False)
    assert forced.quantisation is Quantisation.NONE
    assert "15.2 GiB would be needed" in forced.why


def test_little_main_memory_rules_offloading_out() -> None:
    plan = memory_plan(KLEIN, gpu(4, ram=20))
    assert plan.mode is MemoryMode.SEQUENTIAL_OFFLOAD
    none = memory_plan(KLEIN, gpu(4, ram=8))
    assert not none.fits
    assert "main memory" in none.why


def test_without_a_gpu_there_is_nothing_to_put_aside() -> None:
    cpu = Device("cpu", "CPU", 16 * GIB, 16 * GIB, 16 * GIB)
    plan = memory_plan(KLEIN, cpu, wanted=MemoryMode.MODEL_OFFLOAD)
    assert (plan.mode, plan.fits, plan.tile_vae) == (MemoryMode.ON_DEVICE, True, False)
    small = memory_plan(KLEIN, Device("cpu", "CPU", 8 * GIB, 8 * GIB, 8 * GIB))
    assert not small.fits


def test_large_pictures_are_decoded_in_tiles_when_room_is_tight() -> None:
    assert not memory_plan(KLEIN, gpu(24)).tile_vae
    assert memory_plan(KLEIN, gpu(24), pixels=4096 * 2160).tile_vae
    offloaded = memory_plan(KLEIN, gpu(12))
    assert (offloaded.slice_vae, offloaded.tile_vae) == (True, False)


def test_memory_that_could_not_be_read_is_not_called_too_small() -> None:
    assert memory_plan(KLEIN, Device("cuda", "GPU")).fits


@given(
    transformer=st.integers(1, 60 * GIB),
    encoder=st.integers(1, 30 * GIB),
    free=st.integers(0, 160 * GIB),
    ram=st.integers(0, 256 * GIB),
    able=st.booleans(),
)
def test_a_plan_that_fits_stays_within_what_is_free(
    transformer: int, encoder: int, free: int, ram: int, able: bool
) -> None:
    weights = Weights({"transformer": transformer, "text_encoder": encoder}, layer=1)
    device = Device("cuda", "GPU", free, free, ram)
    plan = memory_plan(weights, device, can_quantise=able)
    assert plan.need_bytes >= WORKING_BYTES
    if plan.fits:
        assert plan.need_bytes <= free
    else:
        assert memory_plan(weights, device, wanted=MemoryMode.SEQUENTIAL_OFFLOAD).fits is False
