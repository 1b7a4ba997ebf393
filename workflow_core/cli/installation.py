"""What commands ask of an installation, in whatever way it is reached: each command is written once."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from workflow_core.cli import context
from workflow_core.cli.files import Source

if TYPE_CHECKING:
    from workflow_core.domain.reports import By, Cell
    from workflow_core.domain.views.exchange import ExportAsked, Snapshot, Synced
    from workflow_core.domain.views.history import Why
    from workflow_core.domain.views.pipelines import Deployed, Plan
    from workflow_core.domain.views.progress import Overview


class Installation(Protocol):
    """One that is asked; the same is said of it here and elsewhere."""

    def status(self, pipeline: str | None) -> "list[Overview]":
        """Say where the items of the pipelines of a name are, or of all."""

    def figures(self, named: str, *, project: str | None, by: "By") -> "list[dict[str, Cell]]":
        """Count what was done in the tasks of a name, a row for each of what `by` says."""

    def why(self, named: str) -> "Why":
        """Tell why an item is where it is."""

    def archive(self, named: Sequence[str], *, end_claims: bool) -> int:
        """Archive items; return how many."""

    def export(self, pipeline: str, asked: "ExportAsked", *, project: str | None) -> "Snapshot":
        """Write the items at an exit."""

    def sync(self, pipeline: str, *, project: str | None) -> "Synced":
        """Read the source of a pipeline."""

    def plan(self, source: Source, *, migrate: bool) -> "Plan":
        """Say what a deploy would change."""

    def deploy(self, sources: Sequence[Source], *, migrate: bool) -> "list[Deployed]":
        """Deploy pipelines."""


def installation() -> Installation:
    """Return the installation that is asked: the one that ANNOFLOW_URL names, else that of this machine."""
    if os.environ.get("ANNOFLOW_URL"):
        from workflow_core.cli.elsewhere import Elsewhere

        return Elsewhere(context.elsewhere())
    from workflow_core.cli.here import Here

    return Here()
