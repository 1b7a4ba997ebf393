"""What managers do: tasks, who works on them, what is taken back, sent on, resolved."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from workflow_core.client.connection import read, told
from workflow_core.client.exchange import Exchange
from workflow_core.domain.views.effects import Erased, Outcome, TakenAlong
from workflow_core.domain.views.exchange import Job
from workflow_core.domain.views.issues import ListedIssue
from workflow_core.domain.views.progress import TaskProgress
from workflow_core.domain.views.tasks import Task, TaskInFull


class Managing(Exchange):
    """The tasks of the projects that one runs; each act with `dry_run` only tells its effects.

    One on more items than go at once is a job, for which it waits.
    """

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

    def reopen_task(self, task_id: int) -> None:
        """Let people work on a closed or archived task again."""
        self.request("DELETE", f"/api/tasks/{task_id}/closing")

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

    def remove_from_task(self, task_id: int, **said: Any) -> Outcome:
        """Take items without a status out of a task: `item_ids`, in a `folder`, or `where` a filter holds."""
        return self._act(f"/api/tasks/{task_id}/removals", said)

    def rank(self, task_id: int, rank: int, **said: Any) -> Outcome:
        """Say which items come first, those of the lowest rank; they are named as in `add_to_task`."""
        return self._act(f"/api/tasks/{task_id}/rankings", {"rank": rank, **said})

    def archive(self, dataset_id: int, **said: Any) -> Outcome:
        """Archive items: they leave every task, and later exports; what was done on them is kept."""
        return self._act(f"/api/datasets/{dataset_id}/archivings", said)

    def foretell_sending(self, task_item_id: int, to: str) -> TakenAlong:
        """Say what goes with an item that is sent to a task or an exit."""
        return self._ask(TakenAlong, "GET", f"/api/task-items/{task_item_id}/sendings", params={"to": to})

    def send_item(self, task_item_id: int, to: str, **said: Any) -> Outcome:
        """Send an item on from where it is stuck, or else to a task once more."""
        return self._act(f"/api/task-items/{task_item_id}/sendings", {"to": to, **said})

    def erase(self, dataset_id: int, **said: Any) -> Erased | Job:
        """Erase archived items for good, with all that was done on them; of many the job that did it is returned."""
        answer = self.send("POST", f"/api/datasets/{dataset_id}/erasures", json=_given(said))
        if answer.status_code != HTTPStatus.ACCEPTED:
            return read(Erased, told(answer))
        return self.wait(read(Job, told(answer)))

    def end_claim(self, task_item_id: int) -> None:
        """End somebody's claim by force."""
        self.request("POST", f"/api/task-items/{task_item_id}/releases")

    def issues(self, project_id: int, *, state: str | None = None) -> Iterator[ListedIssue]:
        """Return the unresolved issues of a project, or those in one state."""
        return self._all(ListedIssue, f"/api/projects/{project_id}/issues", state=state)

    def _act(self, path: str, said: Mapping[str, Any]) -> Outcome:
        answer = self.send("POST", path, json=_given(said))
        if answer.status_code != HTTPStatus.ACCEPTED:
            return read(Outcome, told(answer))
        job = self.wait(read(Job, told(answer)))
        return Outcome(**(job.result or {}), faults=job.faults)


def _given(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: list(one) if isinstance(one, Sequence) and not isinstance(one, str) else one
        for name, one in said.items()
        if one is not None
    }
