"""The first page's view: what needs a person, what is coming, what is running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.domain.deliveries import NEEDS_A_PERSON, Delivery, DeliveryQuery, DeliveryState
from gator_engine.domain.posts import Approval, Post
from gator_engine.domain.work import Job, JobState
from gator_engine.services._context import Context

HORIZON = timedelta(hours=24)
BACKLOG = timedelta(days=30)


@dataclass(frozen=True)
class HomeView:
    """Everything Home shows, read in one go."""

    to_review: Sequence[Post]
    troubled: Sequence[Delivery]
    to_reconnect: Sequence[Account]
    failed_jobs: Sequence[Job]
    next_day: Sequence[Delivery]
    running: Sequence[Job]
    personas: int
    accounts: int
    published_this_week: int
    scheduled_this_week: int


class Home:
    """The overview."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def overview(self) -> HomeView:
        """What needs a person, the next 24 hours, and what is running."""
        now = self._context.now()
        week = DeliveryQuery(since=now - timedelta(days=7), until=now + timedelta(days=7))
        troubled = DeliveryQuery(since=now - BACKLOG, states=tuple(NEEDS_A_PERSON))
        with self._context.store.read() as uow:
            around = uow.deliveries.list(week)
            accounts = uow.accounts.list()
            jobs = uow.jobs.list(states=(JobState.RUNNING, JobState.QUEUED), limit=20)
            failed = uow.jobs.list(states=(JobState.FAILED,), limit=10)
            return HomeView(
                to_review=[
                    post for post in uow.posts.list() if post.approval is Approval.IN_REVIEW
                ],
                troubled=uow.deliveries.list(troubled),
                to_reconnect=[a for a in accounts if a.health is AccountHealth.NEEDS_AUTH],
                failed_jobs=[job for job in failed if _recent(job, self._context)],
                next_day=[
                    d
                    for d in around
                    if now <= d.due_at < now + HORIZON and d.state is DeliveryState.SCHEDULED
                ],
                running=jobs,
                personas=len(uow.personas.list()),
                accounts=sum(a.health is not AccountHealth.DISCONNECTED for a in accounts),
                published_this_week=sum(d.state is DeliveryState.PUBLISHED for d in around),
                scheduled_this_week=sum(d.state is DeliveryState.SCHEDULED for d in around),
            )


def _recent(job: Job, context: Context) -> bool:
    return job.finished_at is not None and context.now() - job.finished_at < timedelta(days=2)
