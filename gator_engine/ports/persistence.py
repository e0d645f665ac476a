"""Ports of persistence: time, ids and repositories."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from gator_engine.domain.accounts import Account, Slot
from gator_engine.domain.assets import Asset, AssetQuery, Facets, Found, Lineage, Rendition, Shelf
from gator_engine.domain.briefs import Brief, Generation
from gator_engine.domain.deliveries import Attempt, Delivery, DeliveryQuery, DeliveryState
from gator_engine.domain.ideas import Idea
from gator_engine.domain.personas import Persona, PersonaRevision
from gator_engine.domain.posts import Post
from gator_engine.domain.users import AuditEvent, User
from gator_engine.domain.work import Job, JobState, Progress
from gator_engine.ports.identity import CharacterRepository, LookRepository
from gator_engine.ports.projects import ProjectRepository, StoryboardRepository
from gator_engine.ports.prompting import PromptRepository
from gator_engine.ports.shelves import (
    BoardRepository,
    FingerprintRepository,
    RatingRepository,
    UsageRepository,
)
from gator_engine.ports.writing import (
    EndpointRepository,
    OutlineRepository,
    SpendingRepository,
    WritingRepository,
)


class Clock(Protocol):
    """Tells the time; tests move it by hand."""

    def now(self) -> datetime:
        """The current instant, timezone-aware, in UTC."""


class Ids(Protocol):
    """Makes identifiers that sort by creation time."""

    def new(self) -> str:
        """A fresh identifier (letters and digits only, so that it also fits a queue's job id)."""


class PersonaRepository(Protocol):
    """Personas and their revisions."""

    def add(self, persona: Persona) -> None: ...
    def add_revision(self, revision: PersonaRevision, expected_version: int) -> None:
        """Store a revision and make it current. Raises StaleWrite when the version moved on."""

    def get(self, persona_id: str) -> Persona: ...
    def by_handle(self, handle: str) -> Persona | None: ...
    def list(self, *, archived: bool = False) -> Sequence[Persona]: ...
    def revision(self, revision_id: str) -> PersonaRevision: ...
    def revisions(self, persona_id: str) -> Sequence[PersonaRevision]: ...
    def set_archived(self, persona_id: str, at: datetime | None) -> None: ...


class IdeaRepository(Protocol):
    """Ideas."""

    def add(self, idea: Idea) -> None: ...
    def get(self, idea_id: str) -> Idea: ...
    def list(
        self, persona_id: str | None = None, *, unused_only: bool = False
    ) -> Sequence[Idea]: ...
    def mark_used(self, idea_id: str, at: datetime) -> None: ...


class GenerationRepository(Protocol):
    """Briefs and generations."""

    def add_brief(self, brief: Brief) -> None: ...
    def brief(self, brief_id: str) -> Brief: ...
    def briefs(self, brief_ids: Sequence[str]) -> Sequence[Brief]: ...
    def add(self, generation: Generation) -> None: ...
    def get(self, generation_id: str) -> Generation: ...
    def save(self, generation: Generation) -> None: ...
    def list(self, *, persona_id: str | None = None, limit: int = 50) -> Sequence[Generation]:
        """Newest first."""


class AssetRepository(Protocol):
    """Assets and the lineage between them."""

    def add(self, asset: Asset, parents: Sequence[Lineage] = ()) -> None: ...
    def get(self, asset_id: str) -> Asset: ...
    def by_sha256(self, sha256: str) -> Asset | None: ...
    def by_content(self, content_sha256: str) -> Asset | None: ...
    def rendition(self, key: str) -> Rendition | None: ...
    def keep_rendition(self, made: Rendition) -> Rendition:
        """Of two made at once under one key, the first one stays and is returned."""

    def many(self, asset_ids: Sequence[str]) -> Sequence[Asset]:
        """In the order asked for; unknown ids are left out."""

    def search(self, query: AssetQuery) -> Found:
        """A page of assets, newest first, and how many match."""

    def facets(self, shelf: Shelf = Shelf.LIBRARY) -> Facets:
        """What there is to filter by."""

    def save(self, asset: Asset) -> None:
        """Store the editable fields (title, alt text, tags, rating, favourite, deleted_at)."""

    def remove(self, asset_id: str) -> None:
        """Forget it for good, with what hangs on it. Raises NotFound."""

    def parents(self, asset_id: str) -> Sequence[Lineage]: ...
    def children(self, asset_id: str) -> Sequence[Lineage]: ...
    def used_by(self, asset_id: str) -> Sequence[str]:
        """Ids of the posts that show the asset."""


class PostRepository(Protocol):
    """Posts with their variants and media."""

    def add(self, post: Post) -> None: ...
    def get(self, post_id: str) -> Post: ...
    def at_version(self, post_id: str, version: int) -> Post:
        """The post exactly as it was saved at `version` (what was approved is what goes out)."""

    def save(self, post: Post, expected_version: int) -> None:
        """Store `post` as version `expected_version` + 1.

        Raises StaleWrite when somebody saved in between.
        """

    def list(
        self, *, persona_id: str | None = None, archived: bool = False, limit: int = 100
    ) -> Sequence[Post]:
        """Newest first; those in use, or those put away."""


class AccountRepository(Protocol):
    """Accounts, their encrypted credentials and their slots."""

    def add(self, account: Account) -> None: ...
    def get(self, account_id: str) -> Account: ...
    def list(self) -> Sequence[Account]: ...
    def save(self, account: Account) -> None: ...
    def put_credentials(self, account_id: str, sealed: bytes, expected_version: int | None) -> int:
        """Store sealed credentials as a new version and return it.

        Raises StaleWrite when `expected_version` is given and is no longer the newest.
        """

    def credentials(self, account_id: str) -> tuple[bytes, int]:
        """The newest sealed credentials and their version. Raises NotFound when there are none."""

    def drop_credentials(self, account_id: str) -> None: ...
    def try_refresh_lease(self, account_id: str, now: datetime, until: datetime) -> bool:
        """Take the right to refresh the tokens until `until`; False while somebody else has it."""

    def end_refresh_lease(self, account_id: str) -> None: ...
    def slots(self, account_id: str) -> Sequence[Slot]: ...
    def set_slots(self, account_id: str, slots: Sequence[Slot]) -> None: ...


class DeliveryRepository(Protocol):
    """Deliveries and their attempts. Every write after a claim repeats the fence."""

    def add(self, delivery: Delivery) -> None:
        """Raises InvalidInput when the post already goes to that account at that time."""

    def get(self, delivery_id: str) -> Delivery: ...
    def list(self, query: DeliveryQuery) -> Sequence[Delivery]:
        """Ordered by due time."""

    def due(
        self, now: datetime, *, limit: int, without_accounts: Sequence[str] = ()
    ) -> Sequence[Delivery]:
        """Deliveries with something to do now: scheduled and due, retry_wait or uncertain whose
        next_attempt_at has come (or is not set), processing whose next poll has come, queued but
        never picked up, and in hand with an expired lease. One that was enqueued after it became
        ready is left out for half a minute, in which a worker should pick it up."""

    def claim(
        self,
        delivery_id: str,
        *,
        from_states: Sequence[DeliveryState],
        to: DeliveryState,
        worker: str,
        now: datetime,
        lease_until: datetime,
    ) -> Delivery | None:
        """One conditional update: state in `from_states` and no live lease → set state, worker,
        lease and fence+1. None when somebody else has it."""

    def move(
        self,
        delivery_id: str,
        *,
        from_states: Sequence[DeliveryState],
        to: DeliveryState,
        now: datetime,
        **changes: Any,
    ) -> Delivery | None:
        """Conditional change of an unleased (or lease-expired) delivery; None when not applicable.

        The lease and the enqueue end and the fence rises, so that whoever held it cannot write.
        """

    def save(self, delivery: Delivery) -> None:
        """Write every mutable field where id and fence match. Raises StaleWrite otherwise."""

    def mark_enqueued(self, delivery_id: str, at: datetime) -> None: ...
    def add_attempt(self, attempt: Attempt) -> None: ...
    def finish_attempt(self, attempt: Attempt) -> None: ...
    def attempts(self, delivery_id: str) -> Sequence[Attempt]: ...


class JobRepository(Protocol):
    """Jobs: claims, progress and results."""

    def add(self, job: Job) -> bool:
        """Store a job; False when its `unique_key` is already taken by an unfinished one."""

    def get(self, job_id: str) -> Job: ...
    def for_subject(self, subject_id: str) -> Sequence[Job]: ...
    def list(self, *, states: Sequence[JobState] | None = None, limit: int = 100) -> Sequence[Job]:
        """Newest first."""

    def due(self, now: datetime, *, limit: int, but_not: Collection[str] = ()) -> Sequence[Job]:
        """By turn: due and not queued; queued long ago and never started; running with an expired
        lease. Sorts of job in `but_not` stay out."""

    def claimable(
        self, now: datetime, *, names: Collection[str], limit: int, affinity: str | None = None
    ) -> Sequence[Job]:
        """What `claim` would give now, by turn, of these sorts; all or those of one affinity."""

    def forget_enqueues(self, names: Collection[str]) -> int:
        """Have queued jobs of these sorts handed out again at once; returns how many."""

    def mark_enqueued(self, job_id: str, at: datetime) -> bool:
        """DUE → QUEUED (or refresh of a lost enqueue); False when it is no longer eligible."""

    def claim(
        self, job_id: str, *, worker: str, now: datetime, lease_until: datetime
    ) -> Job | None:
        """Start it if nobody holds it: RUNNING, attempt+1, fence+1. None when somebody does."""

    def heartbeat(self, job_id: str, fence: int, lease_until: datetime, progress: Progress) -> bool:
        """Extend the lease and store progress; returns whether a cancel was asked for.

        Raises StaleWrite when the fence moved on.
        """

    def finish(
        self, job_id: str, fence: int, state: JobState, *, at: datetime, error: str = ""
    ) -> None:
        """Raises StaleWrite when the fence moved on."""

    def retry(self, job_id: str, fence: int, *, due_at: datetime, error: str) -> None:
        """Back to DUE at a later time. Raises StaleWrite when the fence moved on."""

    def bring_forward(self, job_id: str, at: datetime) -> bool:
        """DUE in the future → due at `at`; False when it is in another state."""

    def request_cancel(self, job_id: str, at: datetime) -> Job:
        """Cancel at once when not running, else ask the worker. Returns the job as it is then."""

    def counts(self) -> Mapping[str, Mapping[JobState, int]]:
        """Job name → state → number."""


class UserRepository(Protocol):
    """Users."""

    def add(self, user: User) -> None: ...
    def get(self, user_id: str) -> User: ...
    def by_email(self, email: str) -> User | None: ...
    def list(self) -> Sequence[User]: ...


class AuditRepository(Protocol):
    """The audit trail."""

    def add(self, event: AuditEvent) -> None: ...
    def list(self, *, subject_id: str | None = None, limit: int = 200) -> Sequence[AuditEvent]:
        """Newest first."""


class SettingRepository(Protocol):
    """Installation-wide values that people change in the studio (JSON-able)."""

    def get(self, key: str) -> Any | None: ...
    def put(self, key: str, value: Any) -> None: ...
    def all(self) -> Mapping[str, Any]: ...


class UnitOfWork(Protocol):
    """All repositories over one transaction."""

    personas: PersonaRepository
    looks: LookRepository
    characters: CharacterRepository
    ideas: IdeaRepository
    generations: GenerationRepository
    assets: AssetRepository
    boards: BoardRepository
    ratings: RatingRepository
    fingerprints: FingerprintRepository
    usage: UsageRepository
    prompts: PromptRepository
    posts: PostRepository
    accounts: AccountRepository
    deliveries: DeliveryRepository
    jobs: JobRepository
    users: UserRepository
    audit: AuditRepository
    settings: SettingRepository
    endpoints: EndpointRepository
    spending: SpendingRepository
    writings: WritingRepository
    outlines: OutlineRepository
    storyboards: StoryboardRepository
    projects: ProjectRepository


class Store(Protocol):
    """The database. Raises Unavailable when it cannot be reached."""

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """A write transaction: commits when the block ends, rolls back when it raises."""

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """A read transaction; never blocks writers."""

    def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""

    def close(self) -> None: ...
