"""Settings of other tools are read from their documented formats, and what is lost is named."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from gator_engine.adapters.provenance.marks import FileMarks
from gator_engine.adapters.provenance.recipes import recipe_of
from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.recall import RecalledLora, Recipe, nearest_format, recalled, scheduler_of

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "recall"
MARKS = FileMarks()


def golden(name: str) -> str:
    return (GOLDEN / name).read_text("utf-8").strip()


def png(**texts: str) -> bytes:
    info = PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def with_exif(kind: str, **tags: str) -> bytes:
    """A picture with EXIF: `comment` as user comment, `make` and `model` of the camera."""
    exif = Image.Exif()
    if "comment" in tags:
        text = b"UNICODE\0" + tags["comment"].encode("utf-16-be")
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = text
    if "model" in tags:
        exif[ExifTags.Base.Model] = tags["model"]
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind, exif=exif.tobytes())
    return out.getvalue()


def read(data: bytes) -> Recipe:
    found = MARKS.recipe(data)
    assert found is not None
    return found


def test_a1111_with_everything() -> None:
    found = read(png(parameters=golden("a1111.txt")))
    assert found.tool == "A1111"
    assert found.prompt == "portrait of a potter, warm light,\nsecond line of the prompt".replace(
        ",\n", ", \n"
    )
    assert found.negative_prompt == "blurry, extra fingers,\nlowres"
    assert (found.seed, found.steps, found.guidance) == (3141592653, 28, 6.5)
    assert (found.width, found.height) == (832, 1216)
    assert found.sampler == "DPM++ 2M Karras"
    assert (found.model, found.model_hash) == ("sd_xl_base_1.0", "31e35c80fc")
    assert found.loras == (RecalledLora("clay_style", 0.7, "5f2ab8c1d3e4"),)
    assert found.others == {"Denoising strength": "0.4", "Clip skip": "2", "Hires upscale": "1.5"}

    ours = recalled(found)
    assert ours.settings == {
        "negative_prompt": found.negative_prompt,
        "steps": 28,
        "guidance": 6.5,
        "scheduler": "DPMSolverMultistep",
        "width": 832,
        "height": 1216,
    }
    assert ours.format is AspectRatio.PORTRAIT
    said = "\n".join(ours.notes)
    for lost in ("karras", "sd_xl_base_1.0", "31e35c80fc", "clay_style at 0.7", "Clip skip"):
        assert lost in said


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a1111_in_a_jpeg_and_a_webp(kind: str) -> None:
    found = read(with_exif(kind, comment=golden("a1111_plain.txt")))
    assert (found.prompt, found.seed, found.sampler) == ("a red bowl", 42, "Euler a")
    assert recalled(found).settings["scheduler"] == "EulerAncestralDiscrete"


def test_comfyui_over_a_lora_to_the_checkpoint() -> None:
    found = read(png(prompt=golden("comfyui_simple.json"), workflow="{}"))
    assert found == Recipe(
        tool="ComfyUI",
        prompt="a potter at the wheel",
        negative_prompt="text, watermark",
        seed=156680208700286,
        steps=20,
        sampler="dpmpp_2m karras",
        guidance=8.0,
        width=1024,
        height=1280,
        model="sd_xl_base_1.0.safetensors",
        loras=(RecalledLora("clay_style.safetensors", 0.8),),
    )


def test_comfyui_with_guider_noise_and_a_text_from_another_node() -> None:
    found = read(with_exif("WEBP", model="prompt:" + golden("comfyui_flux.json")))
    assert (found.prompt, found.negative_prompt) == ("a glass of tea on a windowsill", "")
    assert (found.seed, found.steps, found.guidance) == (77, 24, 3.5)
    assert (found.width, found.height) == (1344, 768)
    assert (found.model, found.sampler) == ("flux1-dev.safetensors", "euler simple")
    assert recalled(found).format is AspectRatio.WIDE


def test_invokeai() -> None:
    found = read(png(invokeai_metadata=golden("invokeai.json")))
    assert (found.tool, found.prompt, found.negative_prompt) == (
        "InvokeAI",
        "a lighthouse at dusk",
        "people",
    )
    assert (found.seed, found.steps, found.guidance) == (2718281828, 30, 5.5)
    assert (found.width, found.height, found.model) == (1216, 832, "Juggernaut XL v9")
    assert found.loras == (RecalledLora("Dusk", 0.65, "blake3:99aa"),)
    assert recalled(found).settings["scheduler"] == "DPMSolverMultistep"


@pytest.mark.parametrize(
    ("sampler", "ours"),
    [
        ("Euler a", ("EulerAncestralDiscrete", "")),
        ("Euler a Karras", ("EulerAncestralDiscrete", "karras")),
        ("euler_ancestral normal", ("EulerAncestralDiscrete", "")),
        ("DPM++ 2M SDE Karras", ("DPMSolverMultistep", "karras and sde")),
        ("dpmpp_2m_k", ("DPMSolverMultistep", "karras")),
        ("uni_pc simple", ("UniPCMultistep", "")),
        ("DDIM", ("DDIM", "")),
        ("EulerDiscreteScheduler", ("EulerDiscrete", "")),
        ("DPM fast", ("", "")),
        ("", ("", "")),
    ],
)
def test_samplers_are_mapped_or_named(sampler: str, ours: tuple[str, str]) -> None:
    assert scheduler_of(sampler) == ours


def test_what_is_out_of_bounds_is_named_and_left_out() -> None:
    recipe = Recipe("X", "p", seed=-1, steps=900, guidance=99.0, sampler="magic", width=9, height=8)
    ours = recalled(recipe)
    assert ours.seed is None
    assert ours.settings == {"width": 9, "height": 8}
    said = "\n".join(ours.notes)
    for lost in ("Seed -1", "Steps 900", "Guidance 99", "magic"):
        assert lost in said


@pytest.mark.parametrize(
    ("size", "ratio"),
    [((512, 512), "1:1"), ((832, 1216), "4:5"), ((768, 1344), "9:16"), ((1344, 768), "16:9")],
)
def test_the_nearest_format(size: tuple[int, int], ratio: str) -> None:
    assert nearest_format(*size).value == ratio


# ------------------------------------------------------------------ hostile and broken


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '"x"', "{}" * 3, '{"3": 5}', '{"3": {"inputs": 7}}', "[" * 100_000],
)
def test_graphs_and_metadata_that_are_none(text: str) -> None:
    for name in ("prompt", "invokeai_metadata"):
        found = recipe_of({name: text})
        assert found is not None and found.prompt == ""
        assert found.problems or name == "invokeai_metadata"


def test_a_graph_that_runs_in_circles_ends() -> None:
    graph = json.loads(golden("comfyui_simple.json"))
    graph["6"] = {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["7", 0]}}
    graph["7"] = {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["6", 0]}}
    graph["4"]["inputs"] = {"model": ["10", 0]}
    graph["5"]["inputs"] = {"width": ["5", 0], "height": ["5", 1]}
    found = recipe_of({"prompt": json.dumps(graph)})
    assert found is not None
    assert found.problems == ("The prompt could not be followed to a text.",)
    assert (found.width, found.height, found.model) == (None, None, "")


def test_a_huge_graph_and_huge_numbers_are_bounded() -> None:
    graph = {str(n): {"class_type": "X", "inputs": {"a": [str(n + 1), 0]}} for n in range(30_000)}
    found = recipe_of({"prompt": json.dumps(graph)})
    assert found is not None and found.problems
    text = f"p\nSteps: {'9' * 5000}, Seed: 1e999, CFG scale: nan, Size: 99999999x1, Sampler: Euler"
    a1111 = recipe_of({"parameters": text})
    assert a1111 is not None
    assert (a1111.seed, a1111.guidance, a1111.width, a1111.steps) == (None, None, None, None)


def test_wrong_types_everywhere_are_taken_for_absent() -> None:
    about = {
        "positive_prompt": 5, "seed": True, "steps": [1], "model": [], "loras": {"a": 1},
        "width": "x", "cfg_scale": None, "scheduler": {}, "controlnets": [1, 2],
    }  # fmt: skip
    found = recipe_of({"invokeai_metadata": json.dumps(about)})
    assert found is not None
    assert (found.prompt, found.seed, found.steps, found.model, found.loras) == (
        "",
        None,
        None,
        "",
        (),
    )
    assert found.others == {"controlnets": "2 of them"}


def test_a_prompt_without_settings_is_a_prompt() -> None:
    found = recipe_of({"parameters": "just words: and, a colon"})
    assert found is not None
    assert found.prompt == "just words: and, a colon"
    assert found.problems


def test_files_without_settings_give_none() -> None:
    assert MARKS.recipe(png()) is None
    assert MARKS.recipe(b"") is None


@pytest.mark.parametrize(
    ("pairs", "settings", "noted"),
    [
        (
            "Denoising strength: 0.6, Hires upscale: 1.5, Hires upscaler: Latent",
            {"hires": 1.5, "hires_strength": 0.6},
            "",
        ),
        (
            "Denoising strength: 0.1, Hires upscale: 3, Hires upscaler: Latent (nearest-exact)",
            {},
            "Hires 3 is outside 1–2.",
        ),
        (
            "Denoising strength: 0.6, Hires upscale: 2, Hires upscaler: R-ESRGAN 4x+",
            {},
            "Hires upscaler (R-ESRGAN 4x+) has no place here.",
        ),
    ],
)
def test_a_hires_fix_in_latents_is_taken_over(
    pairs: str, settings: dict[str, float], noted: str
) -> None:
    found = recalled(read(png(parameters=f"a bowl\nSteps: 20, Sampler: Euler, {pairs}")))
    assert {name: found.settings[name] for name in found.settings if "hires" in name} == settings
    assert any(noted in note for note in found.notes) == bool(noted)
