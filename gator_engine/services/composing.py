"""Composing: posts, what each platform will show of them, and their approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gator_engine.domain.accounts import Account
from gator_engine.domain.personas import PersonaProfile, Rating
from gator_engine.domain.posts import APPROVAL_STEPS, Approval, Post, PostMedia, Variant
from gator_engine.errors import (
    CapabilityError,
    FieldProblem,
    IllegalTransition,
    InvalidInput,
)
from gator_engine.ports import Connector, Payload, TextMeasure, UnitOfWork
from gator_engine.services._context import Context
from gator_engine.services._messages import Messages
from gator_engine.services.text_ratings import rate_new_post, rate_saved_post

TEXT_LIMIT = 20_000
MOST_MEDIA = 20
COMMENT_LIMIT = 2000


@dataclass(frozen=True)
class Preview:
    """What one account would publish: the very payload, its length, and what will be refused."""

    account: Account
    payload: Payload | None
    measure: TextMeasure
    problems: tuple[FieldProblem, ...]


class Composing:
    """What one can do with posts before they are scheduled."""

    def __init__(
        self, context: Context, connectors: Mapping[str, Connector], messages: Messages
    ) -> None:
        self._context, self._connectors, self._messages = context, connectors, messages

    def draft(
        self,
        persona_id: str,
        text: str,
        media: Sequence[PostMedia] = (),
        variants: Sequence[Variant] = (),
        language: str = "en",
        ai_disclosure: bool = True,
        rating: Rating | None = None,
        like: str = "",
    ) -> Post:
        """Store a new post as a draft. Raises InvalidInput or NotFound.

        `rating` is a person's word about it. Without one it takes over what was said of the text it
        is made of (`like`: a `variant_id` or the id of an outline), else nobody has rated it yet.
        """
        context = self._context
        now = context.now()
        with context.store.write() as uow:
            persona = uow.personas.get(persona_id)
            post = Post(
                id=context.ids.new(),
                persona_id=persona_id,
                persona_revision_id=persona.revision.id,
                text=text,
                created_at=now,
                updated_at=now,
                created_by=context.actor,
                media=tuple(media),
                variants=tuple(variants),
                ai_disclosure=ai_disclosure,
                language=language,
            )
            post = rate_new_post(context, uow, post, rating, like)
            self._check(uow, post, persona.profile)
            uow.posts.add(post)
            context.audit(uow, "draft", "post", post.id)
        return post

    def save(self, post: Post, expected_version: int) -> Post:
        """Store a changed post as a new version.

        A change after approval needs a new approval. Raises InvalidInput, NotFound, or StaleWrite
        when somebody saved since `expected_version` was read.
        """
        context = self._context
        with context.store.write() as uow:
            stored = uow.posts.get(post.id)
            rated = rate_saved_post(context, uow, stored, post)
            self._check(uow, rated, uow.personas.revision(post.persona_revision_id).profile)
            changed = replace(
                rated,
                updated_at=context.now(),
                version=expected_version + 1,
                approval=Approval.DRAFT,
                approved_version=None,
                created_at=stored.created_at,
                created_by=stored.created_by,
            )
            uow.posts.save(changed, expected_version)
            context.audit(uow, "edit", "post", post.id, version=changed.version)
        return changed

    def get(self, post_id: str) -> Post:
        """Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.posts.get(post_id)

    def list(self, persona_id: str | None = None, limit: int = 100) -> Sequence[Post]:
        """Newest first."""
        with self._context.store.read() as uow:
            return uow.posts.list(persona_id=persona_id, limit=limit)

    def preview(self, post: Post, account_id: str) -> Preview:
        """What an account would publish of a post, stored or still being typed."""
        with self._context.store.read() as uow:
            account = uow.accounts.get(account_id)
        connector = self._connectors[account.platform]
        payload: Payload | None = None
        problems: tuple[FieldProblem, ...] = ()
        try:
            payload = self._messages.compose(post, account)
        except InvalidInput as error:
            problems = error.problems
        except CapabilityError as error:
            problems = (FieldProblem("media", str(error)),)
        text = payload.text if payload else post.text_for(account.platform)
        return Preview(account, payload, connector.measure(text, account), problems)

    # ------------------------------------------------------------------ approval

    def submit(self, post_id: str) -> Post:
        """Ask for review. Raises IllegalTransition."""
        return self._review(post_id, Approval.IN_REVIEW, "")

    def approve(self, post_id: str) -> Post:
        """Approve the post exactly as it stands now. Raises IllegalTransition."""
        return self._review(post_id, Approval.APPROVED, "")

    def request_changes(self, post_id: str, comment: str) -> Post:
        """Send it back with a reason. Raises InvalidInput without one, or IllegalTransition."""
        if not comment.strip():
            raise InvalidInput("comment", "say what should change")
        if len(comment) > COMMENT_LIMIT:
            raise InvalidInput("comment", f"has {len(comment)} characters", f"{COMMENT_LIMIT}")
        return self._review(post_id, Approval.CHANGES_REQUESTED, comment.strip())

    def _review(self, post_id: str, to: Approval, comment: str) -> Post:
        context = self._context
        with context.store.write() as uow:
            post = uow.posts.get(post_id)
            if to not in APPROVAL_STEPS[post.approval]:
                raise IllegalTransition("The post", post.approval.value, to.value)
            version = post.version + 1
            reviewed = replace(
                post,
                approval=to,
                review_comment=comment,
                version=version,
                approved_version=version if to is Approval.APPROVED else None,
                updated_at=context.now(),
            )
            uow.posts.save(reviewed, post.version)
            context.audit(uow, to.value, "post", post_id, version=version, comment=comment)
        return reviewed

    def _check(self, uow: UnitOfWork, post: Post, profile: PersonaProfile) -> None:
        problems = [*_post_problems(post, profile)]
        known = {asset.id for asset in uow.assets.many([m.asset_id for m in post.media])}
        problems += [
            FieldProblem(f"media[{number}]", "is not in the library")
            for number, shown in enumerate(post.media)
            if shown.asset_id not in known
        ]
        if problems:
            raise InvalidInput.collect(problems)


def _post_problems(post: Post, profile: PersonaProfile) -> Sequence[FieldProblem]:
    problems = []
    if not post.text.strip() and not post.media:
        problems.append(FieldProblem("text", "write something or add a picture"))
    for name, text in [("text", post.text)] + [
        (f"variants.{v.platform}", v.text) for v in post.variants
    ]:
        if len(text) > TEXT_LIMIT:
            problems.append(FieldProblem(name, f"has {len(text)} characters", f"{TEXT_LIMIT}"))
    if len(post.media) > MOST_MEDIA:
        problems.append(FieldProblem("media", f"{len(post.media)} pictures", f"{MOST_MEDIA}"))
    if post.rating and post.rating.strength > profile.boundaries.rating.strength:
        problems.append(
            FieldProblem(
                "rating",
                f"{post.rating} is beyond the persona's boundaries",
                f"at most {profile.boundaries.rating}",
            )
        )
    return problems
