"""What managers do: tasks, who works on them, what is taken back, sent on, resolved."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workflow_core.client.connection import Connection
from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.issues import ListedIssue
from workflow_core.domain.views.progress import TaskProgress
from workflow_core.domain.views.tasks import Task, TaskInFull


class Managing(Connection):
    """The tasks of the projects that one runs; each act with `dry_run` only tells its effects."""

    def tasks(self, project_id: int) -> Iterator[Task]:
        """Return the tasks of a project."""
        return self._all(Task, f"/api/projects/{project_id}/tasks")

    def task(self, task_id: int) -> TaskInFull:
        """Return all that is said of a task."""
        return self._ask(TaskInFull, "GET", f"/api/tasks/{task_id}")

    def task_progress(self, task_id: int) -> TaskProgress:
        """Return how far a task is."""
        return self._ask(TaskProgress, "GET", f"/api/tasks/{task_id}/progress")

    def pause_task(self, task_id: int) -> None:
        """Hand out nothing new of a task."""
        self.request("PUT", f"/api/tasks/{task_id}/pause")

    def resume_task(self, task_id: int) -> None:
        """Hand out again."""
        self.request("DELETE", f"/api/tasks/{task_id}/pause")

    def close_task(self, task_id: int) -> None:
        """Let nobody work on a task any more."""
        self.request("PUT", f"/api/tasks/{task_id}/closing")

    def redistribute(self, task_id: int, **said: Any) -> Outcome:
        """Deal what nobody has begun anew: by `weights`, `of` some people, `where` a filter holds."""
        return self._act(f"/api/tasks/{task_id}/redistributions", said)

    def reassign(self, task_id: int, *, old: str, new: str, **said: Any) -> Outcome:
        """Give everything unfinished of one person to another."""
        return self._act(f"/api/tasks/{task_id}/reassignments", {"old": old, "new": new, **said})

    def clear(self, task_id: int, **said: Any) -> Outcome:
        """Remove statuses: of `item_ids`, in a `folder`, `where` a filter holds, or one `status`."""
        return self._act(f"/api/tasks/{task_id}/clearings", said)

    def add_to_task(self, task_id: int, **said: Any) -> Outcome:
        """Add items of the task's dataset: all, `item_ids`, in a `folder`, or `where` a filter holds."""
        return self._act(f"/api/tasks/{task_id}/additions", said)

    def end_claim(self, task_item_id: int) -> None:
        """End somebody's claim by force."""
        self.request("POST", f"/api/task-items/{task_item_id}/releases")

    def issues(self, project_id: int, *, state: str | None = None) -> Iterator[ListedIssue]:
        """Return the unresolved issues of a project, or those in one state."""
        return self._all(ListedIssue, f"/api/projects/{project_id}/issues", state=state)

    def _act(self, path: str, said: Mapping[str, Any]) -> Outcome:
        given = {
            name: list(one) if isinstance(one, Sequence) and not isinstance(one, str) else one
            for name, one in said.items()
            if one is not None
        }
        return self._ask(Outcome, "POST", path, json=given)
