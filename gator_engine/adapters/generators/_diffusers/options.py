"""Options that the diffusion generators share. Importing this loads no model library."""

from __future__ import annotations

from gator_engine.domain.capabilities import MASK, SOURCE, Option, OptionKind
from gator_engine.domain.models.memory import MemoryMode

PRECISIONS = ("auto", "float32", "bfloat16", "float16")
MEMORY = ("auto", *(mode.value for mode in MemoryMode))

SIZE = (
    Option(
        "width", "Width", OptionKind.INTEGER, 0, 0, 4096,
        help="Pixels, a multiple of 8 (some models: 16); 0: from the format.",
    ),
    Option("height", "Height", OptionKind.INTEGER, 0, 0, 4096, help="As the width."),
)  # fmt: skip

HIRES = (
    Option(
        "hires", "Hires fix", OptionKind.NUMBER, 1.0, 1.0, 2.0,
        help="Draw a second time at this many times the size, in latents, for detail; 1: once.",
    ),
    Option(
        "hires_strength", "Hires change", OptionKind.NUMBER, 0.6, 0.3, 1.0,
        help="How much the second time may change: below 0.5 enlarged latents stay soft.",
    ),
)  # fmt: skip

DRAWING = (
    Option("steps", "Steps", OptionKind.INTEGER, 0, 0, 150, help="0: as the model proposes."),
    Option(
        "guidance", "Guidance", OptionKind.NUMBER, -1.0, -1.0, 30.0,
        help="How closely to follow the prompt; -1: as the model proposes, 0 for turbo models.",
    ),
    Option(
        "negative_prompt", "Keep out", OptionKind.TEXT, "",
        help="Added to what the persona keeps out.",
    ),
    Option(
        "scheduler", "Scheduler", OptionKind.TEXT, "",
        help="Such as Euler or DPMSolverMultistep; empty: the model's own.",
    ),
)  # fmt: skip

MODEL = (
    Option(
        "precision", "Precision", OptionKind.CHOICE, "auto", choices=PRECISIONS,
        help="auto: full on a CPU, half on a GPU.",
    ),
    Option(
        "memory", "Memory", OptionKind.CHOICE, "auto", choices=MEMORY,
        help="Where the weights stay on a GPU; auto: as the settings say, else by what fits.",
    ),
    Option(
        "model", "Model", OptionKind.MODEL, "",
        help="A folder or hub id; empty: the one of the settings (GATOR_IMAGE_MODEL), else an"
        " installed one.",
    ),
)  # fmt: skip

LORAS = Option(
    "loras", "LoRAs", OptionKind.LORAS, (),
    help="Files of LoRAs (.safetensors, absolute or below home) or hub ids, and their weights.",
)  # fmt: skip
REFERENCES = Option(
    "references", "Reference pictures", OptionKind.REFERENCES, (),
    help="Pictures that show the persona.",
)  # fmt: skip
ATTACHED = (
    LORAS,
    REFERENCES,
    Option(
        "reference_strength", "Likeness", OptionKind.NUMBER, 0.6, 0.0, 1.0,
        help="How much an IP-Adapter follows the references; editing models decide by themselves.",
    ),
    Option(
        "reference_adapter", "IP-Adapter", OptionKind.TEXT, "",
        help="For references on SD 1.5 and SDXL: a .safetensors file of IP-Adapter Plus, with its"
        " image_encoder folder beside it.",
    ),
)  # fmt: skip

SHARED = (*DRAWING, *MODEL, *ATTACHED)

SOURCE_PICTURE = Option(
    SOURCE, "Picture", OptionKind.PICTURE, "", required=True,
    help="The picture of the library to start from.",
)  # fmt: skip
MASK_PICTURE = Option(
    MASK, "Mask", OptionKind.PICTURE, "", required=True,
    help="A picture of the same shape: white is painted anew, black is kept.",
)  # fmt: skip


def strength(default: float, help_text: str) -> Option:
    """How far a result may leave its source."""
    return Option("strength", "Change", OptionKind.NUMBER, default, 0.05, 1.0, help=help_text)
