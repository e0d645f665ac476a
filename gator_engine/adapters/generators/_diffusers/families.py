"""What each family of picture models takes, as data, by the names of its diffusers classes.

The code that runs a pipeline is the same for all; a family says which class does which task, how it
is guided, how many steps it wants, whether it reads a negative prompt, how long a prompt may be,
and what can be attached. Steps and guidance are those of the model cards and of the examples in
diffusers' documentation (0.42). A pipeline that is not listed runs by the defaults of its own call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gator_engine.domain.capabilities import Task


class References(StrEnum):
    """How reference pictures reach a family."""

    NONE = "none"
    ADAPTER = "adapter"  # an IP-Adapter beside the model
    PICTURES = "pictures"  # the pipeline's own list of pictures


@dataclass(frozen=True)
class Variant:
    """A distilled sibling, told by its name: fewer steps, another guidance.

    `trailing`: its sampler starts from pure noise (timestep_spacing), as its card asks.
    """

    named: str
    steps: int
    guidance: float
    trailing: bool = False


@dataclass(frozen=True)
class Control:
    """One sort of ControlNet: the pipeline it runs in, and where its pictures go.

    `modes` are the numbers by which a union model tells kinds of pictures apart.
    """

    pipeline: str
    picture: str = "control_image"
    modes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """`pipelines` are diffusers classes by task. `sequence` is the longest prompt in tokens, None
    where it is read in as many windows as it needs. A picture's edges are multiples of the VAE's
    factor times `patch`. `hires`: its image to image takes latents for a picture. `blocks` are its
    modular pipelines and what their blocks do; any other task takes their parts into the pipeline
    of that task. `tiny_vae` names the folder, or the repository of madebyollin, of a TAESD for its
    latents (MIT, 10 MB at most)."""

    name: str
    pipelines: Mapping[Task, str]
    steps: int
    guidance: float
    guidance_name: str = "guidance_scale"
    negative: bool = True
    sequence: int | None = 512
    patch: int = 2
    references: References = References.NONE
    loras: bool = True
    controls: Mapping[str, Control] = field(default_factory=dict)
    hires: bool = True
    blocks: Mapping[str, tuple[Task, ...]] = field(default_factory=dict)
    tiny_vae: str = ""
    variants: tuple[Variant, ...] = ()

    def does(self, task: Task) -> bool:
        """Whether some pipeline of the family does the task."""
        return task in self.pipelines or any(task in done for done in self.blocks.values())

    def variant(self, model: str) -> Variant:
        """Steps and guidance for a model of this name."""
        name = model.casefold()
        found = (each for each in self.variants if re.search(each.named, name))
        return next(found, Variant("", self.steps, self.guidance))


_FEW = r"lightning|turbo|hyper|[-_]lcm|dmd"
_VARIES = (Task.TEXT_TO_IMAGE, Task.IMAGE_TO_IMAGE)
_EDITS = (Task.TEXT_TO_IMAGE, Task.EDIT)
# Kinds by number: xinsir/controlnet-union-sdxl-1.0; Shakker-Labs/FLUX.1-dev-ControlNet-Union-Pro.
_XL_UNION = {"pose": 0, "depth": 1, "edge": 3}
_FLUX_UNION = {"edge": 0, "depth": 2, "pose": 4}

FAMILIES = (
    Family(
        "Stable Diffusion 1.5",
        {
            Task.TEXT_TO_IMAGE: "StableDiffusionPipeline",
            Task.IMAGE_TO_IMAGE: "StableDiffusionImg2ImgPipeline",
            Task.INPAINT: "StableDiffusionInpaintPipeline",
        },
        steps=30,
        guidance=7.5,
        sequence=None,
        patch=1,
        references=References.ADAPTER,
        controls={"ControlNetModel": Control("StableDiffusionControlNetPipeline", "image")},
        tiny_vae="taesd",
        variants=(Variant(_FEW, 4, 1.0, trailing=True),),
    ),
    Family(
        "Stable Diffusion XL",
        {
            Task.TEXT_TO_IMAGE: "StableDiffusionXLPipeline",
            Task.IMAGE_TO_IMAGE: "StableDiffusionXLImg2ImgPipeline",
            Task.INPAINT: "StableDiffusionXLInpaintPipeline",
        },
        steps=30,
        guidance=5.0,
        sequence=None,
        patch=1,
        references=References.ADAPTER,
        controls={
            "ControlNetModel": Control("StableDiffusionXLControlNetPipeline", "image"),
            "ControlNetUnionModel": Control(
                "StableDiffusionXLControlNetUnionPipeline", modes=_XL_UNION
            ),
        },
        # Read in windows, which its blocks cannot: always in the pipelines above.
        blocks={"StableDiffusionXLModularPipeline": ()},
        tiny_vae="taesdxl",
        variants=(
            Variant(r"sdxl-turbo", 4, 0.0, trailing=True),
            Variant(r"dreamshaper.*turbo", 8, 2.0),
            Variant(_FEW, 4, 0.0, trailing=True),
        ),
    ),
    Family(
        "Stable Diffusion 3",
        {
            Task.TEXT_TO_IMAGE: "StableDiffusion3Pipeline",
            Task.IMAGE_TO_IMAGE: "StableDiffusion3Img2ImgPipeline",
            Task.INPAINT: "StableDiffusion3InpaintPipeline",
        },
        steps=28,
        guidance=4.5,
        sequence=256,
        controls={"SD3ControlNetModel": Control("StableDiffusion3ControlNetPipeline")},
        blocks={"StableDiffusion3ModularPipeline": _VARIES},
        tiny_vae="taesd3",
        variants=(Variant(r"turbo", 4, 0.0),),
    ),
    Family(
        "FLUX.1",
        {
            Task.TEXT_TO_IMAGE: "FluxPipeline",
            Task.IMAGE_TO_IMAGE: "FluxImg2ImgPipeline",
            Task.INPAINT: "FluxInpaintPipeline",
        },
        steps=28,
        guidance=3.5,
        negative=False,
        controls={
            "FluxControlNetModel": Control("FluxControlNetPipeline", modes=_FLUX_UNION),
        },
        blocks={"FluxModularPipeline": _VARIES},
        tiny_vae="taef1",
        variants=(Variant(r"schnell", 4, 0.0),),
    ),
    Family(
        "FLUX.1 Kontext",
        {Task.TEXT_TO_IMAGE: "FluxKontextPipeline", Task.EDIT: "FluxKontextPipeline"},
        steps=28,
        guidance=2.5,
        negative=False,
        references=References.PICTURES,
        blocks={"FluxKontextModularPipeline": _EDITS},
        tiny_vae="taef1",
    ),
    Family(
        "FLUX.1 Fill",
        {Task.INPAINT: "FluxFillPipeline"},
        steps=50,
        guidance=30.0,
        negative=False,
        tiny_vae="taef1",
    ),
    Family(
        "FLUX.2 klein",
        {
            Task.TEXT_TO_IMAGE: "Flux2KleinPipeline",
            Task.INPAINT: "Flux2KleinInpaintPipeline",
            Task.EDIT: "Flux2KleinPipeline",
        },
        steps=4,
        guidance=1.0,
        negative=False,
        references=References.PICTURES,
        blocks={
            "Flux2KleinModularPipeline": _EDITS,
            "Flux2KleinBaseModularPipeline": _EDITS,
        },
        variants=(Variant(r"klein-base", 50, 4.0),),
    ),
    Family(
        "FLUX.2",
        {Task.TEXT_TO_IMAGE: "Flux2Pipeline", Task.EDIT: "Flux2Pipeline"},
        steps=50,
        guidance=4.0,
        negative=False,
        references=References.PICTURES,
        blocks={"Flux2ModularPipeline": _EDITS},
    ),
    Family(
        "FLUX.3",
        {},
        steps=50,
        guidance=3.5,
        references=References.PICTURES,
        blocks={"Flux3ModularPipeline": _EDITS},
    ),
    Family(
        "FLUX.3 distilled",
        {},
        steps=16,
        guidance=1.0,
        negative=False,
        references=References.PICTURES,
        blocks={"Flux3DistilledModularPipeline": _EDITS},
    ),
    Family(
        "Z-Image",
        {
            Task.TEXT_TO_IMAGE: "ZImagePipeline",
            Task.IMAGE_TO_IMAGE: "ZImageImg2ImgPipeline",
            Task.INPAINT: "ZImageInpaintPipeline",
        },
        steps=50,
        guidance=5.0,
        controls={"ZImageControlNetModel": Control("ZImageControlNetPipeline")},
        blocks={"ZImageModularPipeline": _VARIES},
        tiny_vae="taef1",
        variants=(Variant(r"turbo", 8, 0.0),),
    ),
    Family(
        "Qwen-Image",
        {
            Task.TEXT_TO_IMAGE: "QwenImagePipeline",
            Task.IMAGE_TO_IMAGE: "QwenImageImg2ImgPipeline",
            Task.INPAINT: "QwenImageInpaintPipeline",
        },
        steps=50,
        guidance=4.0,
        guidance_name="true_cfg_scale",
        controls={"QwenImageControlNetModel": Control("QwenImageControlNetPipeline")},
        blocks={"QwenImageModularPipeline": (*_VARIES, Task.INPAINT)},
        variants=(Variant(r"lightning", 8, 1.0),),
    ),
    Family(
        "Qwen-Image-Edit",
        {Task.EDIT: "QwenImageEditPlusPipeline"},
        steps=40,
        guidance=4.0,
        guidance_name="true_cfg_scale",
        references=References.PICTURES,
        blocks={"QwenImageEditPlusModularPipeline": (Task.EDIT,)},
        variants=(Variant(r"lightning", 8, 1.0),),
    ),
    Family(
        "Chroma",
        {
            Task.TEXT_TO_IMAGE: "ChromaPipeline",
            # Its inpainting pipeline asks for guidance_embeds, which its transformer lacks (0.42).
            Task.IMAGE_TO_IMAGE: "ChromaImg2ImgPipeline",
        },
        steps=35,
        guidance=5.0,
        tiny_vae="taef1",
        variants=(Variant(r"flash", 8, 1.0),),
    ),
    Family(
        "Anima",
        {},
        steps=50,
        guidance=4.0,
        blocks={"AnimaModularPipeline": _VARIES},
    ),
    Family(
        "Sana",
        {Task.TEXT_TO_IMAGE: "SanaPipeline"},
        steps=20,
        guidance=4.5,
        sequence=300,
        patch=1,
        controls={"SanaControlNetModel": Control("SanaControlNetPipeline")},
    ),
    Family(
        "Sana Sprint",
        {
            Task.TEXT_TO_IMAGE: "SanaSprintPipeline",
            Task.IMAGE_TO_IMAGE: "SanaSprintImg2ImgPipeline",
        },
        hires=False,
        steps=2,
        guidance=4.5,
        negative=False,
        sequence=300,
        patch=1,
    ),
    Family(
        "Wan",
        {
            Task.TEXT_TO_VIDEO: "WanPipeline",
            Task.IMAGE_TO_VIDEO: "WanImageToVideoPipeline",
        },
        steps=50,
        guidance=5.0,
        variants=(Variant(r"lightning|lightx2v|causvid", 4, 1.0), Variant(r"a14b", 40, 4.0)),
    ),
    Family(
        "CogVideoX",
        {
            Task.TEXT_TO_VIDEO: "CogVideoXPipeline",
            Task.IMAGE_TO_VIDEO: "CogVideoXImageToVideoPipeline",
        },
        steps=50,
        guidance=6.0,
        sequence=226,
    ),
    Family(
        "AnimateDiff",
        {Task.TEXT_TO_VIDEO: "AnimateDiffPipeline"},
        steps=25,
        guidance=7.5,
        sequence=None,
        patch=1,
        variants=(Variant(_FEW, 4, 1.0, trailing=True),),
    ),
    Family(
        "Stable Video Diffusion",
        {Task.IMAGE_TO_VIDEO: "StableVideoDiffusionPipeline"},
        steps=25,
        guidance=3.0,
        guidance_name="max_guidance_scale",
        negative=False,
        patch=8,  # Three halvings, and it enlarges to twice the size whatever was halved.
    ),
)


def _classes(family: Family) -> set[str]:
    controlled = {each.pipeline for each in family.controls.values()}
    return {*family.pipelines.values(), *controlled, *family.blocks}


_BY_CLASS = {name: family for family in FAMILIES for name in _classes(family)}


def family_of(pipeline: str) -> Family | None:
    """The family whose pipeline class has this name; None for one that is not listed."""
    return _BY_CLASS.get(pipeline)


def families_for(task: Task) -> str:
    """The families that can do a task, for people to read."""
    return ", ".join(family.name for family in FAMILIES if family.does(task))


def families_with_control() -> str:
    """The families that ControlNets exist for, for people to read."""
    return ", ".join(family.name for family in FAMILIES if family.controls)
