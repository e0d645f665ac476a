"""The pages of the sandbox network: posts as people would see them, clearly marked as simulated."""

from __future__ import annotations

import colorsys
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from gator_engine.adapters.sandbox.engagement import Reactions, followers, reactions
from gator_engine.adapters.sandbox.state import Person, State, StoredPost
from gator_engine.adapters.sandbox.twin import Picture, Span, Twin

MOST_POSTS = 200
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class Card:
    """One post as a page shows it."""

    platform: str
    label: str
    name: str
    handle: str
    avatar: str
    profile_url: str
    url: str
    spans: Sequence[Span]
    pictures: Sequence[Picture]
    counts: Reactions
    sensitive: bool
    ago: str
    moment: str

    @property
    def told(self) -> tuple[tuple[int, str, str], ...]:
        """The counts with their words for one and for many."""
        counts = self.counts
        return (
            (counts.replies, "reply", "replies"),
            (counts.shares, "share", "shares"),
            (counts.likes, "like", "likes"),
            (counts.saves, "save", "saves"),
        )


class Timeline:
    """Renders the home page, profiles, single posts and avatars."""

    def __init__(self, state: State, twins: Mapping[str, Twin]) -> None:
        self._state, self._twins = state, twins
        loader = PackageLoader("gator_engine.adapters.sandbox", "pages")
        self._templates = Environment(loader=loader, autoescape=select_autoescape())

    def routes(self, twin: Twin) -> list[Route]:
        """Pages below one twin: where its posts and profiles have their public addresses."""

        async def post(request: Request) -> Response:
            return self._post(request, twin)

        async def profile(request: Request) -> Response:
            return self._profile(request, twin)

        return [Route(twin.post_path, post), Route(twin.profile_path, profile)]

    async def home(self, request: Request) -> Response:
        """The public timeline of all twins, or of one."""
        chosen = request.query_params.get("platform", "")
        posts = self._state.posts(platform=chosen or None, limit=MOST_POSTS)
        return self._page(request, self._shown(request, posts), chosen=chosen)

    def _profile(self, request: Request, twin: Twin) -> Response:
        person = self._person(twin, request.path_params["handle"])
        if person is None:
            return self._missing(request, "There is no such account here.")
        posts = self._state.posts(platform=twin.slug, account_id=person.id, limit=MOST_POSTS)
        count = followers(person.id, time.time() - person.created_at, len(posts))
        about = f"{count:,} simulated followers · {len(posts)} posts"
        cards = self._shown(request, posts)
        return self._page(request, cards, title=person.display_name, about=about)

    def _post(self, request: Request, twin: Twin) -> Response:
        person = self._person(twin, request.path_params["handle"])
        key = request.path_params["key"]
        own = self._state.posts(platform=twin.slug, account_id=person.id) if person else []
        cards = self._shown(request, [post for post in own if post.key == key])
        if not cards:
            return self._missing(request, "This post does not exist, or was deleted.")
        return self._page(request, cards, title=f"{cards[0].name} on {twin.label}", single=True)

    async def avatar(self, request: Request) -> Response:
        """A picture for an account: its initial on a gradient of its own."""
        handle = request.path_params["handle"]
        person = self._person(self._twins.get(request.path_params["platform"]), handle)
        name = person.display_name if person else handle
        headers = {**HEADERS, "Cache-Control": "max-age=86400"}
        return Response(drawn_avatar(handle, name), media_type="image/svg+xml", headers=headers)

    # ------------------------------------------------------------------ inside

    def _person(self, twin: Twin | None, handle: str) -> Person | None:
        if twin is None:
            return None
        by = "id" if handle.startswith("did:") else "handle"
        return self._state.person(twin.slug, **{by: handle})

    def _shown(self, request: Request, posts: Sequence[StoredPost]) -> list[Card]:
        now = time.time()
        people = {(one.platform, one.id): one for one in self._state.people()}
        return [
            self._card(request, post, people[(post.platform, post.account_id)], now)
            for post in posts
            if post.created_at <= now
        ]

    def _card(self, request: Request, post: StoredPost, person: Person, now: float) -> Card:
        twin = self._twins[post.platform]
        base = f"{request.base_url}{twin.slug}"
        pictures = twin.pictures(post, base)
        record = post.body.get("record") or post.body
        return Card(
            platform=twin.slug,
            label=twin.label,
            name=person.display_name,
            handle=person.handle,
            avatar=f"{request.base_url}sandbox/avatars/{twin.slug}/{person.handle}.svg",
            profile_url=base + twin.profile_path.format(handle=person.handle),
            url=base + twin.post_path.format(handle=person.handle, key=post.key),
            spans=twin.spans(post, base),
            pictures=pictures,
            counts=reactions(post.id, now - post.created_at, len(pictures)),
            sensitive=bool(record.get("sensitive") or record.get("labels")),
            ago=_ago(now - post.created_at),
            moment=f"{datetime.fromtimestamp(post.created_at, UTC):%Y-%m-%d %H:%M} UTC",
        )

    def _page(
        self,
        request: Request,
        cards: Sequence[Card],
        *,
        title: str = "Public timeline",
        about: str = "",
        chosen: str = "",
        single: bool = False,
        status: int = 200,
    ) -> Response:
        tabs = [("", "Everything"), *((slug, twin.label) for slug, twin in self._twins.items())]
        page = self._templates.get_template("timeline.html").render(
            cards=cards,
            title=title,
            about=about,
            tabs=tabs,
            chosen=chosen,
            single=single,
            home=str(request.base_url),
        )
        return HTMLResponse(page, status_code=status, headers=HEADERS)

    def _missing(self, request: Request, about: str) -> Response:
        return self._page(request, [], title="Nothing here", about=about, single=True, status=404)


def drawn_avatar(handle: str, name: str) -> str:
    """An SVG: the first letter of a name on two colours that come from the handle."""
    digest = hashlib.sha256(handle.encode()).digest()
    hue = digest[0] / 255
    first, second = _colour(hue, 0.48), _colour((hue + 0.12 + digest[1] / 1020) % 1, 0.62)
    letter = escape(name.strip()[:1].upper() or "?")
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><defs>'
        '<linearGradient id="g" x2="1" y2="1"><stop stop-color="{}"/>'
        '<stop offset="1" stop-color="{}"/></linearGradient></defs>'
        '<rect width="96" height="96" fill="url(#g)"/><text x="48" y="50" fill="#fff" '
        'font-family="system-ui,sans-serif" font-size="46" font-weight="600" '
        'text-anchor="middle" dominant-baseline="central">{}</text></svg>'
    ).format(first, second, letter)


def _colour(hue: float, lightness: float) -> str:
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, lightness, 0.58))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "now"
