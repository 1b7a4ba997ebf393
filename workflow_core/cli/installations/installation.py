"""What commands ask of an installation, in whatever way it is reached: each command is written once."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from workflow_core.cli.installations import context
from workflow_core.cli.pipelines.files import Source

if TYPE_CHECKING:
    from datetime import datetime

    from workflow_core.domain.measures.reports import By, Cell
    from workflow_core.domain.views.accounts import Belonging, Invitation, NewToken, Token
    from workflow_core.domain.views.effects import Effects as ErasingEffects
    from workflow_core.domain.views.effects import Outcome, TakenAlong
    from workflow_core.domain.views.exchange import Brought, ExportAsked, ImportAsked, Snapshot, Synced
    from workflow_core.domain.views.history import Why
    from workflow_core.domain.views.issues import ListedIssue
    from workflow_core.domain.views.pipelines import Deployed, Migrated, Plan
    from workflow_core.domain.views.progress import Overview, Stuck, TaskProgress
    from workflow_core.domain.views.tasks import Task, TaskInFull
    from workflow_core.domain.work.issues import IssueState


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

    def foretell_archiving(self, named: Sequence[str], *, end_claims: bool) -> "list[Outcome]":
        """Say what would come of archiving items, of each dataset that they are in."""

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

    def migrate(self, pipeline: str, *, project: str | None, dry_run: bool) -> "Migrated":
        """Take items on their way along to the present version of a pipeline."""

    def foretell_sending(self, task_item_id: int, to: str) -> "TakenAlong":
        """Say what goes with an item that is sent somewhere."""

    def send(self, task_item_id: int, to: str, *, end_claims: bool) -> None:
        """Send an item on, or to a task once more."""

    def erase(self, named: Sequence[str], *, dry_run: bool) -> "ErasingEffects":
        """Erase archived items for good, or only tell what would go."""

    def members(self, project: str | None) -> "list[Belonging]":
        """List who is in a project, or in any."""

    def invite(self, project: str | None, emails: Sequence[str], *, role: str, dry_run: bool) -> "list[Invitation]":
        """Invite people to a project, or to the only one."""

    def link(self, project: str | None, email: str, *, dry_run: bool) -> "Invitation":
        """Make a link by which somebody chooses a password."""

    def set_role(self, project: str | None, email: str, role: str, *, dry_run: bool) -> "tuple[str, str | None]":
        """Say what somebody is in a project; return their e-mail, and what they were before."""

    def deactivate(self, project: str | None, email: str, *, dry_run: bool) -> None:
        """Let somebody work nowhere any more."""

    def activate(self, project: str | None, email: str, *, dry_run: bool) -> None:
        """Let somebody work again."""

    def tokens(self, email: str) -> "list[Token]":
        """List the tokens of somebody."""

    def make_token(
        self, email: str, name: str, *, writes: bool, ends_at: "datetime | None", dry_run: bool
    ) -> "NewToken":
        """Make a token by which a program acts for somebody."""

    def revoke_token(self, email: str, token_id: int) -> None:
        """End a token of somebody's."""

    def tasks(self, project: str | None) -> "list[Task]":
        """List the tasks of a project, or of all."""

    def tasks_named(self, named: str, project: str | None) -> "list[Task]":
        """Return the tasks of a pipeline, or the task, of a name."""

    def task(self, task_id: int) -> "tuple[TaskInFull, TaskProgress]":
        """Show a task, and how far it is."""

    def switch_task(self, task_id: int, verb: str) -> None:
        """Pause, resume, close or re-open a task."""

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
        from workflow_core.cli.installations.elsewhere import Elsewhere

        return Elsewhere(context.elsewhere())
    from workflow_core.cli.installations.here import Here

    return Here()
