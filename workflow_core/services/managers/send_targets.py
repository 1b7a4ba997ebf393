"""Ways: from where, and to where, a manager may send an item, and what of it is withdrawn."""

from typing import NamedTuple

from workflow_core.domain.words import values
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.wording import cited
from workflow_core.errors import Conflict, InvalidInput
from workflow_core.services import access
from workflow_core.store.data import versions
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Entry, Item, Node, Task, TaskItem
from workflow_core.store.routing import dispatch
from workflow_core.store.routing.dispatch import Branch


class Way(NamedTuple):
    """Where an item goes, and from which branch of a fork, None outside; `of` are the task items withdrawn, as SQL."""

    entry: Entry
    branch: Branch | None
    node: Node
    of: str


def find(session: Session, *, task_item: TaskItem, to: str) -> Way:
    """Return the way of an item from a task item of it to a task; from where it is parked, to an exit, too.

    Raises:
        Conflict: it is in no pipeline; or, not parked, inside a fork elsewhere, deleted, or taken out.
        InvalidInput: the target is unknown or out of reach; the message says what is possible.
    """
    entry, here, reachable = _reachable(session, task_item)
    parked = task_item.parked is not None
    if values.sought(to) not in reachable:
        raise InvalidInput(f"cannot send it to {cited(to)}; {possible(values.sought(to), list(reachable))}")
    node = reachable[to]
    if parked and node.kind == "task":
        return Way(entry, here, node, dispatch.alone(task_item.id))
    return Way(entry, here, node, dispatch.all_of(entry, None if parked else here))


def targets(session: Session, *, task_item: TaskItem) -> list[str]:
    """Return where an item may be sent from a task item of it; Conflict, as `find` does, where nowhere."""
    return list(_reachable(session, task_item)[2])


def _reachable(session: Session, task_item: TaskItem) -> tuple[Entry, Branch | None, dict[str, Node]]:
    if task_item.entry_id is None:
        task = session.get_one(Task, task_item.task_id).name
        why = f"task {task!r} is in no pipeline; give the item to somebody instead"
        raise Conflict(why, code="not-in-pipeline", task=task, pipeline=None)
    entry = session.get_one(Entry, task_item.entry_id)
    here = versions.branch_of(session, version_id=entry.version_id, task_id=task_item.task_id)
    parked = task_item.parked is not None
    if not parked:
        here = _once_more_from(session, task_item, entry, here)
    reachable = {
        node.name: node
        for node in versions.targets(session, version_id=entry.version_id)
        if _in_reach(node, here, versions.branch_of(session, version_id=entry.version_id, task_id=node.task_id), parked)
    }
    return entry, here, reachable


def _once_more_from(session: Session, task_item: TaskItem, entry: Entry, branch: Branch | None) -> Branch | None:
    """Return the branch from which an item that is not parked is sent; None outside forks."""
    name = access.name_of(session, task_item)
    if session.get_one(Item, task_item.item_id).archived_at is not None:
        raise Conflict(f"{name} is deleted: what was done on it stays as history", code="item-deleted", item=name)
    if entry.exit == "removed":
        raise Conflict(
            f"{name} was taken out of its pipeline; add it to the task instead", code="item-removed", item=name
        )
    entered = dispatch.forks_entered(session, entry=entry)
    if branch is not None and branch[0] in entered:
        return branch
    if entered:
        why = f"{name} is inside a fork: send it from a task of one of its branches, or clear what led there"
        raise Conflict(why, code="item-in-fork", item=name)
    return None


def _in_reach(node: Node, here: Branch | None, there: Branch | None, parked: bool) -> bool:
    if node.kind == "exit":
        return parked and (node.name == "discarded" or (here is None and node.name != "approved"))
    return here == there
