"""What a manager does, over HTTP."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from workflow_core.cli.pipelines.naming import meant
from workflow_core.client import Annoflow
from workflow_core.domain.views.effects import Outcome, TakenAlong
from workflow_core.domain.views.issues import ListedIssue
from workflow_core.domain.views.progress import Stuck, TaskProgress
from workflow_core.domain.views.tasks import Task, TaskInFull
from workflow_core.domain.work.issues import IssueState

One = TypeVar("One")


class ManagingElsewhere:
    """Asks a server by the client."""

    _annoflow: Annoflow

    def tasks(self, project: str | None) -> list[Task]:
        """See `Installation`."""
        return self._of_projects(project, self._annoflow.tasks)

    def tasks_named(self, named: str, project: str | None) -> list[Task]:
        """See `Installation`."""
        return self._annoflow.find_tasks(named, project=project)

    def task(self, task_id: int) -> tuple[TaskInFull, TaskProgress]:
        """See `Installation`."""
        return self._annoflow.task(task_id), self._annoflow.task_progress(task_id)

    def switch_task(self, task_id: int, verb: str) -> None:
        """See `Installation`."""
        ask = self._annoflow
        switches = {"pause": ask.pause_task, "resume": ask.resume_task, "close": ask.close_task}
        (switches | {"reopen": ask.reopen_task})[verb](task_id)

    def act_on_task(self, task_id: int, verb: str, *, dry_run: bool, **said: Any) -> Outcome:
        """See `Installation`."""
        ask = self._annoflow
        acts: dict[str, Callable[..., Outcome]] = {
            "redistribute": ask.redistribute,
            "reassign": ask.reassign,
            "clear": ask.clear,
            "add": ask.add_to_task,
        }
        return acts[verb](task_id, dry_run=dry_run, **said)

    def issues(self, project: str | None, state: IssueState | None) -> list[ListedIssue]:
        """See `Installation`."""
        return self._of_projects(project, partial(self._annoflow.issues, state=state))

    def resolve(self, issue_id: int, verb: str) -> None:
        """See `Installation`."""
        (self._annoflow.approve if verb == "approve" else self._annoflow.dismiss)(issue_id)

    def stuck(self, project: str | None) -> list[Stuck]:
        """See `Installation`."""
        return self._of_projects(project, self._annoflow.stuck)

    def foretell_sending(self, task_item_id: int, to: str) -> TakenAlong:
        """See `Installation`."""
        return self._annoflow.foretell_sending(task_item_id, to)

    def send(self, task_item_id: int, to: str, *, end_claims: bool) -> None:
        """See `Installation`."""
        self._annoflow.send_item(task_item_id, to, end_claims=end_claims)

    def end_claim(self, task_item_id: int) -> None:
        """See `Installation`."""
        self._annoflow.end_claim(task_item_id)

    def _of_projects(self, project: str | None, of: Callable[[int], Iterator[One]]) -> list[One]:
        known = {one.id: one.name for one in self._annoflow.projects()}
        return [one for project_id in meant(known, project, what="project") for one in of(project_id)]
