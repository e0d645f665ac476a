"""Prompt tools: styles, dynamic prompts and the history of what was asked."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from gator_engine.domain.briefs import BriefDraft
from gator_engine.domain.dynamic_prompts import Expansion, Listing, expand, is_dynamic, list_all
from gator_engine.domain.generation_rules import LARGEST_SEED
from gator_engine.domain.grids import dressed
from gator_engine.domain.presets import Style, built_in_styles, check_style
from gator_engine.domain.prompt_tools import (
    LARGEST_PAGE,
    PastPrompt,
    PromptQuery,
    SavedStyle,
    WildcardList,
    checked_lines,
)
from gator_engine.domain.weighting import Span, parse_weights
from gator_engine.errors import InvalidInput, NotFound
from gator_engine.services._context import Context

MOST_DRAFTS = 64


class Prompts:
    """What one can do to write prompts."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ------------------------------------------------------------------ styles

    def styles(self) -> Sequence[Style]:
        """One's own by name, then the built-in ones; an own one hides a built-in one of its name.

        Those with `only_negative` are the negative presets.
        """
        with self._context.store.read() as uow:
            own = [saved.style for saved in uow.prompts.styles()]
        taken = {style.name.casefold() for style in own}
        return [*own, *(s for s in built_in_styles() if s.name.casefold() not in taken)]

    def save_style(self, name: str, prompt: str = "", negative: str = "") -> Style:
        """Keep a style under a name, or overwrite the own one of that name. Raises InvalidInput."""
        style = Style(name.strip(), prompt.strip(), negative.strip())
        check_style(style)
        context = self._context
        saved = SavedStyle(
            id=context.ids.new(),
            name=style.name,
            prompt=style.prompt,
            negative=style.negative,
            created_at=context.now(),
            created_by=context.actor,
        )
        with context.store.write() as uow:
            uow.prompts.put_style(saved)
            context.audit(uow, "save", "style", style.name)
        return style

    def delete_style(self, name: str) -> None:
        """Forget an own style. Raises NotFound."""
        with self._context.store.write() as uow:
            uow.prompts.drop_style(name)
            self._context.audit(uow, "delete", "style", name)

    def dress(self, draft: BriefDraft, names: Sequence[str]) -> BriefDraft:
        """The draft in the styles named, in order. Raises NotFound."""
        known = self.style_table()
        for name in names:
            if name not in known:
                raise NotFound("style", name)
        return dressed(draft, [known[name] for name in names])

    def style_table(self) -> Mapping[str, Style]:
        """Styles by name."""
        return {style.name: style for style in self.styles()}

    # ------------------------------------------------------------------ dynamic prompts

    def lists(self) -> Sequence[WildcardList]:
        """The lists that `__name__` can stand for, by name."""
        with self._context.store.read() as uow:
            return uow.prompts.lists()

    def save_list(self, name: str, text: str) -> WildcardList:
        """Keep a list, one line each; # begins a comment. Overwrites the one of that name.

        Raises InvalidInput naming `name` or `lines`.
        """
        bare, lines = checked_lines(name, text)
        context = self._context
        made = WildcardList(context.ids.new(), bare, lines, context.now(), context.actor)
        with context.store.write() as uow:
            uow.prompts.put_list(made)
            context.audit(uow, "save", "wildcard list", bare, lines=len(lines))
        return made

    def import_list(self, filename: str, data: bytes) -> WildcardList:
        """Keep a .txt file as the list of its name. Raises InvalidInput naming `file`."""
        stem, _, ending = filename.replace("\\", "/").rpartition("/")[2].rpartition(".")
        if ending.casefold() != "txt" or not stem:
            raise InvalidInput("file", f"{filename!r} is no text file", "name.txt")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidInput("file", "is not UTF-8 text", "UTF-8") from error
        if "\x00" in text:
            raise InvalidInput("file", "is not text", "UTF-8 text")
        return self.save_list(stem, text)

    def delete_list(self, name: str) -> None:
        """Forget a list. Raises NotFound."""
        with self._context.store.write() as uow:
            uow.prompts.drop_list(name)
            self._context.audit(uow, "delete", "wildcard list", name)

    def try_out(self, text: str, seed: int) -> Expansion:
        """What a dynamic prompt becomes with a seed. Raises InvalidInput naming `prompt`."""
        return expand(text, self._lines(), seed)

    def every(self, text: str, limit: int = 100) -> Listing:
        """The first of all prompts that a dynamic prompt can become, and how many there are."""
        return list_all(text, self._lines(), limit)

    def expand(
        self, draft: BriefDraft, count: int = 1, *, seed: int | None = None
    ) -> Sequence[BriefDraft]:
        """Drafts with a prompt by chance each; the n-th has the seed `seed` + n.

        Each remembers the dynamic prompt, its seed and what was chosen. A prompt without choices
        comes back as it is, once for each seed. Raises InvalidInput naming `prompt` or `count`.
        """
        if not 1 <= count <= MOST_DRAFTS:
            raise InvalidInput("count", f"is {count}", f"1–{MOST_DRAFTS}")
        first = seed if seed is not None else draft.seed
        first = secrets.randbelow(LARGEST_SEED - count) if first is None else first
        lists = self._lines()
        return [_expanded(draft, lists, first + number) for number in range(count)]

    def expand_all(self, draft: BriefDraft, limit: int = MOST_DRAFTS) -> Sequence[BriefDraft]:
        """A draft for each prompt that the dynamic prompt can become, in order.

        Raises InvalidInput when there are more than `limit`.
        """
        listing = list_all(draft.prompt, self._lines(), limit)
        if listing.ways > limit:
            raise InvalidInput("prompt", f"can become {listing.ways} prompts", f"{limit}")
        recipe = {**draft.recipe, "template": draft.prompt}
        return [replace(draft, prompt=text, recipe=recipe) for text in listing.texts]

    def weights(self, text: str) -> Sequence[Span]:
        """The words of a prompt with their weights, to be shown while it is typed."""
        return parse_weights(text)

    # ------------------------------------------------------------------ history

    def history(
        self,
        text: str = "",
        persona_id: str | None = None,
        *,
        favourites_only: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> Sequence[PastPrompt]:
        """Prompts that briefs used, each once, latest first, that hold all words of `text`.

        Raises InvalidInput naming `limit`.
        """
        if not 1 <= limit <= LARGEST_PAGE or offset < 0:
            raise InvalidInput("limit", f"is {limit}", f"1–{LARGEST_PAGE}, offset from 0")
        query = PromptQuery(text, persona_id, favourites_only, limit, offset)
        with self._context.store.read() as uow:
            return uow.prompts.history(query)

    def favourite(self, past_id: str, wanted: bool = True) -> None:
        """Mark a past prompt, or take the mark away. Raises NotFound."""
        with self._context.store.write() as uow:
            uow.prompts.set_favourite(past_id, wanted)

    def _lines(self) -> Mapping[str, Sequence[str]]:
        return {found.name: found.lines for found in self.lists()}


def _expanded(draft: BriefDraft, lists: Mapping[str, Sequence[str]], seed: int) -> BriefDraft:
    if not is_dynamic(draft.prompt):
        return replace(draft, seed=seed)
    made = expand(draft.prompt, lists, seed)
    told = {"template": made.template, "template_seed": seed}
    told["choices"] = [asdict(choice) for choice in made.choices]
    return replace(draft, prompt=made.text, seed=seed, recipe={**draft.recipe, **told})
