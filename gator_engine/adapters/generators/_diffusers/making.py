"""Making what requests ask for: load the model, attach, paint, and tell how each ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gator_engine.adapters.generators._diffusers.attaching import attached, why_not
from gator_engine.adapters.generators._diffusers.choices import choices_for
from gator_engine.adapters.generators._diffusers.models import LoadedModel, warm_model
from gator_engine.adapters.generators._diffusers.painting import paint
from gator_engine.adapters.generators._diffusers.session import Session
from gator_engine.adapters.generators._diffusers.sizes import (
    exact_size,
    native_area,
    pixel_grid,
    working_size,
)
from gator_engine.errors import GatorError
from gator_engine.ports import GenerateRequest, GenerateResult, Member, MemberDone, Run

ENLARGED_NOTE_FROM = 1.25


def make_pictures(
    name: str, device: str, request: GenerateRequest, options: Mapping[str, Any], run: Run
) -> GenerateResult:
    """Load (or reuse) the model and make `request.count` pictures, seed by seed."""
    outcome: list[GenerateResult | GatorError] = []
    make_together(
        name, device, [(Member(request, run), options)], lambda _, ended: outcome.append(ended)
    )
    if isinstance(outcome[0], GatorError):
        raise outcome[0]
    return outcome[0]


def make_together(
    name: str,
    device: str,
    members: Sequence[tuple[Member, Mapping[str, Any]]],
    done: MemberDone,
) -> None:
    """The pictures of several requests (each with its options) that want the same of one model.

    `done` is told of each as soon as it has ended. What concerns one ends that one; a model that
    cannot be loaded, or LoRAs that do not fit it, end all.
    """
    waiting = dict(enumerate(members))

    def end(number: int, outcome: GenerateResult | GatorError) -> None:
        del waiting[number]
        done(number, outcome)

    try:
        _make(name, device, waiting, end)
    except GatorError as error:
        for number in list(waiting):
            end(number, error)


def _make(
    name: str,
    device: str,
    waiting: Mapping[int, tuple[Member, Mapping[str, Any]]],
    end: MemberDone,
) -> None:
    first, options = waiting[0]
    for member, _ in waiting.values():
        member.run.progress(0.0, f"Loading {name} (a model from the hub is downloaded once)")
    model, was_warm = warm_model(name, device, str(options["precision"]))
    asked = _able(model, first.request, options)
    with model.lock, attached(model, options, asked.references) as more:
        sessions: dict[int, Session] = {}
        for number, (member, wanted) in list(waiting.items()):
            try:
                member.run.check()
                sessions[number] = _session(model, member, wanted, more)
                sessions[number].timings["load_s"] = 0.0 if was_warm else model.load_s
            except GatorError as error:
                end(number, error)
        numbers = {session: number for number, session in sessions.items()}
        paint(list(sessions.values()), lambda session, how: end(numbers[session], how))


def _able(
    model: LoadedModel, request: GenerateRequest, options: Mapping[str, Any]
) -> GenerateRequest:
    """The request without references that were only offered and that the model cannot use."""
    unfit = request.references and request.references_offered and why_not(model.pipe, options)
    return replace(request, references=()) if unfit else request


def _session(
    model: LoadedModel, member: Member, options: Mapping[str, Any], more: Mapping[str, Any]
) -> Session:
    request, grid = _able(model, member.request, options), pixel_grid(model.pipe)
    width, height = int(options["width"]), int(options["height"])
    if width or height:
        shown = size = exact_size(width, height, grid)
    else:
        shown, size = request.size, working_size(request.size, grid, native_area(model.pipe))
    choices = choices_for(model, request.compiled, options)
    session = Session(model, request, choices, size, shown, member.run, more=more)
    session.identity = _identity(options, request, more)
    if request is not member.request:
        session.references_unused = True
        lacks = why_not(model.pipe, options)
        session.notes.append(f"The persona's reference pictures were not used: {lacks}.")
    if request.references and "ip_adapter_image" not in more:
        session.notes += _unweighted(request)
    if shown[0] / size[0] >= ENLARGED_NOTE_FROM:
        session.notes.append(
            f"Made at {size[0]} × {size[1]} (the model's own size) and enlarged to"
            f" {shown[0]} × {shown[1]}."
        )
    return session


def _identity(
    options: Mapping[str, Any], request: GenerateRequest, more: Mapping[str, Any]
) -> dict[str, Any]:
    """What was attached to make the picture show the persona; nothing when nothing was."""
    found: dict[str, Any] = {}
    if options["loras"]:
        found["loras"] = [[str(path), weight] for path, weight in options["loras"]]
    if request.references:
        found["references"] = list(options["references"])
    if "ip_adapter_image" in more:
        found["reference_strength"] = options["reference_strength"]
        found["reference_adapter"] = options["reference_adapter"]
    return found


def _unweighted(request: GenerateRequest) -> list[str]:
    if "reference_strength" not in request.settings:
        return []
    return ["This model follows references by itself: their strength is not applied."]
