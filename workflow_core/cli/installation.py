"""What commands ask of an installation, in whatever way it is reached: each command is written once."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from workflow_core.cli import context
from workflow_core.cli.files import Source

if TYPE_CHECKING:
    from workflow_core.domain.issues import IssueState
    from workflow_core.domain.reports import By, Cell
    from workflow_core.domain.views.effects import Outcome
    from workflow_core.domain.views.exchange import Brought, ExportAsked, ImportAsked, Snapshot, Synced
    from workflow_core.domain.views.history import Why
    from workflow_core.domain.views.issues import ListedIssue
    from workflow_core.domain.views.pipelines import Deployed, Plan
    from workflow_core.domain.views.progress import Overview, Stuck, TaskProgress
    from workflow_core.domain.views.tasks import Task, TaskInFull


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

    def import_annotations(
        self, pipeline: str, file: Path, asked: "ImportAsked", *, project: str | None, images: Path | None
    ) -> "Brought":
        """Bring in a file of annotations, of what is in the dataset of a pipeline."""

    def plan(self, source: Source, *, migrate: bool) -> "Plan":
        """Say what a deploy would change."""

    def deploy(self, sources: Sequence[Source], *, migrate: bool) -> "list[Deployed]":
        """Deploy pipelines."""

    def tasks(self, project: str | None) -> "list[Task]":
        """List the tasks of a project, or of all."""

    def tasks_named(self, named: str, project: str | None) -> "list[Task]":
        """Return the tasks of a pipeline, or the task, of a name."""

    def task(self, task_id: int) -> "tuple[TaskInFull, TaskProgress]":
        """Show a task, and how far it is."""

    def switch_task(self, task_id: int, verb: str) -> None:
        """Pause, resume or close a task."""

    def act_on_task(self, task_id: int, verb: str, *, dry_run: bool, **said: Any) -> "Outcome":
        """Redistribute, reassign, clear or add what is said, or only tell what that would do."""

    def issues(self, project: str | None, state: "IssueState | None") -> "list[ListedIssue]":
        """List the unresolved issues of a project, or of all; or those in one state."""

    def resolve(self, issue_id: int, verb: str) -> None:
        """Approve or dismiss an issue."""

    def stuck(self, project: str | None) -> "list[Stuck]":
        """List what nobody can go on with, in a project, or in all."""

    def end_claim(self, task_item_id: int) -> None:
        """End somebody's claim by force."""


def installation() -> Installation:
    """Return the installation that is asked: the one that ANNOFLOW_URL names, else that of this machine."""
    if os.environ.get("ANNOFLOW_URL"):
        from workflow_core.cli.elsewhere import Elsewhere

        return Elsewhere(context.elsewhere())
    from workflow_core.cli.here import Here

    return Here()
