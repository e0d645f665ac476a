"""The identity lock over a real database: references, the lock, the character set, the dataset."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gator_engine import open_studio, run_jobs
from gator_engine.adapters.queue.inline_queue import InlineQueue
from gator_engine.domain.assets import AssetKind, FileFacts
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind
from gator_engine.domain.identity import SHOTS, ReferenceState, ShotState
from gator_engine.domain.work import JobState
from gator_engine.errors import (
    CapabilityError,
    GatorError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    Rejected,
    Transient,
)
from gator_engine.ports import (
    GeneratedFile,
    GenerateRequest,
    GenerateResult,
    LoraOptions,
    LoraRequest,
    Run,
    TrainedLora,
)
from gator_engine.services._scoring import KEY
from gator_engine.studio import Studio
from tests.integration.services.conftest import MovableClock


class Camera:
    """A generator that makes one plain picture per seed, and fails as its script says."""

    capabilities = GeneratorCapabilities(
        slug="camera",
        label="Camera",
        description="Plain pictures.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
        options=(
            Option("grain", "Grain", OptionKind.INTEGER, 0, 0, 9),
            Option("references", "References", OptionKind.REFERENCES, ()),
        ),
    )

    def __init__(self) -> None:
        self.requests: list[GenerateRequest] = []
        self.script: dict[int, BaseException] = {}

    @property
    def prompts(self) -> list[str]:
        return [request.compiled.text for request in self.requests]

    def missing(self) -> str:
        return ""

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        run.progress(0.5, "half")
        self.requests.append(request)
        planned = self.script.pop(len(self.requests), None)
        if planned is not None:
            raise planned
        seeds = range(request.seed, request.seed + request.count)
        files = [GeneratedFile(flat(seed), seed, parameters={"grain": 0}) for seed in seeds]
        return GenerateResult(tuple(files), "camera-1")


class Eye:
    """An embedder that sees only the mean colour."""

    model = "mean colour"

    def __init__(self) -> None:
        self.lacks = ""
        self.fails: GatorError | None = None

    def missing(self) -> str:
        return self.lacks

    def embed(self, pictures: Sequence[bytes]) -> Sequence[Sequence[float]]:
        if self.fails is not None:
            raise self.fails
        return [self._vector(picture) for picture in pictures]

    @staticmethod
    def _vector(picture: bytes) -> Sequence[float]:
        pixel = Image.open(io.BytesIO(picture)).convert("RGB").getpixel((0, 0))
        assert isinstance(pixel, tuple)
        length = sum(value * value for value in pixel) ** 0.5
        return [value / length for value in pixel]


class Teacher:
    """A trainer that writes down what it was given."""

    def __init__(self) -> None:
        self.requests: list[LoraRequest] = []
        self.lacks = ""

    def missing(self) -> str:
        return self.lacks

    def train(self, request: LoraRequest, folder: Path, run: Run) -> TrainedLora:
        self.requests.append(request)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "w.safetensors"
        target.write_bytes(b"weights")
        return TrainedLora(target, 0.5)


class Room:
    """A studio with a camera, an eye and a teacher, and one persona."""

    def __init__(self, home: Path) -> None:
        self.home, self.camera, self.eye, self.teacher = home, Camera(), Eye(), Teacher()
        self.studio = self.open()
        self.persona = self.studio.personas.create(self.studio.personas.templates()[0].profile)

    def open(self) -> Studio:
        """A studio as another process would open it."""
        adapters: Mapping[str, object] = {
            "clock": MovableClock(),
            "generators": {"camera": self.camera},
            "embedder": self.eye,
            "trainer": self.teacher,
        }
        return open_studio(home=self.home, queue="inline", adapters=adapters)

    def pictures(self, *colours: tuple[int, int, int]) -> list[str]:
        """Ids of uploaded pictures."""
        library = self.studio.library
        return [library.upload(colour(c), f"{number}.png").id for number, c in enumerate(colours)]

    def shots(self) -> list[ShotState]:
        [sheet, *_] = self.studio.identity.character_sheets(self.persona.id)
        return [shot.state for shot in sheet.shots]


def colour(value: tuple[int, int, int]) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (32, 32), value).save(data, "PNG")
    return data.getvalue()


def flat(seed: int) -> bytes:
    return colour((seed % 200 + 20, seed // 200 % 200 + 20, seed // 40_000 % 200 + 20))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "studio")
    yield made
    made.studio.close()


# ---------------------------------------------------------------------- references


def test_references_are_proposed_once_and_decided_with_a_history(room: Room) -> None:
    identity, red, blue = room.studio.identity, *room.pictures((200, 0, 0), (0, 0, 200))
    identity.propose(room.persona.id, [red, blue])
    proposed = identity.propose(room.persona.id, [red])
    assert [image.asset_id for image in proposed.images] == [red, blue]
    first, second = proposed.images
    identity.accept(first.id)
    identity.reject(second.id, "the eyes are another colour")
    identity.accept(second.id, "on second thought")
    found = identity.references(room.persona.id)
    assert [image.asset_id for image in found.accepted] == [red, blue]
    states = [change.state.value for change in found.history if change.reference_id == second.id]
    assert states == ["accepted", "rejected", "candidate"]
    assert found.history[0].reason == "on second thought"


def test_a_rejection_says_why_and_a_decision_is_not_repeated(room: Room) -> None:
    [image] = room.studio.identity.propose(room.persona.id, room.pictures((9, 9, 9))).images
    with pytest.raises(InvalidInput, match="reason"):
        room.studio.identity.reject(image.id, "  ")
    with pytest.raises(InvalidInput, match="500"):
        room.studio.identity.accept(image.id, "x" * 501)
    room.studio.identity.accept(image.id)
    with pytest.raises(IllegalTransition):
        room.studio.identity.accept(image.id)
    with pytest.raises(NotFound):
        room.studio.identity.accept("nothing")


def test_an_upload_becomes_a_candidate_and_a_bad_one_nothing(room: Room) -> None:
    image = room.studio.identity.upload(room.persona.id, colour((1, 2, 3)), "me.png")
    assert image.state is ReferenceState.CANDIDATE
    with pytest.raises(InvalidInput):
        room.studio.identity.upload(room.persona.id, b"no picture", "me.png")
    with pytest.raises(NotFound):
        room.studio.identity.upload("nobody", colour((1, 2, 3)), "me.png")
    assert len(room.studio.identity.references(room.persona.id).images) == 1


def test_only_pictures_can_be_references(room: Room) -> None:
    [picture] = room.pictures((1, 1, 1))
    asset = room.studio.library.get(picture)
    video = replace(
        asset,
        id="video",
        sha256="0" * 64,
        facts=FileFacts(AssetKind.VIDEO, "video/mp4", 5),
        thumbnail_sha256=None,
    )
    with room.studio.store.write() as uow:
        uow.assets.add(video)
    with pytest.raises(InvalidInput, match="video"):
        room.studio.identity.propose(room.persona.id, [picture, "video"])
    assert room.studio.identity.references(room.persona.id).images == ()


def test_generated_candidates_arrive_as_soon_as_the_job_is_done(room: Room) -> None:
    identity = room.studio.identity
    generation = identity.generate_candidates(room.persona.id, 3, "camera", {"grain": 2})
    assert identity.references(room.persona.id).images == ()
    run_jobs(room.studio)
    found = identity.references(room.persona.id)
    made = room.studio.generation.get(generation.id)
    assert tuple(image.asset_id for image in found.images) == made.asset_ids
    assert len(found.in_state(ReferenceState.CANDIDATE)) == 3
    job = room.studio.generation.job(generation.id)
    assert job is not None and job.state is JobState.SUCCEEDED


# ---------------------------------------------------------------------- the lock


def test_a_locked_look_refuses_edits_until_opened_with_a_reason(room: Room) -> None:
    studio, persona = room.studio, room.persona
    profile = persona.profile
    dyed = replace(profile, appearance=replace(profile.appearance, hair="green"))
    studio.identity.lock(persona.id)
    with pytest.raises(InvalidInput, match="locked since 22 November 2026") as refused:
        studio.personas.revise(persona.id, dyed, "new hair", persona.version)
    assert refused.value.field == "appearance.hair"
    with pytest.raises(InvalidInput):
        studio.identity.guard(persona.id, profile, dyed)
    with pytest.raises(InvalidInput, match="reason"):
        studio.identity.open_lock(persona.id, " ")
    studio.identity.open_lock(persona.id, "she dyed it in the story")
    after = studio.personas.revise(persona.id, dyed, "new hair", persona.version)
    assert after.profile.appearance.hair == "green"


def test_a_lock_leaves_voice_and_bio_free(room: Room) -> None:
    room.studio.identity.lock(room.persona.id)
    profile = room.persona.profile
    renamed = replace(profile, identity=replace(profile.identity, bio="Runs at dawn."))
    after = room.studio.personas.revise(room.persona.id, renamed, "bio", room.persona.version)
    assert after.profile.identity.bio == "Runs at dawn."


def test_restoring_an_earlier_look_is_an_edit_too(room: Room) -> None:
    personas, first = room.studio.personas, room.persona
    profile = replace(first.profile, appearance=replace(first.profile.appearance, eyes="violet"))
    second = personas.revise(first.id, profile, "eyes", first.version)
    room.studio.identity.lock(first.id)
    with pytest.raises(InvalidInput) as refused:
        personas.restore_revision(first.revision.id, second.version)
    assert refused.value.field == "appearance.eyes"


def test_locking_and_opening_are_on_record(room: Room) -> None:
    identity, persona_id = room.studio.identity, room.persona.id
    with pytest.raises(IllegalTransition):
        identity.open_lock(persona_id, "nothing to open")
    lock = identity.lock(persona_id)
    assert identity.locked(persona_id) == lock
    with pytest.raises(IllegalTransition):
        identity.lock(persona_id)
    identity.open_lock(persona_id, "a new season")
    assert identity.locked(persona_id) is None
    identity.lock(persona_id)
    assert [one.opened_reason for one in identity.locks(persona_id)] == ["", "a new season"]
    with room.studio.store.read() as uow:
        events = [e for e in uow.audit.list(subject_id=persona_id) if "lock" in e.verb]
    assert [event.verb for event in events] == ["lock", "open_lock", "lock"]
    assert events[1].details["reason"] == "a new season"


# ---------------------------------------------------------------------- the character set


def test_a_character_set_is_fourteen_pictures_by_one_job(room: Room) -> None:
    made = room.studio.identity.character_set(room.persona.id, "camera", {"grain": 1})
    assert run_jobs(room.studio) == 1
    [sheet] = room.studio.identity.character_sheets(room.persona.id)
    assert sheet.set == made
    assert [shot.state for shot in sheet.shots] == [ShotState.DONE] * 14
    assert len({shot.asset_id for shot in sheet.shots}) == 14
    for spec, prompt in zip(SHOTS, room.camera.prompts, strict=True):
        assert spec.prompt in prompt
    assert len({request.seed for request in room.camera.requests}) == 14


class Killed(BaseException):
    """What ends a process ends no transaction and writes no row."""


def test_a_killed_set_resumes_without_making_a_shot_twice(room: Room) -> None:
    made = room.studio.identity.character_set(room.persona.id, "camera")
    room.camera.script[6] = Killed()
    with pytest.raises(Killed):
        run_jobs(room.studio)
    assert room.shots() == [ShotState.DONE] * 5 + [ShotState.PENDING] * 9
    room.studio.close()
    room.studio = room.open()
    again = room.studio.identity.character_set(room.persona.id, "camera")
    assert again == made
    carry_on(room, made.id)
    assert room.shots() == [ShotState.DONE] * 14
    # Five before, the one in hand when it was killed, then that one again and the last eight.
    assert len(room.camera.requests) == 15
    assert room.camera.requests[5].seed == room.camera.requests[6].seed
    assert len(set(room.camera.prompts)) == 14


def carry_on(room: Room, set_id: str) -> None:
    """What the dispatcher does once the lease of the dead worker has run out."""
    clock = room.studio.clock
    assert isinstance(clock, MovableClock)
    clock.advance(minutes=30)
    assert isinstance(room.studio.queue, InlineQueue)
    run_jobs(room.studio)
    states = {job.state for job in room.studio.jobs.for_subject(set_id)}
    assert states == {JobState.SUCCEEDED}


def test_a_picture_made_just_before_the_kill_is_kept(room: Room) -> None:
    """Killed between the end of the generation and the note that the shot is done."""
    made = room.studio.identity.character_set(room.persona.id, "camera")
    run_jobs(room.studio)
    [sheet] = room.studio.identity.character_sheets(room.persona.id)
    forgotten = replace(sheet.shots[3], state=ShotState.PENDING, asset_id=None, finished_at=None)
    with room.studio.store.write() as uow:
        uow.characters.save_shot(forgotten)
    room.studio.identity.character_set(room.persona.id, "camera")
    run_jobs(room.studio)
    [after] = room.studio.identity.character_sheets(room.persona.id)
    assert after.set == made
    assert after.shots[3].asset_id == sheet.shots[3].asset_id
    assert len(room.camera.requests) == 14


def test_a_failed_shot_is_tried_with_another_seed(room: Room) -> None:
    room.camera.script[3] = Rejected("camera", "generate", "black picture")
    room.studio.identity.character_set(room.persona.id, "camera")
    run_jobs(room.studio)
    [sheet] = room.studio.identity.character_sheets(room.persona.id)
    assert [shot.attempts for shot in sheet.shots] == [1, 1, 2] + [1] * 11
    assert room.camera.requests[2].seed != room.camera.requests[3].seed
    assert {shot.state for shot in sheet.shots} == {ShotState.DONE}


def test_shots_stay_when_another_fails_and_a_rerun_makes_only_that_one(room: Room) -> None:
    failure = Rejected("camera", "generate", "black picture")
    room.camera.script |= {4: failure, 5: failure}
    made = room.studio.identity.character_set(room.persona.id, "camera")
    run_jobs(room.studio)
    [job] = room.studio.jobs.for_subject(made.id)
    assert job.state is JobState.FAILED
    assert "1 of 14 shots failed" in job.error and "Profile left (black picture)" in job.error
    assert room.shots().count(ShotState.DONE) == 13
    room.studio.jobs.retry_now(job.id)
    run_jobs(room.studio)
    assert room.shots() == [ShotState.DONE] * 14
    assert len(room.camera.requests) == 16


def test_what_no_shot_can_do_is_refused_before_the_first(room: Room) -> None:
    with pytest.raises(CapabilityError, match="'steps'"):
        room.studio.identity.character_set(room.persona.id, "camera", {"steps": 4})
    with pytest.raises(InvalidInput):
        room.studio.identity.character_set(room.persona.id, "no such generator")
    assert room.studio.identity.character_sheets(room.persona.id) == []


def test_a_cancelled_set_keeps_its_shots_and_goes_on_later(room: Room) -> None:
    identity = room.studio.identity
    made = identity.character_set(room.persona.id, "camera")
    identity.cancel_character_set(made.id)
    run_jobs(room.studio)
    assert room.camera.requests == []
    assert identity.character_set(room.persona.id, "camera").id == made.id
    run_jobs(room.studio)
    assert room.shots() == [ShotState.DONE] * 14


def test_another_choice_of_settings_starts_another_set(room: Room) -> None:
    identity = room.studio.identity
    first = identity.character_set(room.persona.id, "camera")
    assert identity.character_set(room.persona.id, "camera").id == first.id
    assert identity.character_set(room.persona.id, "camera", {"grain": 3}).id != first.id


def test_a_set_is_not_continued_with_another_look(room: Room) -> None:
    made = room.studio.identity.character_set(room.persona.id, "camera")
    profile = room.persona.profile
    dyed = replace(profile, appearance=replace(profile.appearance, hair="green"))
    room.studio.personas.revise(room.persona.id, dyed, "hair", room.persona.version)
    run_jobs(room.studio)
    [job] = room.studio.jobs.for_subject(made.id)
    assert job.state is JobState.FAILED and "appearance.hair" in job.error
    assert room.studio.identity.character_set(room.persona.id, "camera").id != made.id


def test_one_shot_can_be_made_again(room: Room) -> None:
    identity = room.studio.identity
    made = identity.character_set(room.persona.id, "camera")
    run_jobs(room.studio)
    [before] = identity.character_sheets(room.persona.id)
    identity.retry_shot(made.id, "walking")
    run_jobs(room.studio)
    [after] = identity.character_sheets(room.persona.id)
    differs = [
        old.key
        for old, new in zip(before.shots, after.shots, strict=True)
        if old.asset_id != new.asset_id
    ]
    assert differs == ["walking"]
    with pytest.raises(InvalidInput, match="no shot"):
        identity.retry_shot(made.id, "flying")


def test_references_reach_the_generator_as_pictures(room: Room) -> None:
    [red] = room.pictures((200, 0, 0))
    room.studio.identity.generate_candidates(room.persona.id, 1, "camera", {"references": [red]})
    run_jobs(room.studio)
    assert room.camera.requests[0].references == (colour((200, 0, 0)),)


# ---------------------------------------------------------------------- dataset and training


def shot_and_accepted(room: Room) -> str:
    """A character set, one of its shots rejected, and one accepted reference."""
    identity = room.studio.identity
    identity.character_set(room.persona.id, "camera")
    run_jobs(room.studio)
    [sheet] = identity.character_sheets(room.persona.id)
    rejected = str(sheet.shots[1].asset_id)
    [red] = room.pictures((255, 0, 0))
    images = identity.propose(room.persona.id, [rejected, red]).images
    identity.reject(images[0].id, "six fingers")
    identity.accept(images[1].id)
    return rejected


def test_the_dataset_serves_both_conventions(room: Room) -> None:
    shot_and_accepted(room)
    data = room.studio.identity.export_dataset(room.persona.id)
    assert data == room.studio.identity.export_dataset(room.persona.id)
    archive = zipfile.ZipFile(io.BytesIO(data))
    lines = [json.loads(line) for line in archive.read("metadata.jsonl").splitlines()]
    assert len(lines) == 14  # fourteen shots without the rejected one, and one reference
    word = f"gtr{room.persona.handle.replace('_', '').replace('.', '')}"
    for line in lines:
        assert line["file_name"].startswith(f"10_{word} person/")
        picture = archive.read(line["file_name"])
        assert Image.open(io.BytesIO(picture)).size == (32, 32)
        beside = line["file_name"].rsplit(".", 1)[0] + ".txt"
        assert archive.read(beside).decode() == line["text"]
        assert line["text"].startswith(f"{word}, person")
    assert lines[0]["text"].endswith(", ".join(SHOTS[0].tags))
    assert not [line for line in lines if "three_quarter_left" in line["file_name"]]
    assert lines[-1]["text"] == f"{word}, person"


def test_without_pictures_there_is_nothing_to_export_or_train(room: Room) -> None:
    with pytest.raises(InvalidInput, match="no pictures"):
        room.studio.identity.export_dataset(room.persona.id)
    with pytest.raises(InvalidInput, match="no pictures"):
        room.studio.identity.train_lora(room.persona.id, "base")
    with pytest.raises(NotFound):
        room.studio.identity.export_dataset("nobody")


def test_a_training_learns_the_dataset_and_says_where_the_weights_are(room: Room) -> None:
    shot_and_accepted(room)
    asked = room.studio.identity.train_lora(room.persona.id, "base", LoraOptions(steps=7, rank=2))
    assert asked.path == "" and asked.finished_at is None
    run_jobs(room.studio)
    [done] = room.studio.identity.loras(room.persona.id)
    assert (room.home / done.path).read_bytes() == b"weights"
    assert done.path.startswith(f"models/loras/{room.persona.id}/")
    assert (done.loss, done.persona_revision_id) == (0.5, room.persona.revision.id)
    [request] = room.teacher.requests
    assert (len(request.pictures), request.options.steps, request.base_model) == (14, 7, "base")
    assert request.facts["trigger_word"] == done.trigger
    assert request.pictures[0].caption.startswith(done.trigger)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (LoraOptions(steps=0), "steps"),
        (LoraOptions(rank=1000), "rank"),
        (LoraOptions(learning_rate=float("nan")), "learning_rate"),
    ],
)
def test_impossible_options_are_refused_by_name(
    room: Room, options: LoraOptions, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        room.studio.identity.train_lora(room.persona.id, "base", options)
    assert refused.value.field == field


def test_a_training_needs_a_model_and_the_libraries(room: Room) -> None:
    with pytest.raises(InvalidInput) as refused:
        room.studio.identity.train_lora(room.persona.id)
    assert refused.value.field == "base_model"
    room.teacher.lacks = "Training needs peft."
    with pytest.raises(InvalidInput, match="peft"):
        room.studio.identity.train_lora(room.persona.id, "base")


# ---------------------------------------------------------------------- the score


def accepted(room: Room, *colours: tuple[int, int, int]) -> None:
    identity = room.studio.identity
    for image in identity.propose(room.persona.id, room.pictures(*colours)).images:
        identity.accept(image.id)


def made_parameters(room: Room) -> Mapping[str, object]:
    generation = room.studio.identity.generate_candidates(room.persona.id, 1, "camera")
    run_jobs(room.studio)
    [asset_id] = room.studio.generation.get(generation.id).asset_ids
    return room.studio.library.get(asset_id).provenance.parameters


def test_a_score_is_the_mean_cosine_to_the_accepted_references(room: Room) -> None:
    accepted(room, (255, 0, 0), (0, 255, 0))
    [green] = room.pictures((0, 128, 0))
    score = room.studio.identity.score(room.persona.id, green)
    assert score is not None
    assert score.value == pytest.approx(0.5)
    assert (score.model, score.references) == ("mean colour", 2)


def test_a_generated_picture_carries_its_score(room: Room) -> None:
    accepted(room, (100, 100, 100))
    facts = made_parameters(room)[KEY]
    assert isinstance(facts, Mapping)
    assert 0 < float(facts["value"]) <= 1
    assert (facts["model"], facts["references"]) == ("mean colour", 1)


def test_without_references_or_model_there_is_no_score(room: Room) -> None:
    assert KEY not in made_parameters(room)
    accepted(room, (100, 100, 100))
    room.eye.lacks = "No model measures likeness."
    [grey] = room.pictures((9, 9, 9))
    assert room.studio.identity.score(room.persona.id, grey) is None
    assert room.studio.identity.score_missing() == "No model measures likeness."
    assert not [name for name in made_parameters(room) if name.startswith(KEY)]


def test_a_model_that_fails_costs_no_picture(room: Room) -> None:
    accepted(room, (100, 100, 100))
    room.eye.fails = Transient("hub", "load", "could not be reached")
    parameters = made_parameters(room)
    assert KEY not in parameters
    assert "could not be reached" in str(parameters[f"{KEY}_absent"])
