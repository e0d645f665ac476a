"""What each task gives a pipeline, and what it makes of the pictures that come out.

A plan turns a request into `Work`: which pipeline around the loaded weights, at which size, with
which pictures. `making` carries it out. Sources are never cropped: they are worked on near the size
the model knows, on its grid, and the result is brought back to their own size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from gator_engine.adapters.generators._diffusers.control import control_picture, with_control
from gator_engine.adapters.generators._diffusers.enlarging import enlarged
from gator_engine.adapters.generators._diffusers.hires import (
    SecondPass,
    first_pass,
    second_pass,
)
from gator_engine.adapters.generators._diffusers.models import LoadedModel
from gator_engine.adapters.generators._diffusers.pictures import (
    Size,
    around,
    fitted,
    melted,
    opened,
    opened_mask,
    resized,
    side_by_side,
    soft,
    tiles_of,
)
from gator_engine.adapters.generators._diffusers.shaping import for_task
from gator_engine.adapters.generators._diffusers.signature import taken_by
from gator_engine.adapters.generators._diffusers.sizes import (
    exact_size,
    native_area,
    pixel_grid,
    source_size,
    working_size,
)
from gator_engine.domain.capabilities import CONTROL, MASK, SOURCE, Task
from gator_engine.ports import GenerateRequest

ENLARGED_NOTE_FROM = 1.25
# Editing pipelines refuse to look at anything smaller.
LEAST_EDGE = 64
Options = Mapping[str, Any]


@dataclass(frozen=True)
class Work:
    """A request on one model.

    `rounds` are the arguments of each call that one picture takes; those in `each` are repeated for
    every picture of a batch. `finish` makes one picture of what the rounds gave. `least_steps` is
    how many steps it takes for one to be run at all. `second` follows on what the only round made.
    """

    model: LoadedModel
    size: Size
    shown: Size
    finish: Callable[[Sequence[Image.Image]], Image.Image]
    rounds: tuple[Mapping[str, Any], ...] = ({},)
    each: tuple[str, ...] = ("image", "mask_image")
    parameters: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    references: tuple[bytes, ...] = ()
    least_steps: int = 1
    second: SecondPass | None = None


def text_to_image(model: LoadedModel, request: GenerateRequest, options: Options) -> Work:
    """From words alone, at the size of the format or one that was typed."""
    if float(options.get("hires", 1.0)) > 1:
        return _in_two_passes(model, request, options)
    model = for_task(model, Task.TEXT_TO_IMAGE)
    size, shown, notes = _sizes(model, request, options)
    return Work(model, size, shown, _shown_at(shown), notes=notes, references=request.references)


def _in_two_passes(model: LoadedModel, request: GenerateRequest, options: Options) -> Work:
    """Composed at the model's own size, then drawn at a larger one from its latents."""
    model = first_pass(model)
    size, shown, _ = _sizes(model, request, options)
    strength, scale = float(options["hires_strength"]), float(options["hires"])
    second = second_pass(model, size, scale, pixel_grid(model.pipe), strength)
    if int(options["width"]) or int(options["height"]):
        shown = second.size
    told = {"hires": scale, "hires_strength": strength}
    return Work(
        model,
        size,
        shown,
        _shown_at(shown),
        ({"output_type": "latent"},),
        parameters={**told, "hires_width": second.size[0], "hires_height": second.size[1]},
        notes=_enlarged_note(second.size, shown, "the size of its second pass"),
        references=request.references,
        least_steps=_least_steps(strength),
        second=second,
    )


def image_to_image(model: LoadedModel, request: GenerateRequest, options: Options) -> Work:
    """From a source picture under some noise."""
    model = for_task(model, Task.IMAGE_TO_IMAGE)
    source = opened(request.pictures[SOURCE], SOURCE)
    size = source_size(source.size, pixel_grid(model.pipe), native_area(model.pipe))
    strength = float(options["strength"])
    return Work(
        model,
        size,
        source.size,
        _shown_at(source.size),
        ({"image": resized(source, size), "strength": strength},),
        parameters={SOURCE: options[SOURCE], "strength": strength},
        references=request.references,
        least_steps=_least_steps(strength),
    )


def inpaint(model: LoadedModel, request: GenerateRequest, options: Options) -> Work:
    """Only what the mask marks; around it the pixels of the source are kept exactly."""
    model = for_task(model, Task.INPAINT)
    source = opened(request.pictures[SOURCE], SOURCE)
    mask = opened_mask(request.pictures[MASK], source.size)
    padding, strength = int(options["padding"]), float(options["strength"])
    box = (0, 0, *source.size) if padding < 0 else around(mask, padding)
    part, of_part = source.crop(box), mask.crop(box)
    grid, area = pixel_grid(model.pipe), native_area(model.pipe)
    size = source_size(part.size, grid, area, enlarge=padding >= 0)
    blend = soft(of_part, int(options["feather"]))

    def pasted(made: Sequence[Image.Image]) -> Image.Image:
        whole = source.copy()
        whole.paste(Image.composite(resized(made[0], part.size), part, blend), box)
        return whole

    arguments = {
        "image": resized(part, size),
        "mask_image": of_part.resize(size, Image.Resampling.NEAREST),
        "strength": strength,
    }
    told = ("strength", "padding", "feather", SOURCE, MASK)
    return Work(
        model,
        size,
        source.size,
        pasted,
        (arguments,),
        parameters={name: options[name] for name in told},
        references=request.references,
        least_steps=_least_steps(strength),
    )


