"""Character sheets: one designed picture that says who a persona is."""

from __future__ import annotations

from gator_engine.ports import SheetPainter
from gator_engine.services.identity import Identity
from gator_engine.services.library import Library
from gator_engine.services.personas import Personas


class Sheets:
    """What one can have drawn of a persona."""

    def __init__(
        self, personas: Personas, identity: Identity, library: Library, painter: SheetPainter
    ) -> None:
        self._personas, self._identity = personas, identity
        self._library, self._painter = library, painter

    def draw(self, persona_id: str) -> bytes:
        """The sheet as PNG, with the first accepted reference where there is one.

        Raises NotFound, or InvalidInput naming a text that the sheet has no room for.
        """
        profile = self._personas.get(persona_id).profile
        accepted = self._identity.references(persona_id).accepted
        portrait = self._library.read(accepted[0].asset_id) if accepted else None
        return self._painter.paint(profile, portrait)
