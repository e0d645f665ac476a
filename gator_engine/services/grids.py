"""Grids: the same brief with one or two things changed, made as a batch and shown side by side."""

from __future__ import annotations

from collections.abc import Sequence

from gator_engine.domain.assets import Asset, Origin, Provenance
from gator_engine.domain.briefs import BriefDraft, Generation, GenerationStatus
from gator_engine.domain.grids import MOST_CELLS, Axis, Grid, GridPlan, plan_grid, plan_seeds
from gator_engine.errors import InvalidInput
from gator_engine.ports import GridPainter
from gator_engine.services._briefing import seed_of
from gator_engine.services._context import Context
from gator_engine.services.generation import Generations
from gator_engine.services.library import Library, NewAsset
from gator_engine.services.prompts import Prompts

RELATION = "grid"
_WORDS = {
    GenerationStatus.QUEUED: "waiting",
    GenerationStatus.RUNNING: "being made",
    GenerationStatus.CANCELLED: "cancelled",
}


class Grids:
    """What one can do with pictures to be compared."""

    def __init__(
        self,
        context: Context,
        generation: Generations,
        library: Library,
        prompts: Prompts,
        painter: GridPainter,
    ) -> None:
        self._context, self._generation = context, generation
        self._library, self._prompts, self._painter = library, prompts, painter

    def plan(self, draft: BriefDraft, x: Axis, y: Axis | None = None) -> GridPlan:
        """The drafts of a grid, all with one seed unless seeds are an axis.

        Raises InvalidInput naming `x` or `y`, NotFound for the persona.
        """
        with self._context.store.read() as uow:
            persona = uow.personas.get(draft.persona_id)
        seed = seed_of(draft, persona.profile.generation)
        return plan_grid(draft, x, y, seed=seed, styles=self._prompts.style_table())

    def seeds(self, draft: BriefDraft, seeds: Sequence[int]) -> GridPlan:
        """The same brief with several seeds. Raises InvalidInput naming `x`."""
        return plan_seeds(draft, seeds)

    def queue(self, plan: GridPlan, title: str = "") -> Grid:
        """Check every draft, then queue them all or none.

        Raises InvalidInput or CapabilityError for the first draft that will not work.
        """
        context = self._context
        made = self.batch([cell.draft for cell in plan.cells])
        first = plan.cells[0].draft
        grid = Grid(
            id=context.ids.new(),
            persona_id=first.persona_id,
            title=(title.strip() or first.prompt)[:120],
            columns=plan.columns,
            rows=plan.rows,
            generation_ids=tuple(generation.id for generation in made),
            created_at=context.now(),
            created_by=context.actor,
        )
        with context.store.write() as uow:
            uow.prompts.add_grid(grid)
            context.audit(uow, "request", "grid", grid.id, pictures=len(made))
        return grid

    def batch(self, drafts: Sequence[BriefDraft]) -> Sequence[Generation]:
        """Queue several drafts, all or none; they wait behind what a person waits for.

        Raises InvalidInput naming `drafts`, or the first thing that will not work.
        """
        if not 1 <= len(drafts) <= MOST_CELLS:
            raise InvalidInput("drafts", f"holds {len(drafts)}", f"1–{MOST_CELLS}")
        return self._generation.request_all(drafts)

    def get(self, grid_id: str) -> Grid:
        """Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.prompts.grid(grid_id)

    def list(self, persona_id: str) -> Sequence[Grid]:
        """Newest first."""
        with self._context.store.read() as uow:
            return uow.prompts.grids(persona_id)

    def progress(self, grid_id: str) -> Sequence[Generation]:
        """The generation of each cell, row by row."""
        return [self._generation.get(one) for one in self.get(grid_id).generation_ids]

    def cancel(self, grid_id: str) -> None:
        """Stop what is not made yet."""
        for generation in self.progress(grid_id):
            if not generation.status.final:
                self._generation.cancel(generation.id)

    def sheet(self, grid_id: str) -> Asset:
        """The labelled contact sheet, kept in the library with its pictures as parents.

        Cells without a picture say why. Raises NotFound, or InvalidInput when none is made yet.
        """
        grid, made = self.get(grid_id), self.progress(grid_id)
        shown = [generation.asset_ids[0] for generation in made if generation.asset_ids]
        if not shown:
            raise InvalidInput("grid", "has no picture yet", "one picture at least")
        cells = [self._cell(generation) for generation in made]
        origins = {asset.provenance.origin for asset in self._library.many(shown)}
        data = self._painter.paint(grid.title, grid.columns, grid.rows, cells)
        provenance = Provenance(
            # A sheet of designs is a design; one AI-made picture makes it AI-made.
            origin=Origin.DESIGNED if origins == {Origin.DESIGNED} else Origin.AI_GENERATED,
            label="Contact sheet",
            parameters={"grid": grid.id, "columns": list(grid.columns), "rows": list(grid.rows)},
        )
        size = f"{len(grid.columns)} by {len(grid.rows)}"
        return self._library.keep(
            NewAsset(
                data=data,
                provenance=provenance,
                title=f"Grid: {grid.title}"[:120],
                alt_text=f"Contact sheet of {size} pictures: {grid.title}",
                persona_id=grid.persona_id,
                parents=tuple((asset_id, RELATION) for asset_id in dict.fromkeys(shown)),
            )
        )

    def _cell(self, generation: Generation) -> bytes | str:
        if generation.asset_ids:
            return self._library.read(generation.asset_ids[0])
        return _WORDS.get(generation.status, f"failed: {generation.error}"[:160])