def upscale(model: LoadedModel, request: GenerateRequest, options: Options) -> Work:
    """Enlarged by a filter or a model, then redrawn lightly in tiles of the model's own size."""
    model = for_task(model, Task.IMAGE_TO_IMAGE)
    source = opened(request.pictures[SOURCE], SOURCE)
    shown = tuple(max(1, round(edge * float(options["scale"]))) for edge in source.size)
    target = (shown[0], shown[1])
    upscaler = str(options["upscaler"])
    large = resized(enlarged(source, upscaler, model.device) if upscaler else source, target)
    grid = pixel_grid(model.pipe)
    edge = int(native_area(model.pipe) ** 0.5) // grid * grid
    boxes = tiles_of(target, (edge, edge), float(options["overlap"]))
    size = tuple(max(grid, -(-side // grid) * grid) for side in (boxes[0][2], boxes[0][3]))
    strength = float(options["strength"])
    rounds = tuple(
        {"image": resized(large.crop(box), (size[0], size[1])), "strength": strength}
        for box in boxes
    )
    told = ("strength", "scale", "overlap", SOURCE)
    return Work(
        model,
        (size[0], size[1]),
        target,
        lambda made: melted(made, boxes, target),
        rounds,
        parameters={**{n: options[n] for n in told}, "upscaler": upscaler, "tiles": len(boxes)},
        references=request.references,
        least_steps=_least_steps(strength),
    )


def edit(model: LoadedModel, request: GenerateRequest, options: Options) -> Work:
    """The source changed as the words say; references are shown to the model beside it."""
    model = for_task(model, Task.EDIT)
    source = opened(request.pictures[SOURCE], SOURCE)
    more = [opened(data, "references") for data in request.references]
    grid, area = pixel_grid(model.pipe), native_area(model.pipe)
    size = source_size(source.size, grid, area)
    times = -(-LEAST_EDGE // min(size))
    size = (size[0] * times, size[1] * times)
    parameters = {SOURCE: options[SOURCE], "references": list(options["references"])}
    seen = [resized(source, size), *(_on_grid(picture, grid, area) for picture in more)]
    arguments: dict[str, Any] = {"image": seen}
    notes: tuple[str, ...] = ()
    if "_auto_resize" in taken_by(model.pipe):
        # It looks at one picture, and would change the size to one of its own list.
        arguments = {"image": side_by_side(seen), "_auto_resize": False}
        if more:
            notes = ("This model looks at one picture: the references stand beside it.",)
    return Work(
        model,
        size,
        source.size,
        _shown_at(source.size),
        (arguments,),
        each=(),
        parameters=parameters,
        notes=notes,
    )


def control(model: LoadedModel, request: GenerateRequest, options: Options) -> Work:
    """From words, with the shape of another picture kept by a ControlNet."""
    size, shown, notes = _sizes(model, request, options)
    given = opened(request.pictures[CONTROL], CONTROL)
    shape = fitted(control_picture(given, options, model.device), size)
    model, name, more = with_control(model, options)
    strength = float(options["control_strength"])
    told = (CONTROL, "control_kind", "derive", "control_strength", "control_model")
    return Work(
        model,
        size,
        shown,
        _shown_at(shown),
        ({name: shape, "controlnet_conditioning_scale": strength, **more},),
        each=(),  # Pipelines repeat one shape for a batch; a list would be several shapes.
        parameters={key: options[key] for key in told},
        notes=notes,
        references=request.references,
    )


def _sizes(
    model: LoadedModel, request: GenerateRequest, options: Options
) -> tuple[Size, Size, tuple[str, ...]]:
    """Worked at, shown at, and a note when that is much larger."""
    grid = pixel_grid(model.pipe)
    width, height = int(options["width"]), int(options["height"])
    if width or height:
        size = exact_size(width, height, grid)
        return size, size, ()
    shown, size = request.size, working_size(request.size, grid, native_area(model.pipe))
    return size, shown, _enlarged_note(size, shown, "the model's own size")


def _enlarged_note(size: Size, shown: Size, which: str) -> tuple[str, ...]:
    if shown[0] / size[0] < ENLARGED_NOTE_FROM:
        return ()
    made = f"Made at {size[0]} × {size[1]} ({which})"
    return (f"{made} and enlarged to {shown[0]} × {shown[1]}.",)


def _shown_at(size: Size) -> Callable[[Sequence[Image.Image]], Image.Image]:
    return lambda made: resized(made[0], size)


def _least_steps(strength: float) -> int:
    """So many that the share which `strength` leaves is one at least."""
    return int(-(-1 // strength))


def _on_grid(picture: Image.Image, grid: int, area: int) -> Image.Image:
    """At the model's size and on its grid, where it would cut the borders off."""
    scale = min(1.0, (area / (picture.width * picture.height)) ** 0.5)
    least = -(-LEAST_EDGE // grid) * grid
    edges = [max(least, round(edge * scale / grid) * grid) for edge in picture.size]
    return resized(picture, (edges[0], edges[1]))
