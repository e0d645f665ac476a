"""Providers: set up language models, try them, and hand them out as writers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gator_engine.config import Settings
from gator_engine.domain.providers import (
    Endpoint,
    Price,
    ProviderKind,
    endpoint_problems,
    micros,
)
from gator_engine.domain.spending import CallPurpose
from gator_engine.errors import ConfigError, ExternalError, InvalidInput, NotFound
from gator_engine.ports import (
    CaptionWriter,
    Meter,
    OpenModel,
    SecretVault,
    TextModel,
    TextRequest,
)
from gator_engine.services._context import Context

ENVIRONMENT = "llm"
_ENVIRONMENT_MODE = "writing.environment_mode"
TRIAL_TOKENS = 64
LONGEST_ANSWER_SHOWN = 200


@dataclass(frozen=True)
class NewEndpoint:
    """What a person types in. An empty `key` keeps the stored one; empty prices are unknown."""

    name: str
    kind: ProviderKind
    base_url: str
    model: str
    key: str = ""
    price_input: str = ""
    price_output: str = ""


class Providers:
    """What one can do with language models; keys are write-only."""

    def __init__(
        self,
        context: Context,
        settings: Settings,
        vault: Callable[[], SecretVault],
        writers: Mapping[str, CaptionWriter],
        open_model: OpenModel,
        meter: Meter,
    ) -> None:
        self._context, self._settings, self._vault = context, settings, vault
        self._given, self._open_model, self._meter = writers, open_model, meter

    def list(self) -> Sequence[Endpoint]:
        """Those that people set up, oldest first."""
        with self._context.store.read() as uow:
            return uow.endpoints.list()

    def save(self, new: NewEndpoint, endpoint_id: str = "") -> Endpoint:
        """Store an endpoint and try it with one tiny call, whose answer or error it then shows.

        It is kept when the trial fails, so that the rest can be corrected. Raises InvalidInput or
        NotFound.
        """
        fresh = self._checked(new, endpoint_id)
        with self._context.store.write() as uow:
            if endpoint_id:
                was = uow.endpoints.get(endpoint_id)
                fresh = replace(fresh, created_at=was.created_at, has_key=was.has_key)
            uow.endpoints.put(fresh)
            if new.key.strip():
                uow.endpoints.put_key(fresh.id, self._vault().seal({"key": new.key.strip()}))
            verb = "change" if endpoint_id else "add"
            self._context.audit(uow, verb, "endpoint", fresh.id, model=fresh.model)
        return self.test(fresh.id)

    def test(self, endpoint_id: str) -> Endpoint:
        """Ask for one word; the endpoint with what was said. Raises NotFound."""
        said = error = ""
        try:
            said = self._trial(self.model(endpoint_id))
        except (ExternalError, InvalidInput, ConfigError) as failure:
            error = str(failure)
        with self._context.store.write() as uow:
            tested = replace(
                uow.endpoints.get(endpoint_id),
                tested_at=self._context.now(),
                test_said=said[:LONGEST_ANSWER_SHOWN],
                test_error=error[:500],
            )
            uow.endpoints.put(tested)
        return tested

    def forget_key(self, endpoint_id: str) -> None:
        """Drop the stored key. Raises NotFound."""
        with self._context.store.write() as uow:
            uow.endpoints.put_key(endpoint_id, None)
            self._context.audit(uow, "forget key", "endpoint", endpoint_id)

    def remove(self, endpoint_id: str) -> None:
        """Take it away with its key; what it cost stays in the ledger. Raises NotFound."""
        with self._context.store.write() as uow:
            endpoint = uow.endpoints.get(endpoint_id)
            uow.endpoints.put(replace(endpoint, removed_at=self._context.now()))
            uow.endpoints.put_key(endpoint_id, None)
            self._context.audit(uow, "remove", "endpoint", endpoint_id)

    def writers(self) -> Mapping[str, CaptionWriter]:
        """Every writer by slug: language models first, then those that need none."""
        models = [self._opened(endpoint) for endpoint in self.list()]
        if self._settings.llm_base_url or not models:
            models.insert(0, self._opened(self._from_environment()))
        found: dict[str, CaptionWriter] = {}
        for model in models:
            if isinstance(model, CaptionWriter):
                found[model.slug] = model
        # Writers handed in for tests stand above those of the settings.
        return {**found, **self._given}

    def model(self, slug: str) -> TextModel:
        """A language model by the slug of its writer. Raises NotFound."""
        given: object = self._given.get(slug)
        if isinstance(given, TextModel):
            return given
        if slug == ENVIRONMENT:
            return self._opened(self._from_environment())
        with self._context.store.read() as uow:
            endpoint = uow.endpoints.get(slug)
        if endpoint.removed_at is not None:
            raise NotFound("endpoint", slug)
        return self._opened(endpoint)

    # ------------------------------------------------------------------ inside

    def _trial(self, model: TextModel) -> str:
        request = TextRequest(
            "You are being tried out.",
            (("user", "Answer with the single word: ready"),),
            most_tokens=TRIAL_TOKENS,
            purpose=CallPurpose("trial"),
        )
        return model.complete(request, lambda text: None).text or "(an empty answer)"

    def _checked(self, new: NewEndpoint, endpoint_id: str) -> Endpoint:
        problems = endpoint_problems(new.name, new.base_url, new.model)
        if problems:
            raise InvalidInput.collect(problems)
        return Endpoint(
            id=endpoint_id or self._context.ids.new(),
            name=new.name.strip(),
            kind=ProviderKind(new.kind),
            base_url=new.base_url.strip().rstrip("/"),
            model=new.model.strip(),
            created_at=self._context.now(),
            price=_price(new.price_input, new.price_output),
        )

    def _from_environment(self) -> Endpoint:
        settings = self._settings
        with self._context.store.read() as uow:
            kept = uow.settings.get(_ENVIRONMENT_MODE) or {}
        same = (kept.get("url"), kept.get("model")) == (settings.llm_base_url, settings.llm_model)
        return Endpoint(
            id=ENVIRONMENT,
            name=f"Language model {settings.llm_model}".strip(),
            kind=ProviderKind.OPENAI,
            base_url=settings.llm_base_url,
            model=settings.llm_model,
            created_at=self._context.now(),
            mode=str(kept.get("mode", "")) if same else "",
        )

    def _opened(self, endpoint: Endpoint) -> TextModel:
        if endpoint.id == ENVIRONMENT:
            key = self._settings.llm_api_key.get_secret_value()
        else:
            key = self._key(endpoint)

        def remember(mode: str) -> None:
            self._remember(endpoint, mode)

        return self._open_model(endpoint, key, self._meter, remember)

    def _key(self, endpoint: Endpoint) -> str:
        if not endpoint.has_key:
            return ""
        with self._context.store.read() as uow:
            sealed = uow.endpoints.key(endpoint.id)
        return self._vault().open(sealed).get("key", "") if sealed else ""

    def _remember(self, endpoint: Endpoint, mode: str) -> None:
        with self._context.store.write() as uow:
            if endpoint.id == ENVIRONMENT:
                told = {"url": endpoint.base_url, "model": endpoint.model, "mode": mode}
                uow.settings.put(_ENVIRONMENT_MODE, told)
            else:
                uow.endpoints.put(replace(uow.endpoints.get(endpoint.id), mode=mode))


def _price(typed_input: str, typed_output: str) -> Price | None:
    """Both prices, or none at all. Raises InvalidInput."""
    if not typed_input.strip() and not typed_output.strip():
        return None
    for field, typed in (("price_input", typed_input), ("price_output", typed_output)):
        if not typed.strip():
            raise InvalidInput(field, "is missing; give both prices, or leave both empty")
    return Price(micros(typed_input, "price_input"), micros(typed_output, "price_output"))
