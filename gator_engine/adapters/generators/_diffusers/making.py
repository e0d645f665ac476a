"""Making what requests ask for: load the model, attach, paint, and tell how each ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gator_engine.adapters.generators._diffusers.attaching import attached, why_not
from gator_engine.adapters.generators._diffusers.choices import choices_for
from gator_engine.adapters.generators._diffusers.models import (
    LoadedModel,
    is_warm,
    warm_model,
)
from gator_engine.adapters.generators._diffusers.painting import paint
from gator_engine.adapters.generators._diffusers.session import Session
from gator_engine.adapters.generators._diffusers.tasks import Work, text_to_image
from gator_engine.errors import GatorError
from gator_engine.ports import GenerateRequest, GenerateResult, Member, MemberDone, Run

Plan = Callable[[LoadedModel, GenerateRequest, Mapping[str, Any]], Work]


def make_pictures(
    name: str,
    device: str,
    request: GenerateRequest,
    options: Mapping[str, Any],
    run: Run,
    plan: Plan = text_to_image,
) -> GenerateResult:
    """Load (or reuse) the model and make `request.count` pictures by a plan, seed by seed."""
    outcome: list[GenerateResult | GatorError] = []
    members = [(Member(request, run), options)]
    make_together(name, device, members, lambda _, ended: outcome.append(ended), plan)
    if isinstance(outcome[0], GatorError):
        raise outcome[0]
    return outcome[0]


def make_together(
    name: str,
    device: str,
    members: Sequence[tuple[Member, Mapping[str, Any]]],
    done: MemberDone,
    plan: Plan = text_to_image,
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
        _make(name, device, waiting, end, plan)
    except GatorError as error:
        for number in list(waiting):
            end(number, error)


def _make(
    name: str,
    device: str,
    waiting: Mapping[int, tuple[Member, Mapping[str, Any]]],
    end: MemberDone,
    plan: Plan,
) -> None:
    first, options = waiting[0]
    precision, memory = str(options["precision"]), str(options["memory"])
    stage = "Reading the words"
    if not is_warm(name, device, precision, memory):
        stage = f"Loading the model {name} (one from the hub is downloaded once)"
    for member, _ in waiting.values():
        member.run.progress(0.0, stage)
    model, was_warm = warm_model(name, device, precision, memory)
    with model.lock:
        shared = plan(model, _able(model, first.request, options), options)
        with attached(shared.model, options, shared.references) as more:
            sessions: dict[int, Session] = {}
            for number, (member, wanted) in list(waiting.items()):
                try:
                    member.run.check()
                    # Attached is to this pipeline, whatever other one the same plan would build.
                    work = shared if member is first else plan(model, member.request, wanted)
                    work = replace(work, model=shared.model)
                    sessions[number] = _session(work, member, wanted, more)
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
    work: Work, member: Member, options: Mapping[str, Any], more: Mapping[str, Any]
) -> Session:
    request = _able(work.model, member.request, options)
    choices = choices_for(work.model, request.compiled, options, work.least_steps)
    session = Session(work, request, choices, member.run, more=more)
    session.identity = _identity(options, request, more)
    if request is not member.request:
        session.references_unused = True
        lacks = why_not(work.model.pipe, options)
        session.notes.append(f"The persona's reference pictures were not used: {lacks}.")
    if request.references and "ip_adapter_image" not in more:
        session.notes += _unweighted(request)
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
