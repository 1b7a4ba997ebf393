"""Which statuses a task item offers: those of the version that its item follows."""

from workflow_core.domain import statuses
from workflow_core.domain.statuses import Status
from workflow_core.store.data import versions
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Task, TaskItem


def offered(session: Session, *, task_item: TaskItem, task: Task) -> list[Status]:
    """Return the statuses of a task item: by name its version's, in look the task's; outside a pipeline the task's."""
    names: set[str] = set()
    if task_item.entry_id is not None:
        names = versions.statuses(session, entry_id=task_item.entry_id, task_id=task.id)
    present, former = ([Status(**one) for one in some] for some in (task.statuses, task.former_statuses))
    return statuses.offered(names, present, former)
