"""From a request to pictures: fill the workflow, hand it over, follow it, fetch what it made."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from gator_engine.adapters.generators._comfyui.following import Follower
from gator_engine.adapters.generators._comfyui.server import ComfyServer, opened
from gator_engine.adapters.generators._comfyui.workflows import Workflow, load
from gator_engine.adapters.generators._remote.pictures import alt_text, checked, shown, size_note
from gator_engine.config import Settings
from gator_engine.domain.briefs import Fragment
from gator_engine.errors import InvalidInput, Rejected
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run

_STEP = 8  # Latents are eight times smaller than pictures.


def make_pictures(
    settings: Settings, request: GenerateRequest, options: Mapping[str, Any], run: Run
) -> GenerateResult:
    """One run of the workflow for each seed. See `ComfyUi.generate` for what it raises."""
    workflow = load(settings.home / settings.comfyui_workflows, str(options["workflow"]))
    _check_pictures(workflow, request)
    begun = time.perf_counter()
    files: list[GeneratedFile] = []
    notes: dict[str, None] = dict.fromkeys(_remarks(workflow))
    run.progress(0.0, "Asking the ComfyUI server what it has")
    with opened(settings) as server:
        values = _values(workflow, request, options, server)
        for number in range(request.count):
            values["seed"] = request.seed + number
            graph = workflow.filled(values)
            if not number:
                server.check(graph)
            follower = Follower(
                server=server,
                run=run,
                client_id=uuid.uuid4().hex,
                stage=f"Picture {number + 1} of {request.count}",
                fraction=number / request.count,
                share=1 / request.count,
                token=settings.comfyui_key.get_secret_value(),
                patience_s=settings.http_timeout_s,
            )
            outputs = _pictures(server, follower, graph)
            for data in outputs:
                made = checked(data, settings.max_image_megapixels * 1e6, server.name)
                picture = shown(data, made, request.size, str(options["fit"]))
                if note := size_note(picture, request.size):
                    notes[note] = None
                parameters = {**_told(workflow, values), "width": made[0], "height": made[1]}
                parameters |= {"shown_width": picture.kept[0], "shown_height": picture.kept[1]}
                seed = int(values["seed"])
                told = alt_text(request)
                files.append(GeneratedFile(picture.data, seed, told, parameters, picture.received))
    run.progress(1.0, "Done")
    return GenerateResult(
        files=tuple(files),
        model=str(values.get("model") or f"ComfyUI workflow {workflow.name}"),
        timings_s={"comfyui_s": time.perf_counter() - begun},
        software={"service": server.name, "websockets": version("websockets")},
        notes=tuple(notes),
    )


def _check_pictures(workflow: Workflow, request: GenerateRequest) -> None:
    """A picture and its place in the workflow belong together."""
    for option, slot in (("source", "image"), ("mask", "mask")):
        given = bool(request.pictures.get(option))
        if slot in workflow.slots and not given:
            problem = f"is empty; the workflow {workflow.name} needs it"
            raise InvalidInput(f"settings.{option}", problem, "a picture of the library")
        if given and slot not in workflow.slots:
            problem = f"has no place: the workflow {workflow.name} has no {{{{{slot}}}}}"
            raise InvalidInput(f"settings.{option}", problem)


def _remarks(workflow: Workflow) -> list[str]:
    found = []
    if "seed" not in workflow.slots:
        found.append("The workflow has no {{seed}}: repeating it may give another picture.")
    if "prompt" not in workflow.slots:
        found.append("The workflow has no {{prompt}}: the words of the brief were not used.")
    if "negative" not in workflow.slots:
        found.append("The workflow has no {{negative}}: what to keep out was not passed on.")
    return found


def _values(
    workflow: Workflow, request: GenerateRequest, options: Mapping[str, Any], server: ComfyServer
) -> dict[str, Any]:
    """A value for every slot but the seed, which changes with each picture."""
    width, height = (edge // _STEP * _STEP for edge in request.size)
    values: dict[str, Any] = {
        "prompt": _weighted(request.compiled.fragments, request.compiled.dialect.joint),
        "negative": _weighted(request.compiled.negative, ", "),
        "width": width,
        "height": height,
        "image": "",
        "mask": "",
    }
    values |= {n: options[n] for n in ("steps", "guidance", "denoise", "sampler", "scheduler")}
    model = str(options["model"]).strip()
    if "model" in workflow.slots:
        values["model"] = model or server.first_model()
    for option, slot in (("source", "image"), ("mask", "mask")):
        if slot in workflow.slots:
            values[slot] = server.upload(request.pictures[option])
    return values


def _weighted(fragments: tuple[Fragment, ...], joint: str) -> str:
    """The words in ComfyUI's notation: "(red scarf:1.3)", with plain brackets escaped."""
    return joint.join(_notation(part) for part in fragments)


def _notation(part: Fragment) -> str:
    text = part.text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return text if part.weight == 1.0 else f"({text}:{part.weight:g})"


def _pictures(server: ComfyServer, follower: Follower, graph: Mapping[str, Any]) -> list[bytes]:
    """What the workflow saved, else what it only previewed. Raises Rejected when neither."""
    found = follower.until_done(lambda: server.submit(graph, follower.client_id))
    outputs = found.get("outputs") or {}
    images = [image for node in outputs.values() for image in node.get("images") or ()]
    saved = [image for image in images if image.get("type") == "output"] or images
    if not saved:
        problem = "The workflow ended without a picture. It needs a SaveImage node."
        raise Rejected(server.name, "run the workflow", problem, code="no_picture")
    return [server.view(image) for image in saved]


def _told(workflow: Workflow, values: Mapping[str, Any]) -> dict[str, Any]:
    used = {name: value for name, value in values.items() if name in workflow.slots}
    return {"workflow": workflow.name, "seed": values["seed"], **used}
