"""What a manager does, on this machine."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from workflow_core.cli.installations import context
from workflow_core.cli.pipelines.naming import meant
from workflow_core.domain.views.effects import Outcome, TakenAlong
from workflow_core.domain.views.issues import ListedIssue
from workflow_core.domain.views.progress import Stuck, TaskProgress
from workflow_core.domain.views.tasks import Task, TaskInFull
from workflow_core.domain.words.pages import MOST, Page
from workflow_core.domain.work.issues import IssueState
from workflow_core.services import projects
from workflow_core.services.jobs import batches, requests
from workflow_core.services.managers import progress, staff, task_items
from workflow_core.services.overviews import issues, tasks
from workflow_core.services.reviewers import reviews
from workflow_core.store.database.engine import Session

One = TypeVar("One")


class ManagingHere:
    """Asks the services."""

    def tasks(self, project: str | None) -> list[Task]:
        """See `Installation`."""
        return _of_projects(project, tasks.of_project)

    def tasks_named(self, named: str, project: str | None) -> list[Task]:
        """See `Installation`."""
        with context.session(read_only=True) as opened:
            return tasks.named(opened, actor=None, named=named, project=project)

    def task(self, task_id: int) -> tuple[TaskInFull, TaskProgress]:
        """See `Installation`."""
        with context.session(read_only=True) as opened:
            return tasks.one(opened, actor=None, task_id=task_id), progress.of_task(opened, task_id=task_id)

    def switch_task(self, task_id: int, verb: str) -> None:
        """See `Installation`."""
        with context.session() as opened:
            if verb == "close":
                task_items.close(opened, actor=None, task_id=task_id, now=context.now())
            elif verb == "reopen":
                task_items.reopen(opened, actor=None, task_id=task_id)
            elif verb == "pause":
                staff.pause(opened, actor=None, what="task", key=task_id, now=context.now())
            else:
                staff.resume(opened, actor=None, what="task", key=task_id)

    def act_on_task(self, task_id: int, verb: str, *, dry_run: bool, **said: Any) -> Outcome:
        """See `Installation`."""
        now = context.now()
        with context.session() as opened:
            done = requests.at_once(opened, actor=None, act=verb, key=task_id, now=now, dry_run=dry_run, **said)
        if done is not None:
            return done
        by: dict[str, Any] = {"actor": None, "act": verb, "key": task_id, "said": said}
        return batches.do(context.session, clock=context.now, **by)

    def issues(self, project: str | None, state: IssueState | None) -> list[ListedIssue]:
        """See `Installation`."""
        return _of_projects(project, partial(issues.of_project, state=state))

    def resolve(self, issue_id: int, verb: str) -> None:
        """See `Installation`."""
        resolve = reviews.approve if verb == "approve" else reviews.dismiss
        with context.session() as opened:
            resolve(opened, actor=None, issue_id=issue_id, now=context.now())

    def stuck(self, project: str | None) -> list[Stuck]:
        """See `Installation`."""
        return _of_projects(project, progress.stuck)

    def foretell_sending(self, task_item_id: int, to: str) -> TakenAlong:
        """See `Installation`."""
        with context.session(read_only=True) as opened:
            return task_items.preview_send(opened, actor=None, task_item_id=task_item_id, to=to)

    def send(self, task_item_id: int, to: str, *, end_claims: bool) -> None:
        """See `Installation`."""
        now = context.now()
        with context.session() as opened:
            task_items.send(opened, actor=None, task_item_id=task_item_id, to=to, now=now, end_claims=end_claims)

    def end_claim(self, task_item_id: int) -> None:
        """See `Installation`."""
        with context.session() as opened:
            task_items.release(opened, actor=None, task_item_id=task_item_id, now=context.now())


def _of_projects(project: str | None, page: Callable[..., Page[One]]) -> list[One]:
    with context.session(read_only=True) as opened:
        known = {one.id: one.name for one in projects.mine(opened, actor=None)}
        wanted = meant(known, project, what="project")
        return [one for project_id in wanted for one in _all(opened, partial(page, project_id=project_id))]


def _all(opened: Session, page: Callable[..., Page[One]]) -> Iterator[One]:
    after = None
    while True:
        part = page(opened, actor=None, after=after, limit=MOST)
        yield from part.items
        if (after := part.next) is None:
            return
