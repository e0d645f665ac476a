"""Videos by Runway's API: from words alone, or a picture of the library set in motion.

Tasks are made, followed, fetched and taken back through the official SDK. The file is passed on as
it came; the library marks and signs it.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from gator_engine.config import Settings
from gator_engine.domain.briefs import AspectRatio, BriefKind, Dialect
from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind, Task
from gator_engine.domain.options import with_defaults
from gator_engine.errors import CapabilityError, InvalidInput
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run

_LARGEST_SEED = 2**32 - 1

_OPTIONS = (
    Option(
        "source", "Picture to start from", OptionKind.PICTURE, "",
        help="The first frame; without one the video is made from words alone.",
    ),
    Option(
        "duration", "Seconds", OptionKind.INTEGER, 5, 2, 10,
        help="Some models make only certain lengths; the service says so.",
    ),
    Option(
        "model", "Model", OptionKind.TEXT, "",
        help="As Runway names it, such as gen4.5, gen4_turbo or veo3.1; empty: the one of the"
        " settings (GATOR_RUNWAY_MODEL).",
    ),
)  # fmt: skip


class Runway:
    """One task for each video, so that every one can be stopped and kept by itself."""

    capabilities = GeneratorCapabilities(
        slug="runway",
        label="Video by Runway",
        description="A few seconds of video, made by Runway's service; each costs credits there.",
        kinds=(BriefKind.VIDEO,),
        ratios=tuple(AspectRatio),
        options=_OPTIONS,
        max_count=4,
        origin="ai_generated",
        dialect=Dialect.SENTENCES,
        task=Task.TEXT_TO_VIDEO,
    )

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def missing(self) -> str:
        """What to set before Runway can be asked; "" when ready."""
        if not self._settings.runway_api_key.get_secret_value():
            return (
                "No Runway account is connected. Set GATOR_RUNWAY_API_KEY to a key made in Runway's"
                " developer portal."
            )
        url = urlsplit(self._settings.runway_url)
        if url.scheme not in ("http", "https") or not url.hostname:
            return f"GATOR_RUNWAY_URL is {self._settings.runway_url}, which is not a web address."
        return ""

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        """Make `request.count` videos.

        Raises InvalidInput, CapabilityError, Cancelled (the task is taken back), AuthExpired,
        RateLimited, Rejected (with the vendor's words), Transient, or OutcomeUnknown when a task
        may have been made and billed without reaching us: it is never made a second time.
        """
        options = with_defaults(self.capabilities, request.settings)
        self._check(request)
        from gator_engine.adapters.generators._remote.pictures import refuse_no_pictures
        from gator_engine.adapters.generators._runway.words import asked

        refuse_no_pictures(request, self._settings.max_image_megapixels * 1e6)
        model = str(options["model"]).strip() or self._settings.runway_model
        begun, files = time.perf_counter(), []
        notes: dict[str, None] = {}
        for number in range(request.count):
            wanted = asked(request, options, model, request.seed + number)
            file, said = self._made(request, wanted, options, number, run)
            files.append(file)
            notes |= dict.fromkeys((*wanted.notes, *said))
        run.progress(1.0, "Done")
        host = urlsplit(self._settings.runway_url).hostname or ""
        spent = {"provider_s": time.perf_counter() - begun}
        return GenerateResult(tuple(files), model, spent, {"service": host}, tuple(notes))

    def _made(
        self, request: GenerateRequest, wanted: Any, options: dict[str, Any], number: int, run: Run
    ) -> tuple[GeneratedFile, tuple[str, ...]]:
        from gator_engine.adapters.generators._films.encoding import film_facts
        from gator_engine.adapters.generators._films.telling import alt_text, size_note
        from gator_engine.adapters.generators._runway.failures import PROVIDER
        from gator_engine.adapters.generators._runway.tasks import RunwayTask

        share = 1 / request.count
        name = f"Video {number + 1} of {request.count}"
        film = RunwayTask(self._settings, wanted, run, number * share, share, name).made()
        facts = film_facts(film.data, PROVIDER)
        told = {key: value for key, value in wanted.told.items() if key != "prompt_image"}
        parameters = {
            **told,
            "width": facts.size[0],
            "height": facts.size[1],
            "frames": facts.frames,
            "fps": float(facts.rate),
            "credits": film.credits,
            "task": film.task_id,
            **({"source": options["source"]} if wanted.from_picture else {}),
        }
        file = GeneratedFile(film.data, request.seed + number, alt_text(request), parameters)
        return file, size_note(facts.size, request.size)

    def _check(self, request: GenerateRequest) -> None:
        can = self.capabilities
        if request.kind not in can.kinds:
            raise CapabilityError(can.label, f"the kind {request.kind}", ", ".join(can.kinds))
        if not 1 <= request.count <= can.max_count:
            raise InvalidInput("count", f"is {request.count}", f"1–{can.max_count}")
        if not 0 <= request.seed <= _LARGEST_SEED - request.count:
            raise InvalidInput("seed", f"is {request.seed}", f"0–{_LARGEST_SEED - can.max_count}")
        if request.texts:
            raise InvalidInput(next(iter(request.texts)), "has no place in a video")
        if not request.compiled.text.strip():
            raise InvalidInput("prompt", "is empty")
        if missing := self.missing():
            raise InvalidInput("generator", missing)


GENERATOR = Runway
