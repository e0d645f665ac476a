"""Pictures from pictures: variations, repainting, enlarging, editing and shapes, on tiny models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gator_engine.adapters.generators import discover
from gator_engine.adapters.provenance import COMPOSITE_WITH_AI, source_type
from gator_engine.config import Settings
from gator_engine.errors import Cancelled, CapabilityError, InvalidInput, Rejected
from gator_engine.ports import GeneratedFile, GenerateResult, Generator
from tests.media.diffusers.conftest import RecordingRun, ask

Family = Callable[[str], Path]
# A small odd one, which no grid fits.
ODD = (70, 50)


def png(image: Image.Image) -> bytes:
    data = BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def scene(size: tuple[int, int] = (64, 64)) -> Image.Image:
    """A gradient with a bright square: every pixel of a row differs from its neighbour."""
    across = np.linspace(0, 255, size[0], dtype=np.uint8)
    pixels = np.repeat(across[None, :, None], size[1], axis=0).repeat(3, axis=2)
    pixels[: size[1] // 2, :, 1] = 90
    return Image.fromarray(pixels)


def square() -> Image.Image:
    """White on black, 32 pixels an edge."""
    image = Image.new("RGB", (64, 64), "black")
    image.paste("white", (16, 16, 48, 48))
    return image


def mask(box: tuple[int, int, int, int], size: tuple[int, int] = (64, 64)) -> Image.Image:
    image = Image.new("L", size, 0)
    image.paste(255, box)
    return image


def opened(file: GeneratedFile) -> Image.Image:
    return Image.open(BytesIO(file.data))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """The folder of a tiny model, ControlNet or helper, built once."""
    from tests.media import tiny_families as tiny

    home, known = tmp_path_factory.mktemp("families"), dict[tuple[str, str], Path]()
    builders: dict[str, Any] = {
        "family": tiny.save_family,
        "control": tiny.save_controlnet,
        "depth": lambda _, folder: tiny.save_depth(folder),
        "swin2sr": lambda _, folder: tiny.save_swin2sr(folder),
    }

    def folder(sort: str, kind: str = "") -> Path:
        if (sort, kind) not in known:
            known[sort, kind] = builders[sort](kind, home)
        return known[sort, kind]

    return folder


def generator(slug: str, model: Path, **more: Any) -> Generator:
    settings = Settings(
        image_model=str(model), device="cpu", **{k: str(v) for k, v in more.items()}
    )
    return discover(settings)[slug]


def run(
    painter: Generator, run: RecordingRun | None = None, count: int = 1, **given: Any
) -> GenerateResult:
    """`given` are pictures (images) and settings."""
    pictures = {name: png(each) for name, each in given.items() if isinstance(each, Image.Image)}
    settings = {n: "id-" + n if n in pictures else value for n, value in given.items()}
    references = tuple(png(each) for each in settings.pop("shown", ()))
    if references:
        settings["references"] = [f"r{n}" for n in range(len(references))]
    size = next(iter(given.values())).size
    request = ask(
        count=count, size=size, settings=settings, pictures=pictures, references=references
    )
    if "steps" not in {option.name for option in painter.capabilities.options}:
        request = replace(request, settings=settings)
    return painter.generate(request, run or RecordingRun())


# ------------------------------------------------------------------ image to image


@pytest.mark.parametrize("kind", ["sd15", "sdxl", "sd3", "flux", "z_image", "qwen_image"])
def test_each_family_varies_and_repaints(made: Any, kind: str) -> None:
    """Both tasks, at the shape of the source, with the weights that are loaded already."""
    model = made("family", kind)
    varied = run(generator("diffusers_variation", model), source=scene())
    [file] = varied.files
    assert opened(file).size == (64, 64)
    assert file.parameters["pipeline"].endswith("Img2ImgPipeline")
    repainted = run(
        generator("diffusers_inpaint", model), source=scene(), mask=mask((0, 0, 32, 64)), feather=0
    )
    assert repainted.files[0].parameters["pipeline"].endswith("InpaintPipeline")
    assert repainted.timings_s["load_s"] == 0
    before, after = np.asarray(scene()), np.asarray(opened(repainted.files[0]))
    assert (before[:, 32:] == after[:, 32:]).all()
    assert (before[:, :32] != after[:, :32]).mean() > 0.5


@pytest.mark.parametrize("kind", ["chroma", "sana"])
def test_other_families_draw(made: Any, kind: str) -> None:
    """Chroma varies too; Sana makes pictures from words alone."""
    drawn = generator("diffusers", made("family", kind)).generate(ask(), RecordingRun())
    assert opened(drawn.files[0]).size == (64, 64)
    if kind == "chroma":
        varied = run(generator("diffusers_variation", made("family", kind)), source=scene())
        assert varied.files[0].parameters["pipeline"] == "ChromaImg2ImgPipeline"


def test_less_change_stays_nearer(made: Any) -> None:
    painter = generator("diffusers_variation", made("family", "sd15"))

    def distance(strength: float) -> float:
        result = run(painter, source=scene(), strength=strength, steps=10)
        pixels = np.asarray(opened(result.files[0]), float)
        noise = np.asarray(opened(run(painter, source=scene(), strength=1.0).files[0]), float)
        return float(np.abs(pixels - noise).mean())

    assert distance(0.1) > distance(0.95)


def test_an_odd_shape_comes_back_whole(made: Any) -> None:
    [file] = run(generator("diffusers_variation", made("family", "sd15")), source=scene(ODD)).files
    assert opened(file).size == ODD
    worked = (file.parameters["width"], file.parameters["height"])
    assert worked[0] % 8 == worked[1] % 8 == 0
    assert abs(worked[0] * ODD[1] / (worked[1] * ODD[0]) - 1) < 0.02


def test_a_result_is_marked_as_a_composite(made: Any) -> None:
    [file] = run(generator("diffusers_variation", made("family", "sd15")), source=scene()).files
    assert source_type(opened(file).info["xmp"]) == COMPOSITE_WITH_AI
    assert (file.parameters["source"], file.parameters["strength"]) == ("id-source", 0.6)


def test_few_steps_and_little_change_still_draw_one(made: Any) -> None:
    painter = generator("diffusers_variation", made("family", "sdxl"))
    [file] = run(painter, source=scene(), strength=0.05, steps=1).files
    assert file.parameters["steps"] == 20


# ------------------------------------------------------------------ repainting


def test_a_close_up_repaints_only_what_is_marked(made: Any) -> None:
    painter = generator("diffusers_inpaint", made("family", "sd15"))
    whole, hole = scene((256, 192)), mask((100, 80, 120, 100), (256, 192))
    near = run(painter, source=whole, mask=hole, padding=16, feather=6).files[0]
    far = run(painter, source=whole, mask=hole, feather=6).files[0]
    outside = np.asarray(hole) == 0
    for file in (near, far):
        assert (np.asarray(opened(file))[outside] == np.asarray(whole)[outside]).all()
    assert near.data != far.data
    assert (near.parameters["width"], near.parameters["height"]) == (64, 64)


def test_masks_that_cannot_be_used_are_named(made: Any) -> None:
    painter = generator("diffusers_inpaint", made("family", "sd15"))
    for wrong in (mask((0, 0, 0, 0)), mask((0, 0, 9, 9), (64, 32))):
        with pytest.raises(InvalidInput) as caught:
            run(painter, source=scene(), mask=wrong)
        assert caught.value.field == "settings.mask"


# ------------------------------------------------------------------ enlarging


def test_tiles_cover_the_picture_and_hide_their_seams(made: Any) -> None:
    follower = RecordingRun()
    painter = generator("diffusers_upscale", made("family", "sd15"))
    [file] = run(painter, follower, source=scene((60, 44)), steps=1, overlap=0.1).files
    assert opened(file).size == (120, 88)
    assert file.parameters["tiles"] == 4
    fractions = [fraction for fraction, _, _ in follower.told]
    assert fractions == sorted(fractions)
    assert any("tile 4 of 4" in stage for _, stage, _ in follower.told)


def test_melting_the_tiles_of_a_picture_gives_the_picture() -> None:
    from gator_engine.adapters.generators._diffusers.pictures import melted, tiles_of

    whole = scene((150, 90))
    boxes = tiles_of(whole.size, (64, 64), 0.25)
    assert (
        melted([whole.crop(box) for box in boxes], boxes, whole.size).tobytes() == whole.tobytes()
    )


def test_a_super_resolution_model_enlarges_alone_and_before_the_redraw(made: Any) -> None:
    swin = made("swin2sr")
    [file] = run(generator("model_upscale", Path(), upscale_model=swin), source=scene(ODD)).files
    assert opened(file).size == (140, 100)
    painter = generator("diffusers_upscale", made("family", "sd15"), upscale_model=swin)
    plain = generator("diffusers_upscale", made("family", "sd15"))
    with_it, without = (run(each, source=scene(), scale=1.5, steps=1) for each in (painter, plain))
    assert with_it.files[0].data != without.files[0].data
    assert with_it.files[0].parameters["upscaler"] == str(swin)


def test_tiles_of_a_large_picture_equal_its_one_run(made: Any, monkeypatch: Any) -> None:
    """Super-resolution in tiles differs from one run by no more than the borders of tiles."""
    from gator_engine.adapters.generators._diffusers import enlarging

    whole = np.asarray(enlarging.enlarged(scene((96, 64)), str(made("swin2sr")), "cpu"), float)
    monkeypatch.setattr(enlarging, "TILE", 48)
    tiled = np.asarray(enlarging.enlarged(scene((96, 64)), str(made("swin2sr")), "cpu"), float)
    assert whole.shape == tiled.shape == (128, 192, 3)
    assert np.abs(whole - tiled).mean() < 8


# ------------------------------------------------------------------ editing


@pytest.mark.parametrize("kind", ["klein", "kontext"])
def test_an_edit_looks_at_the_source_and_at_two_references(made: Any, kind: str) -> None:
    painter = generator("diffusers_edit", Path(), edit_model=made("family", kind))
    red, blue = (Image.new("RGB", (80, 64), colour) for colour in ("red", "blue"))
    alone = run(painter, source=scene())
    other = run(painter, source=Image.new("RGB", (64, 64), "white"))
    both = run(painter, source=scene(), shown=(red, blue))
    swapped = run(painter, source=scene(), shown=(blue, red))
    assert len({r.files[0].data for r in (alone, other, both, swapped)}) == 4
    assert opened(both.files[0]).size == (64, 64)
    assert both.files[0].parameters["references"] == ["r0", "r1"]
    assert any("beside" in note for note in both.notes) == (kind == "kontext")


def test_klein_repaints_with_references(made: Any) -> None:
    painter = generator("diffusers_inpaint", made("family", "klein"))
    given = {"source": scene(), "mask": mask((0, 0, 32, 64))}
    plain, shown = run(painter, **given), run(painter, **given, shown=(scene(),))
    assert plain.files[0].data != shown.files[0].data


def test_an_editor_that_needs_torchvision_says_so_by_name(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text('{"_class_name": "QwenImageEditPlusPipeline"}')
    painter = generator("diffusers_edit", tmp_path)
    assert "torchvision" in painter.missing() and "FLUX.2-klein" in painter.missing()
    with pytest.raises(InvalidInput, match="torchvision"):
        run(painter, source=scene())


# ------------------------------------------------------------------ shapes


def control(made: Any, kind: str, net: str = "", **more: Any) -> Generator:
    nets = {"control_model": made("control", net or kind), "depth_model": made("depth")}
    return generator("diffusers_control", made("family", kind), **{**nets, **more})


@pytest.mark.parametrize(
    ("kind", "net"),
    [
        ("sd15", "sd15"),
        ("sdxl", "sdxl"),
        ("sdxl", "sdxl_union"),
        ("sd3", "sd3"),
        ("flux", "flux"),
        ("z_image", "z_image"),
        ("qwen_image", "qwen_image"),
        ("sana", "sana"),
    ],
)
def test_a_shape_counts_by_its_strength(made: Any, kind: str, net: str) -> None:
    painter = control(made, kind, net)
    firm, loose, none = (
        run(painter, control=scene(), control_strength=hold) for hold in (1.0, 0.3, 0.0)
    )
    assert len({result.files[0].data for result in (firm, loose, none)}) == 3
    if kind in {"flux", "qwen_image"}:
        return  # They draw on the seed for the shape's latents too, so their noise is another one.
    plain = generator("diffusers", made("family", kind)).generate(ask(), RecordingRun())
    assert opened(none.files[0]).tobytes() == opened(plain.files[0]).tobytes()


def test_edges_depth_and_given_shapes_differ(made: Any) -> None:
    painter = control(made, "sd15")
    told = [
        run(painter, control=square(), control_kind="edge"),
        run(painter, control=square(), control_kind="depth"),
        run(painter, control=square(), control_kind="pose", derive=False),
    ]
    assert len({result.files[0].data for result in told}) == 3
    with pytest.raises(CapabilityError, match="pose"):
        run(painter, control=scene(), control_kind="pose")
    with pytest.raises(InvalidInput) as caught:
        run(control(made, "sd15", depth_model=""), control=scene(), control_kind="depth")
    assert caught.value.field == "settings.depth_model"


def test_edges_follow_the_outline_of_a_square() -> None:
    from gator_engine.adapters.generators._diffusers.edges import edges_of

    lines = np.asarray(edges_of(square()))[..., 0] == 255
    rows, columns = np.nonzero(lines)
    assert (rows.min(), rows.max()) in {(15, 48), (16, 47), (15, 47), (16, 48)}
    assert (columns.min(), columns.max()) in {(15, 48), (16, 47), (15, 47), (16, 48)}
    assert not lines[20:44, 20:44].any()
    # One pixel thin: a square of that edge has 4 · 32 pixels on its outline.
    assert 0.8 < lines.sum() / (4 * 32) < 1.3


def test_a_controlnet_of_another_family_is_named(made: Any, tmp_path: Path) -> None:
    for kind, net in (("sd15", "sdxl"), ("sd15", "flux"), ("flux", "sd15")):
        with pytest.raises(InvalidInput) as caught:
            run(control(made, kind, net), control=scene())
        assert caught.value.field == "settings.control_model"
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_bytes((made("control", "sd15") / "config.json").read_bytes())
    (broken / "diffusion_pytorch_model.safetensors").write_bytes(b"\x10" * 99)
    with pytest.raises(Rejected, match="incomplete or damaged"):
        run(control(made, "sd15", control_model=broken), control=scene())
    for kind in ("chroma", "klein", "kontext"):
        with pytest.raises(CapabilityError, match=r"ControlNets.*Sana") as refused:
            run(control(made, kind, "sd15"), control=scene())
        allowed = "SD3ControlNetModel"  # Named by their families, not by their classes.
        assert allowed not in str(refused.value) and "Qwen-Image" in str(refused.value)


# ------------------------------------------------------------------ what every task shares


@pytest.mark.parametrize(
    ("slug", "kind"),
    [
        ("diffusers_variation", "klein"),
        ("diffusers_variation", "sana"),
        ("diffusers_edit", "sd15"),
        ("diffusers_inpaint", "pixart"),
    ],
)
def test_a_family_that_cannot_names_those_that_can(made: Any, slug: str, kind: str) -> None:
    pictures = {"source": scene()}
    pictures |= {"mask": mask((0, 0, 9, 9))} if slug == "diffusers_inpaint" else {}
    model = str(made("family", kind))
    with pytest.raises(CapabilityError, match="FLUX"):
        run(generator(slug, made("family", kind), edit_model=model), **pictures)


def test_a_cancelled_variation_leaves_the_model_usable(made: Any) -> None:
    painter = generator("diffusers_variation", made("family", "sd15"))
    before = run(painter, source=scene()).files
    stopping = RecordingRun(stop_when=lambda stage: "step 1" in stage)
    with pytest.raises(Cancelled):
        run(painter, stopping, count=2, source=scene())
    assert run(painter, source=scene()).files == before
