"""The acts on many items: who may, which items each would change, and what does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from workflow_core.domain.items.choices import Chosen
from workflow_core.domain.words import values
from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.wording import cited
from workflow_core.domain.work import states
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import InvalidInput, NotFound
from workflow_core.services import access
from workflow_core.services.data import removal
from workflow_core.services.managers import reversals, staff, task_items, task_settings, tasks
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data
from workflow_core.store.data import items
from workflow_core.store.database.columns import Where
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Task
from workflow_core.store.work import selection

Said = Mapping[str, Any]
"""What is said of an act, as JSON has it: which items, and how."""

OF_ITEMS = frozenset(
    {
        "claims-open",
        "have-status",
        "in-rework",
        "item-deleted",
        "item-removed",
        "left-otherwise",
        "not-archived",
        "nothing-to-review",
        "on-their-way",
        "status-is-history",
        "task-not-in-version",
        "wrong-state",
    }
)
"""The refusals that are about single items: others of them may still be done. Any other one is about all."""


@dataclass(frozen=True)
class Act:
    """An act of who has a `permission` on items `of` a task or a dataset; `changes` says which of them it concerns."""

    of: Literal["task", "dataset"]
    permission: Permission
    do: Callable[..., object]
    changes: Callable[[Any, Said], Where]
    dated: bool = True
    """Whether it happens at a moment; a rank is a setting, and no event."""
    archived: bool = False
    """Whether it is for items that are archived, and not for those that are there."""


def _cleared(task: Task, said: Said) -> Where:
    status = reversals.status_named(task, said.get("status"))
    return selection.placed(task_id=task.id, states=[states.State.SUBMITTED], status=status)


ACTS: Mapping[str, Act] = {
    "add": Act(
        "task",
        Permission.FILL_TASK,
        tasks.add_items,
        lambda task, said: tasks.absent(task, said.get("sample")),
    ),
    "remove": Act(
        "task", Permission.FILL_TASK, task_items.remove_items, lambda task, _: selection.placed(task_id=task.id)
    ),
    "rank": Act(
        "task",
        Permission.EDIT_TASK,
        task_settings.rank,
        lambda task, said: selection.placed(task_id=task.id, not_of_rank=task_settings.check_rank(said["rank"])),
        dated=False,
    ),
    "clear": Act("task", Permission.CLEAR_STATUS, reversals.clear, _cleared),
    "redistribute": Act(
        "task",
        Permission.REDISTRIBUTE_ITEMS,
        staff.redistribute,
        lambda task, _: selection.placed(task_id=task.id, states=[states.State.QUEUED]),
    ),
    "reassign": Act(
        "task",
        Permission.REASSIGN_WORK,
        staff.reassign,
        lambda task, said: selection.placed(task_id=task.id, states=states.OPEN, assignee=values.email(said["old"])),
    ),
    "take-out": Act(
        "task",
        Permission.EDIT_TASK,
        staff.remove,
        lambda task, said: selection.placed(task_id=task.id, states=states.OPEN, assignee=values.email(said["email"])),
    ),
    "archive": Act("dataset", Permission.DELETE_ITEMS, removal.archive, lambda *_: items.every()),
    "erase": Act("dataset", Permission.ERASE_ITEMS, removal.erase, lambda *_: items.every(), archived=True),
}
"""By the names that jobs and commands have for them."""


def known(act: str) -> Act:
    """Return an act by its name.

    Raises:
        InvalidInput: there is none; the message lists those that there are.
    """
    found = ACTS.get(values.sought(act))
    if found is None:
        raise InvalidInput(f"there is no act {cited(act)}; {possible(values.sought(act), list(ACTS))}")
    return found


def find(session: Session, *, actor: Actor, act: str, key: int) -> Task | Dataset:
    """Return the task, or the dataset, of an act, for who may do it there.

    Raises:
        NotFound, NotAllowed: the actor has none such, or may not.
    """
    asked = known(act)
    if asked.of == "task":
        return access.task(session, actor=actor, task_id=key, permission=asked.permission)
    return access.dataset(session, actor=actor, dataset_id=key, permission=asked.permission)


def concerned(session: Session, *, actor: Actor, act: str, key: int, said: Said) -> Where:
    """Return the condition on the items that an act would change now.

    Raises:
        NotFound, NotAllowed: as `find`; or an item that is listed is none of the dataset.
        InvalidInput: the filter, or the status, makes no sense.
    """
    of = find(session, actor=actor, act=act, key=key)
    dataset = of if isinstance(of, Dataset) else session.get_one(Dataset, of.dataset_id)
    listed = said.get("item_ids")
    if listed and (strange := selection.not_in(session, dataset_id=dataset.id, item_ids=values.keys(listed))):
        raise NotFound(f"there is no item {min(strange)} in the dataset {cited(dataset.name)}")
    chosen: Any = {name: said.get(name) for name in Chosen.__annotations__}
    return data.condition(session, dataset=dataset, **chosen) & ACTS[act].changes(of, said)


def first(session: Session, of: Where, *, act: str, limit: int, after: int = 0) -> list[int]:
    """Return the numbers of the first of some items that an act is for."""
    return items.ids(session, of, archived=ACTS[act].archived, limit=limit, after=after)


def do(session: Session, *, actor: Actor, act: str, key: int, said: Said, now: datetime) -> object:
    """Do an act to what is said, and return what its service does."""
    asked = known(act)
    moment = {"now": now} if asked.dated else {}
    return asked.do(session, actor=actor, **{f"{asked.of}_id": key, **said, **moment})


def on(said: Said, ids: list[int]) -> Said:
    """Return what is said of an act, of these items alone, as far as they still are among those that were meant."""
    return {**said, "item_ids": ids}
