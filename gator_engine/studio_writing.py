"""The studio's services of words: writers, language models, and what they cost."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gator_engine.studio_library import LibraryServices

if TYPE_CHECKING:
    from gator_engine.services.fill_in import FillInHelp
    from gator_engine.services.providers import Providers
    from gator_engine.services.spending import Spending
    from gator_engine.services.texts import Texts
    from gator_engine.services.writing import Writing


class WritingServices(LibraryServices):
    """The part of a studio that makes words, and knows what they cost."""

    @cached_property
    def writing(self) -> Writing:
        """Write captions."""
        from gator_engine.services.writing import Writing

        return Writing(self._context, self.providers.writers, self.connectors)

    @cached_property
    def spending(self) -> Spending:
        """Know and cap what language models cost."""
        from gator_engine.services.spending import Spending

        return Spending(self._context)

    @cached_property
    def providers(self) -> Providers:
        """Set up language models."""
        from gator_engine.services.providers import Providers

        return Providers(
            self._context,
            self.settings,
            lambda: self.vault,
            self.writers,
            self.open_model,
            self.spending,
        )

    @cached_property
    def fill_in(self) -> FillInHelp:
        """Have a persona's fields proposed."""
        from gator_engine.services.fill_in import FillInHelp

        return FillInHelp(self.providers.writers)

    @cached_property
    def texts(self) -> Texts:
        """Have every kind of text written, in several variants."""
        from gator_engine.services._text_checks import TextChecks
        from gator_engine.services.texts import Texts

        return Texts(
            self._context,
            self.providers,
            TextChecks(self.connectors),
            self.jobs,
            self.text_ratings,
            at_once=self.settings.texts_at_once,
        )
