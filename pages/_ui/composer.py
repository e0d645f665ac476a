"""The composer: the words and pictures of a post, and what each account would publish of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from gator_engine.domain.accounts import Account
from gator_engine.domain.assets import AssetKind, AssetQuery
from gator_engine.domain.personas import Rating
from gator_engine.domain.posts import Post, PostMedia, Variant
from gator_engine.domain.ratings import RatedKind
from gator_engine.services.composing import Preview
from pages._ui import cards, forms, previews, shell, state, text_rating
from pages._ui.icons import icon
from pages._ui.persona_form import RATING_WORDS
from pages._ui.session import studio

RECENT = 12


def form_of(post: Post) -> str:
    """The key of a post's form: a new version starts from what was stored."""
    return f"post:{post.id}:{post.version}"


def edit(post: Post, accounts: Sequence[Account]) -> Post:
    """The form; returns the post as it stands now, not yet stored."""
    form = form_of(post)
    text = st.text_area("Text", post.text, height=170, key=f"{form}:text")
    forms.mark(form, "text")
    variants = _variants(form, post, accounts)
    media = _media(form, post)
    left, right = st.columns(2)
    with left:
        rating = st.selectbox(
            "Rating",
            list(Rating),
            index=None if post.rating is None else post.rating.strength,
            placeholder=text_rating.UNRATED,
            format_func=RATING_WORDS.__getitem__,
            key=f"{form}:rating",
        )
        forms.mark(form, "rating")
        place = st.container()
    with right:
        language = forms.text(form, "language", "Language", post.language, "Such as en or pt-BR.")
    disclosure = st.toggle(
        "Say that AI made it",
        post.ai_disclosure,
        key=f"{form}:ai",
        help="With the platform's own label where it has one, else with a line of text.",
    )
    edited = replace(
        post,
        text=text or "",
        variants=variants,
        media=media,
        rating=rating,
        language=language,
        ai_disclosure=disclosure,
    )
    with place:
        counts = studio().text_ratings.standing(RatedKind.POST, post.id)
        text_rating.told(RatedKind.POST, post.id, counts, unsaved=edited != post)
    return edited


def _variants(form: str, post: Post, accounts: Sequence[Account]) -> tuple[Variant, ...]:
    labels = {
        info.capabilities.slug: info.capabilities.label for info in studio().accounts.platforms()
    }
    used = [slug for slug in labels if slug in {account.platform for account in accounts}]
    kept = {variant.platform: variant.text for variant in post.variants}
    for slug in dict.fromkeys([*used, *kept]):
        own = st.toggle(
            f"Another text on {labels.get(slug, slug)}", slug in kept, key=f"{form}:own:{slug}"
        )
        if own:
            label = f"Text on {labels.get(slug, slug)}"
            start = kept.get(slug, post.text)
            kept[slug] = st.text_area(label, start, height=120, key=f"{form}:variant:{slug}") or ""
            forms.mark(form, f"variants.{slug}")
        else:
            kept.pop(slug, None)
    return tuple(Variant(slug, text) for slug, text in kept.items())


def _media(form: str, post: Post) -> tuple[PostMedia, ...]:
    key = f"{form}:media"
    ids: list[str] = st.session_state.setdefault(key, [shown.asset_id for shown in post.media])
    alts = {shown.asset_id: shown.alt_text for shown in post.media}
    assets = {asset.id: asset for asset in studio().library.many(ids)}
    chosen = []
    for number, asset_id in enumerate(ids):
        left, right = st.columns([1, 3])
        if asset_id not in assets:
            right.warning("This picture is no longer in the library.", icon=":material/image:")
            continue
        with left:
            cards.picture(assets[asset_id], ratio="1")
        with right:
            start = alts.get(asset_id) or assets[asset_id].alt_text
            alt = st.text_area(
                f"Alt text of picture {number + 1}", start, height=80, key=f"{form}:alt:{asset_id}"
            )
            forms.mark(form, f"media[{number}]", f"media[{number}].alt_text")
            _order(key, ids, number)
        chosen.append(PostMedia(asset_id, alt or ""))
    forms.mark(form, "media")
    _add(key, ids, post)
    return tuple(chosen)


def _order(key: str, ids: list[str], number: int) -> None:
    def move(step: int) -> None:
        ids[number], ids[number + step] = ids[number + step], ids[number]

    def remove() -> None:
        ids.pop(number)

    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        here = f"{key}:{ids[number]}"
        st.button(
            "Earlier",
            key=f"{here}:up",
            type="tertiary",
            icon=":material/arrow_upward:",
            disabled=number == 0,
            on_click=move,
            args=(-1,),
        )
        st.button(
            "Later",
            key=f"{here}:down",
            type="tertiary",
            icon=":material/arrow_downward:",
            disabled=number == len(ids) - 1,
            on_click=move,
            args=(1,),
        )
        st.button(
            "Remove",
            key=f"{here}:out",
            type="tertiary",
            icon=":material/close:",
            on_click=remove,
        )


def _add(key: str, ids: list[str], post: Post) -> None:
    query = AssetQuery(persona_id=post.persona_id, kind=AssetKind.IMAGE, limit=RECENT)
    with st.popover("Add a picture", icon=":material/add_photo_alternate:"):
        found = [asset for asset in studio().library.search(query).items if asset.id not in ids]
        if not found:
            st.caption("No other picture of this persona is in the library.")
        with st.grid(3, min_column_width=90, gap=8):
            for asset in found:
                with st.container():
                    cards.picture(asset, ratio="1")
                    st.button(
                        "Add", key=f"{key}:add:{asset.id}", on_click=ids.append, args=(asset.id,)
                    )


def look(post: Post, accounts: Sequence[Account]) -> dict[str, Preview]:
    """A look-alike per account with its counter and what would be refused; by account id."""
    shell.section("Preview", "Exactly what each account would publish.")
    if not accounts:
        shell.empty(
            "link",
            "No account connected",
            "Connect one to see the post as people will.",
            key="preview",
        ).page_link("pages/accounts.py", label="Connect an account", icon=":material/add:")
        return {}
    with st.spinner("Drawing the previews …"):
        found = {account.id: studio().composing.preview(post, account.id) for account in accounts}
    names = [state.plain(name(account)) for account in accounts]
    for tab, preview in zip(st.tabs(names), found.values(), strict=True):
        with tab:
            _counter(preview)
            previews.show(preview)
    return found


def name(account: Account) -> str:
    """An account as people call it: platform and the handle without its server."""
    labels = {
        info.capabilities.slug: info.capabilities.label for info in studio().accounts.platforms()
    }
    handle = account.handle.lstrip("@").partition("@")[0]
    return f"{labels.get(account.platform, account.platform)} · @{handle}"


def _counter(preview: Preview) -> None:
    measure = preview.measure
    over = f", {measure.over} too many" if measure.over else ""
    symbol, shade = ("error", "g-problem") if measure.over else ("text_fields", "g-soft")
    cards.html(
        f'<div class="{shade}" style="margin-top:0">{icon(symbol)} {measure.used} of '
        f"{measure.limit} {escape(measure.unit)}{over}</div>"
    )
    for problem in preview.problems:
        forms.complain(replace(problem, problem=f"{problem.field} {problem.problem}"))
